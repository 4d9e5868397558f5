import type { Mutant } from "./mutant.ts";

/** Defects on the way to access. */
export const granting: readonly Mutant[] = [
  {
    name: "timer-after-the-grant",
    breaks: "the expiry is durable only after AWS was asked (sso-elevator arms its timer last; TEAM)",
    expected: [1, 4],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: { do: "request", who: "alice", account: "sandbox", permissionSets: ["ReadOnly"], seconds: 900 },
      },
      {
        n: 1,
        when: { at: 0 },
        // AWS was asked, and the request itself still says nothing of it.
        what: {
          fault: "crash",
          point: { function: "grant-access", of: 0, invocation: 0, call: 8 },
          side: "before",
        },
      },
      { n: 2, when: { after: "made", of: 0, by: 1_000 }, what: { do: "cancel", of: 0, who: "alice" } },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/grant-access.ts",
        find: `  return attempt(dependencies, await persistOrRetry(requests, "GrantStarted", granting));`,
        replace: `
  await inBatches(request.entitlements, AT_A_TIME, ({ entitlement }) =>
    acquire(dependencies)({ id: request.id, expiresAt, entitlement }),
  );
  return attempt(dependencies, await persistOrRetry(requests, "GrantStarted", granting));`,
      },
    ],
  },
  {
    name: "relative-wait",
    breaks: "waits for as long as was asked for, counted from the end of the grant (TEAM)",
    expected: [1],
    patches: [
      {
        file: "statemachines/access-request.asl.json",
        find: `"Timestamp": "{% $until %}",
      "Next": "Revoke access"`,
        replace: `"Seconds": "{% $max([0, $ceil(($toMillis($until) - $toMillis($states.context.Execution.StartTime)) / 1000)]) %}",
      "Next": "Revoke access"`,
      },
    ],
  },
  {
    name: "expiry-from-the-end-of-the-grant",
    breaks: "the expiry is counted anew when the access becomes active (TEAM's startTime)",
    expected: [1],
    patches: [
      {
        file: "lambdas/core/use-cases/grant-access.ts",
        find: `    const { expiresAt } = request;
    const common`,
        replace: `    const expiresAt = secondsAfter(wholeSecondAfter(now), request.durationSeconds);
    const common`,
      },
    ],
  },
  {
    name: "no-status-poll-of-creations",
    breaks: "a Create that was accepted is believed to be done (TEAM #522)",
    expected: [3],
    patches: [
      {
        file: "lambdas/providers/identity-center-account-assignment/provider.ts",
        find: `    if (created.status !== "IN_PROGRESS") return applied(created);`,
        replace: `    return { outcome: "done" };`,
      },
    ],
  },
  {
    name: "status-write-lost-after-the-grant",
    breaks:
      "the write after the grant has no retry and ends the execution; nothing else comes by (TEAM, Glide)",
    expected: [1, 6],
    patches: [
      {
        file: "lambdas/core/use-cases/grant-access.ts",
        find: `      if ((await persist(requests, "AccessGranted", active)) === "written")
        return { next: "hold", until: expiresAt };`,
        replace: `      const outcome = await persist(requests, "AccessGranted", active).catch(() => "lost");
      return { next: outcome === "written" ? "hold" : "end", until: expiresAt };`,
      },
      {
        file: "lambdas/core/domain/due.ts",
        find: `  !isOver(request) && overdueFrom(request) <= timestamp(now);`,
        replace: `  request.status === "stuck" && !isOver(request) && overdueFrom(request) <= timestamp(now);`,
      },
    ],
  },
  {
    name: "verdict-after-a-crash",
    breaks: "what an earlier attempt of Lockstep's own made is taken for standing access",
    expected: [1],
    patches: [
      {
        file: "lambdas/core/use-cases/entitlements.ts",
        find: `  return ensure(dependencies, record.entitlement);
};`,
        replace: `
  const provider = dependencies.providers[record.entitlement.provider];
  if ((await provider.observe(record.entitlement)) === "absent") return ensure(dependencies, record.entitlement);
  await dependencies.entitlements.put({ ...uncertain, version: uncertain.version + 1, state: "standing" });
  return { outcome: "granted", standing: true };
};`,
      },
    ],
  },
  {
    name: "late-invocation-takes-it-again",
    breaks:
      "a late attempt takes hold again after its request has given the access up; no sweep ends dead holds",
    expected: [1],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: { do: "request", who: "alice", account: "sandbox", permissionSets: ["ReadOnly"], seconds: 900 },
      },
      { n: 1, when: { after: "active", of: 0, by: 20_000 }, what: { do: "revoke", of: 0, who: "alice" } },
      {
        n: 2,
        when: { at: 0 },
        what: {
          fault: "runs-on",
          // It has written that the grant begins, and is about to take hold of the access.
          point: { function: "grant-access", of: 0, invocation: 0, call: 3 },
          seconds: 250,
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/sweep/holders.ts",
        find: `request === undefined || isOver(request);`,
        replace: `request === undefined;`,
      },
      {
        file: "lambdas/core/domain/entitlement.ts",
        find: `  if (record.left !== undefined && request.id in record.left) {
    return { do: "refuse"`,
        replace: `  if (record.version === 0) {
    return { do: "refuse"`,
      },
    ],
  },
  {
    name: "self-approval",
    breaks: "requesters, and who else gets the access, approve it (CVE-2025-1969)",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `  if (requester.userId === person) return "requester";
  const benefits =`,
        replace: `  const benefits =`,
      },
      {
        file: "lambdas/core/domain/approval.ts",
        find: `  if (benefits) return "beneficiary";`,
        replace: ``,
      },
      {
        file: "lambdas/core/use-cases/may-decide.ts",
        find: `  if (request.requester.userId === caller.userId && !approval.requesterCanApproveSelf) {`,
        replace: `  if (memberships.size < 0) {`,
      },
    ],
  },
];
