import { takesRequests } from "../domain/access-flow.ts";
import type { FlowName } from "../domain/ids.ts";
import type { Withdrawal } from "../domain/withdrawal.ts";
import type { AccessFlowStore } from "../ports/stores.ts";

/** What became of the flow that something waits under, and by whose hand; undefined while it takes requests. One read. */
export const endOfFlow = async (
  { flows }: { readonly flows: Pick<AccessFlowStore, "head"> },
  name: FlowName,
): Promise<Withdrawal | undefined> => {
  const { item, change } = await flows.head(name);
  if (item !== undefined && takesRequests(item)) return undefined;
  const became =
    item === undefined
      ? "was deleted"
      : item.active === false
        ? "was deactivated"
        : "takes no requests any more";
  return {
    why: `access flow ${name} ${became}`,
    ...(change === undefined ? {} : { changedBy: change.actor }),
  };
};
