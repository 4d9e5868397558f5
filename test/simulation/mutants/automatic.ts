import type { Step } from "../history.ts";
import { flows } from "../policy.ts";
import type { Mutant } from "./mutant.ts";

const MINUTE = 60_000;
const change = { do: "change-flow", who: "tara", flow: "automatic" } as const;
const { terms } = flows.automatic;

/** A flow gives access by itself, and somebody of those whom it is for leaves. */
const somebodyLeaves: readonly Step[] = [
  { n: 0, when: { at: 0 }, what: { ...change, terms } },
  { n: 1, when: { at: 15 * MINUTE }, what: { do: "leave-group", who: "alice", group: "oncall" } },
];

/** Defects of what flows give by themselves. */
export const automatic: readonly Mutant[] = [
  {
    name: "who-leaves-keeps-it",
    breaks: "whoever is not on call any more keeps what that gave them until it expires",
    expected: [16],
    steps: somebodyLeaves,
    patches: [
      {
        file: "lambdas/core/domain/automatic/plan.ts",
        find: `  if (isFor === "unmet") return`,
        replace: `  if (isFor === "unmet" && lost.length > 99) return`,
      },
    ],
  },
  {
    name: "inactive-flow-gives-on",
    breaks: "what a flow gave goes on when it is taken out of service",
    expected: [16],
    steps: [
      { n: 0, when: { at: 0 }, what: { ...change, terms } },
      { n: 1, when: { at: 20 * MINUTE }, what: { ...change, terms: { ...terms, inactive: true } } },
    ],
    patches: [
      {
        file: "lambdas/core/domain/automatic/plan.ts",
        find: `  if (flow.active === false) return`,
        replace: `  if (flow.active === false && flow.version > 99) return`,
      },
    ],
  },
  {
    name: "periods-twice-as-long",
    breaks: "what a flow gives by itself lasts longer than its longest duration",
    expected: [16],
    steps: somebodyLeaves,
    patches: [
      {
        file: "lambdas/core/domain/automatic/period.ts",
        find: `  const durationSeconds = Math.min(duration.maxSeconds, maxDurationSeconds ?? duration.maxSeconds);`,
        replace: `  const durationSeconds = 2 * Math.min(duration.maxSeconds, maxDurationSeconds ?? duration.maxSeconds);`,
      },
    ],
  },
];
