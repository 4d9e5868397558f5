import type { Mutant } from "./mutant.ts";

/** Defects of what is written down and told. */
export const recording: readonly Mutant[] = [
  {
    name: "unconditional-status-write",
    breaks: "a status is written whatever stands there meanwhile (TEAM: a late status over `revoked`)",
    // Invariant 9 too: the trail does not take the second of two histories of one request, and what records them fails loudly.
    expected: [5, 9],
    patches: [
      {
        file: "lambdas/adapters/dynamodb/access-request-store.ts",
        find: `      const outcome = await access.put(itemOf(next), hasVersion(next.version - 1, from));`,
        replace: `
      const always = { ...isNew, ConditionExpression: "attribute_exists(#pk)" };
      const outcome = await access.put(itemOf(next), from.length === 0 ? hasVersion(next.version - 1, from) : always);`,
      },
    ],
  },
  {
    name: "token-in-an-event",
    breaks: "an event carries the task token, with which whoever reads it wakes the machine",
    expected: [8],
    patches: [
      {
        file: "lambdas/core/use-cases/record-transition.ts",
        find: `    await events.publish(eventOf(request, entry));`,
        replace: `
    const event = eventOf(request, entry);
    const taskToken = await wakeups.get(request.id);
    await events.publish({ ...event, detail: { ...event.detail, taskToken } });`,
      },
      {
        file: "lambdas/core/use-cases/record-transition.ts",
        find: `  ({ audit, events }: RecordDependencies) =>`,
        replace: `  ({ audit, events, wakeups }: RecordDependencies & { readonly wakeups: any }) =>`,
      },
      {
        file: "test/simulation/lockstep/functions.ts",
        find: `        events: eventPublisher({ clientsFor, busName: "lockstep" }),
      });
      return async (image)`,
        replace: `        events: eventPublisher({ clientsFor, busName: "lockstep" }),
        wakeups: wakeupStore({ clientsFor, tableName: tables.wakeups }),
      });
      return async (image)`,
      },
    ],
  },
  {
    name: "audit-entry-written-over",
    breaks: "a record of the stream that comes twice writes its entry over",
    expected: [5],
    patches: [
      {
        file: "lambdas/adapters/dynamodb/audit-trail.ts",
        find: `      if ((await audit.put({ ...entry, ...attributes }, isNew)) === "written") return;`,
        replace: `
      const always = { ...isNew, ConditionExpression: "attribute_not_exists(#pk) OR attribute_exists(#pk)" };
      if ((await audit.put({ ...entry, ...attributes }, always)) === "written") return;`,
      },
    ],
  },
];
