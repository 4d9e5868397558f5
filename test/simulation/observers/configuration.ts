import type { Attributes } from "../aws/dynamodb/expressions.ts";
import type { PersonName } from "../cast.ts";
import { isFault, NO_STEP, type Action, type History } from "../history.ts";
import type { ItemKey, Ledger } from "../ledger.ts";
import { firstNamed, type NamedContent } from "../named.ts";
import { FIRST_EDITOR, flowNamed } from "../policy.ts";
import type { VirtualTime } from "../virtual-time.ts";

export interface ConfigurationSurroundings {
  readonly history: History;
  readonly time: VirtualTime;
  readonly ledger: Ledger;
  /** The step that the function works for which is writing now. */
  readonly writingFor: () => number | undefined;
}

/** What identifies a version of a flow in the Config table. */
interface Item {
  readonly pk: string;
  readonly name: string;
  readonly version: number;
}

/**
 * Follows the versions of flows, of what they name, and of the integration as they come into effect. What each says is what the administrator
 * wrote, and not what Lockstep made of that.
 */
export const configurationObserver = ({ history, time, ledger, writingFor }: ConfigurationSurroundings) => {
  const keyOf = ({ name, version }: Item): string => `${name}/${version}`;
  const actionBehind = (): Action | undefined => {
    const step = history.steps.find(({ n }) => n === writingFor());
    return step === undefined || isFault(step.what) ? undefined : step.what;
  };
  /** When the call was made that is being answered now. */
  const calledAt = (): number => ledger.calledAt.get(writingFor() ?? NO_STEP) ?? time.milliseconds;
  const addNamed = (
    { pk, name, version }: Item,
    content: NamedContent,
    written: { readonly by: PersonName; readonly writtenAt: number },
  ): void => {
    const item = `${pk}/${name}` as ItemKey;
    if (ledger.named.some((known) => known.item === item && known.version === version)) return;
    ledger.named.push({ item, version, content, ...written, at: time.milliseconds });
  };
  return {
    found: (attributes: Attributes): void => {
      const item = attributes as unknown as Item;
      const content = firstNamed.find(({ kind, name }) => kind === item.pk && name === item.name);
      if (content !== undefined) addNamed(item, content, { by: FIRST_EDITOR, writtenAt: time.milliseconds });
      const flow = item.pk === "access-flow" ? flowNamed(item.name) : undefined;
      if (flow === undefined) return;
      const { name, version } = item;
      const { terms } = flow;
      ledger.flows.set(keyOf(item), { name, version, by: FIRST_EDITOR, terms, at: time.milliseconds });
    },
    written: (attributes: Attributes): void => {
      const item = attributes as unknown as Item;
      const action = actionBehind();
      if (item.pk === "integration" && action?.do === "change-owner")
        ledger.hasOwner(action.owner, time.milliseconds);
      if (action?.do === "change-named" && action.content.kind === item.pk)
        addNamed(item, action.content, { by: action.who, writtenAt: calledAt() });
      // A confirmation leaves the version as it is.
      if (item.pk !== "access-flow" || action?.do !== "change-flow" || ledger.flows.has(keyOf(item))) return;
      const { name, version } = item;
      const { who: by, terms } = action;
      ledger.flows.set(keyOf(item), { name, version, by, terms, at: time.milliseconds });
    },
  };
};
