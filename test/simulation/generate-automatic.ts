import { add, MINUTE, type Draft } from "./draft.ts";
import type { Group, PersonName } from "./cast.ts";
import { NO_STEP, type Fault } from "./history.ts";
import { flows } from "./policy.ts";

/** So many of all histories have a flow that gives access by itself. */
const AUTOMATIC_SHARE = 0.08;

const GROUP: Group = "oncall";

/** A run's usual calls. */
const CALLS = 40;

const coming: readonly PersonName[] = ["chidi", "farid", "grace", "alice"];

/** A flow gives access to whoever is on call, people come and go, and ask for the same or have it already. */
export const addAutomaticFlow = (draft: Draft, hasFaults: boolean): void => {
  const { random } = draft;
  if (!random.chance(AUTOMATIC_SHARE)) return;
  const { terms } = flows.automatic;
  const change = {
    do: "change-flow",
    who: random.chance(0.8) ? "tara" : "chidi",
    flow: "automatic",
  } as const;
  add(draft, { at: random.between(0, 10) * MINUTE }, { ...change, terms });
  for (let count = random.pick([1, 2, 3, 4]); count > 0; count -= 1) {
    const who = random.pick(coming);
    const from = random.between(2, 120);
    add(draft, { at: from * MINUTE }, { do: "join-group", who, group: GROUP });
    if (random.chance(0.6)) {
      const at = (from + random.pick([1, 10, 25, 40, 70])) * MINUTE;
      add(draft, { at }, { do: "leave-group", who, group: GROUP });
    }
  }
  if (random.chance(0.4)) {
    const at = random.between(15, 150) * MINUTE;
    add(draft, { at }, { do: "leave-group", who: random.pick(["alice", "bruno"]), group: GROUP });
  }
  if (random.chance(0.3)) {
    const at = random.between(30, 150) * MINUTE;
    add(draft, { at }, { ...change, who: "tara", terms: { ...terms, inactive: true } });
  }
  const principal = { user: random.pick(["alice", "bruno", "chidi"] as const) };
  const entitlement = { account: "staging", permissionSet: "ReadOnly", principal } as const;
  if (random.chance(0.3)) add(draft, { at: 0 }, { do: "add-by-hand", entitlement });
  if (!hasFaults) return;
  for (let count = random.pick([0, 1, 2]); count > 0; count -= 1) {
    const point = { function: "automatic", of: NO_STEP, invocation: random.between(0, 35) } as const;
    const call = random.between(0, CALLS);
    const fault: Fault = random.chance(0.5)
      ? { fault: "crash", point: { ...point, call }, side: random.pick(["before", "after"]) }
      : { fault: "runs-on", point: { ...point, call }, seconds: random.between(1, 280) };
    add(draft, { at: 0 }, fault);
  }
};
