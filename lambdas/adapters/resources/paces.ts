import type { Place } from "../../core/domain/inventory/problem-words.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Admission } from "../../core/ports/provider.ts";
import { pacedAdmission } from "../admission.ts";
import type { WaitForTurn } from "../sync/paces.ts";

/**
 * Calls a second that AWS lets an account make, all operations of the service together. Resource Explorer: 3 besides
 * Search, in each region (https://docs.aws.amazon.com/resource-explorer/latest/userguide/quotas.html). Tagging API: 15 of
 * GetResources (https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html).
 */
const DOCUMENTED_RATES: Readonly<Record<string, number>> = { "resource-explorer-2": 3, tag: 15 };

/**
 * A third is left for the account's own people and tools. More would make 10,000 accounts take long: an account's eleven
 * types are up to 16 calls of Resource Explorer (resource-explorer.ts), eight seconds at two a second.
 */
const SHARE_OF_SYNC = 2 / 3;

/**
 * The turns of calls that read resources. Accounts do not share AWS's limits; the paces of the account that was called last
 * are kept, since an account is looked at from its first type to its last.
 */
export const resourceTurns = ({ clock }: { readonly clock: Clock }): ((place: Place) => WaitForTurn) => {
  let last: { readonly accountId: string | undefined; readonly paces: Map<string, Admission> } = {
    accountId: undefined,
    paces: new Map(),
  };

  const pacesOf = (accountId: string | undefined): Map<string, Admission> => {
    if (last.accountId !== accountId) last = { accountId, paces: new Map() };
    return last.paces;
  };

  return ({ accountId, region }) =>
    async (operation) => {
      const [service = ""] = operation.split(":");
      const rate = DOCUMENTED_RATES[service];
      if (rate === undefined) return;
      const paces = pacesOf(accountId);
      const key = service === "tag" ? service : `${service} ${region ?? ""}`;
      const pace =
        paces.get(key) ?? pacedAdmission({ clock, share: { perSecond: rate * SHARE_OF_SYNC, burst: 1 } });
      paces.set(key, pace);
      await pace.admit("sync");
    };
};
