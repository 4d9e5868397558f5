import type { History } from "./history.ts";
import { FIRST_EDITOR, FIRST_OWNER, flows, type FlowKey } from "./policy.ts";
import { firstNamed } from "./named.ts";
import { runHistory } from "./run-history.ts";
import { createSimulator, type Simulator } from "./simulator.ts";

const MINUTE = 60_000;

/** What an administrator does before the first request: the real functions fill the tables. */
const setUp: History = {
  seed: "set up",
  steps: [
    { n: 0, when: { at: 0 }, what: { do: "look-for-names" } },
    { n: 9, when: { at: 2 * MINUTE }, what: { do: "sync", who: FIRST_EDITOR } },
    // Nothing records configuration here: the sweep makes up for that, once for all histories.
    { n: 7, when: { at: 3 * MINUTE }, what: { do: "sweep", who: FIRST_EDITOR } },
    ...(["sandbox", "staging", "prod", "emergency"] as const satisfies FlowKey[]).map((flow, index) => ({
      n: index + 1,
      when: { at: MINUTE },
      what: { do: "change-flow" as const, who: FIRST_EDITOR, flow, terms: flows[flow].terms },
    })),
    ...firstNamed.map((content, index) => ({
      n: 10 + index,
      when: { at: MINUTE },
      what: { do: "change-named" as const, who: FIRST_EDITOR, content },
    })),
    { n: 8, when: { at: MINUTE }, what: { do: "change-owner", who: FIRST_EDITOR, owner: FIRST_OWNER } },
  ],
};

/** The day before every history begins: what was seen then is older than whatever is seen in one. */
const DAY_BEFORE = Date.parse("2026-03-01T08:00:00.000Z");

/** A simulator in which everything is ready for people to ask. */
export const bootSimulator = async (): Promise<Simulator> => {
  const simulator = createSimulator();
  const { violation } = await runHistory(simulator, setUp, { start: DAY_BEFORE });
  if (violation !== undefined) throw new Error(`Setting up failed: ${violation.message}`);
  simulator.settle();
  return simulator;
};
