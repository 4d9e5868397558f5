import type { Step } from "../history.ts";
import type { Mutant } from "./mutant.ts";

/** An emergency of somebody who administers, too. */
const emergency: Step = {
  n: 0,
  when: { at: 0 },
  what: {
    do: "request",
    who: "chidi",
    account: "prod",
    permissionSets: ["ReadOnly"],
    seconds: 600,
    breakGlass: true,
  },
};

/** Defects of access in an emergency. */
export const emergencies: readonly Mutant[] = [
  {
    name: "own-emergency-reviewed",
    breaks: "whoever had access in an emergency reviews that themselves",
    expected: [15],
    steps: [
      emergency,
      { n: 1, when: { after: "over", of: 0, by: 60_000 }, what: { do: "review", of: 0, who: "chidi" } },
    ],
    patches: [
      {
        file: "lambdas/core/domain/break-glass.ts",
        find: `  requester.userId === person ||
  breakGlass?.members?.includes(person) === true ||
  (principal.type === "USER" ? principal.id === person : memberships.has(principal.id));`,
        replace: `  requester.userId === person && breakGlass === undefined && principal.type === "USER" && memberships.size < 0;`,
      },
    ],
  },
  {
    name: "nobody-told-of-late-reviews",
    breaks: "an emergency that nobody reviews is forgotten",
    expected: [15],
    steps: [emergency],
    patches: [
      {
        file: "lambdas/core/use-cases/sweep/publish-overdue-review.ts",
        find: `    await events.publish({`,
        replace: `    if (days < 0) await events.publish({`,
      },
    ],
  },
  {
    name: "emergency-every-day",
    breaks: "who asks as ever is served by the flow for emergencies, which asks nobody",
    expected: [14],
    patches: [
      {
        file: "lambdas/core/domain/flow-conditions.ts",
        find: `    check: ({ breakGlass }, ask) => verdictOf((breakGlass !== undefined) === ask.breakGlass),`,
        replace: `    check: ({ breakGlass }, ask) => verdictOf(breakGlass !== undefined || !ask.breakGlass),`,
      },
    ],
  },
];
