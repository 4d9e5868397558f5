import type { Mutant } from "./mutant.ts";

/** Defects of more time for access that is active. */
export const extending: readonly Mutant[] = [
  {
    name: "extension-forgets-the-holders",
    breaks: "moving one holder's expiry forgets the others",
    expected: [3],
    patches: [
      {
        file: "lambdas/core/domain/entitlement.ts",
        find: `  const holders = { ...record.holders, [request.id]: { expiresAt: request.expiresAt } };
  return`,
        replace: `  const holders = { [request.id]: { expiresAt: request.expiresAt } };
  return`,
      },
    ],
  },
  {
    name: "extension-from-now",
    breaks: "more time is counted from the moment of the call, so that asking early shortens the access",
    expected: [1, 10],
    patches: [
      {
        file: "lambdas/core/domain/extension.ts",
        find: `secondsAfter(new Date(expiresAt), asked.durationSeconds)`,
        replace: `secondsAfter(now, asked.durationSeconds)`,
      },
    ],
  },
  {
    name: "timer-ignores-the-extension",
    breaks: "the timer of the old expiry removes what was extended (sso-elevator: the last timer wins)",
    expected: [3, 10],
    patches: [
      {
        file: "lambdas/core/use-cases/revoke-access.ts",
        find: `        return now.toISOString() < request.expiresAt
          ? holdAgain`,
        replace: `        return request.extensions === undefined && now.toISOString() < request.expiresAt
          ? holdAgain`,
      },
    ],
  },
  {
    name: "extension-loses-the-expiry",
    breaks: "nobody waits for the new expiry any more",
    expected: [1],
    patches: [
      {
        file: "lambdas/core/use-cases/revoke-access.ts",
        find: `  return { next: "hold", until: expiresAt };
};`,
        replace: `  return { next: "end", until: expiresAt };
};`,
      },
      {
        file: "lambdas/core/domain/due.ts",
        find: `  !isOver(request) && overdueFrom(request) <= timestamp(now);`,
        replace: `  request.status !== "active" && !isOver(request) && overdueFrom(request) <= timestamp(now);`,
      },
    ],
  },
];
