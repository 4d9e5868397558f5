import type { CycleResult } from "../../local/demo/cycle.ts";
import type { ApiLatency } from "./api-latency.ts";
import { BUDGETS, countedOf, LARGEST_BUNDLE_BYTES, PEER_SOURCES } from "./budgets.ts";
import type { Budget, BudgetName, PeerFigure } from "./budgets.ts";
import type { BurstRow } from "./bursts.ts";
import type { EvaluationRow } from "./flow-evaluation.ts";
import type { QueryRow } from "./compiled-query.ts";
import { cameAndWent, writeUnitsOf } from "./counted-cycle.ts";
import type { WriteUnits } from "./counted-cycle.ts";
import type { Bundle, SynthesisMeasurement } from "./synthesis.ts";

/** A budget and what was measured against it. */
export interface BudgetRow extends Budget {
  readonly name: BudgetName;
  readonly measured: number;
  readonly passed: boolean;
}

/** A function's bundle against the largest that is allowed. */
export interface BundleRow extends Bundle {
  readonly atMost: number;
  readonly passed: boolean;
}

/** Everything that `npm run bench` found out; printed as it is with `--json`. */
export interface BenchReport {
  readonly passed: boolean;
  readonly cycle: {
    readonly requestId: string;
    readonly observed: CycleResult["observed"];
    readonly passed: boolean;
    readonly budgets: readonly BudgetRow[];
    readonly peerSources: typeof PEER_SOURCES;
    readonly writeUnits: WriteUnits;
    readonly grantLagMs: number;
    readonly revokeLagMs: number;
  };
  readonly api: ApiLatency;
  readonly bursts: readonly BurstRow[];
  readonly queries: readonly QueryRow[];
  readonly evaluations: readonly EvaluationRow[];
  readonly bundles: readonly BundleRow[];
  readonly synthesis: Omit<SynthesisMeasurement, "bundles">;
}

const budgetRowsOf = (cycle: CycleResult): BudgetRow[] => {
  const counted = countedOf(cycle);
  return (Object.keys(BUDGETS) as BudgetName[]).map((name) => {
    const budget: Budget = BUDGETS[name];
    return { ...budget, name, measured: counted[name], passed: counted[name] <= budget.atMost };
  });
};

/**
 * Holds what was measured against the budgets. Counts, sizes and times on a virtual clock can fail, and the core's time of
 * queries and evaluations, which has room for a slow machine: other times depend on the machine.
 */
export const reportOf = (
  cycle: CycleResult,
  api: ApiLatency,
  bursts: readonly BurstRow[],
  queries: readonly QueryRow[],
  evaluations: readonly EvaluationRow[],
  { bundles: measured, ...synthesis }: SynthesisMeasurement,
): BenchReport => {
  const budgets = budgetRowsOf(cycle);
  const bundles = measured.map((bundle) => ({
    ...bundle,
    atMost: LARGEST_BUNDLE_BYTES,
    passed: bundle.bytes < LARGEST_BUNDLE_BYTES,
  }));
  const passed = cameAndWent(cycle);
  return {
    passed:
      passed && [...budgets, ...bursts, ...queries, ...evaluations, ...bundles].every((row) => row.passed),
    cycle: {
      requestId: cycle.requestId,
      observed: cycle.observed,
      passed,
      budgets,
      peerSources: PEER_SOURCES,
      writeUnits: writeUnitsOf(cycle),
      grantLagMs: cycle.grantLagMs,
      revokeLagMs: cycle.revokeLagMs,
    },
    api,
    bursts,
    queries,
    evaluations,
    bundles,
    synthesis,
  };
};

/** A peer's figure as the design writes it: `26`, `~15`, `> 0.00065`. */
export const peerText = (figure: PeerFigure | undefined): string => {
  if (figure === undefined) return "–";
  const text = String(figure.value);
  switch (figure.precision) {
    case "exact":
      return text;
    case "about":
      return `~${text}`;
    case "more than":
      return `> ${text}`;
  }
};
