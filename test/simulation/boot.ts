import { flows, type FlowKey } from "./cast.ts";
import type { History } from "./history.ts";
import { runHistory } from "./run-history.ts";
import { createSimulator, type Simulator } from "./simulator.ts";

const MINUTE = 60_000;

/** What an administrator does before the first request: the real functions fill the tables. */
const setUp: History = {
  seed: "set up",
  steps: [
    { n: 0, when: { at: 0 }, what: { do: "refresh-catalogue" } },
    ...(Object.keys(flows) as FlowKey[]).map((flow, index) => ({
      n: index + 1,
      when: { at: MINUTE },
      what: { do: "change-flow" as const, flow, steps: flows[flow].steps },
    })),
  ],
};

/** A simulator in which everything is ready for people to ask. */
export const bootSimulator = async (): Promise<Simulator> => {
  const simulator = createSimulator();
  const { violation } = await runHistory(simulator, setUp);
  if (violation !== undefined) throw new Error(`Setting up failed: ${violation.message}`);
  simulator.settle();
  return simulator;
};
