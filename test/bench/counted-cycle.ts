import { systemClock } from "../../lambdas/adapters/system-clock.ts";
import { PRICES } from "../../local/cost.ts";
import { playCycle } from "../../local/demo/cycle.ts";
import type { CycleListener, CycleResult } from "../../local/demo/cycle.ts";
import type { Environment } from "../../local/environment.ts";
import type { Showcase } from "../../local/environment/showcase.ts";

/** Ample for a grant on a slow machine: one that ended after its expiry would be another cycle than the counted one. */
const DURATION_SECONDS = 10;

const SILENT: CycleListener = {
  asking: () => undefined,
  asked: () => undefined,
  approving: () => undefined,
  entered: () => undefined,
  observed: () => undefined,
  active: () => undefined,
};

/** Plays the cycle that the budgets are about, once, on a real clock. */
export const playCountedCycle = (environment: Environment, showcase: Showcase): Promise<CycleResult> =>
  playCycle(
    {
      environment,
      clock: systemClock,
      showcase,
      durationSeconds: DURATION_SECONDS,
      justification: "The cycle that is counted",
    },
    SILENT,
  );

/** Whether the access came and went as it should: only then do the counts say anything. */
export const cameAndWent = ({ observed }: CycleResult): boolean =>
  !observed.before && observed.during && !observed.after;

/** What writing costs: the items, and beside them the entries of the indexes, which are not among the item writes. */
export interface WriteUnits {
  readonly items: { readonly units: number; readonly costUsd: number };
  readonly indexes: { readonly units: number; readonly costUsd: number };
}

export const writeUnitsOf = ({ used }: CycleResult): WriteUnits => {
  const priced = (units: number) => ({
    units,
    costUsd: Number((units * PRICES.dynamodbWriteUnit).toFixed(9)),
  });
  return { items: priced(used.writeUnits), indexes: priced(used.indexWriteUnits) };
};
