import { accounts, groupId, people, userId } from "./cast.ts";
import type { Fault, FaultName } from "./history.ts";
import type { World } from "./world.ts";

type Strike<Name extends FaultName> = (world: World, fault: Fault & { readonly fault: Name }) => void;

/** Puts a condition into a set for so long. */
const forAWhile = <Condition>(
  { time, conditions }: World,
  set: Set<Condition>,
  condition: Condition,
  seconds: number,
): void => {
  const end = time.milliseconds + seconds * 1_000;
  set.add(condition);
  conditions.trouble(time.milliseconds, end);
  time.at(end, () => set.delete(condition));
};

/** Deletes what stands for the principal in the directory, and all its memberships. */
const deletePrincipal = (world: World, id: string): void => {
  const { users, groups, memberships } = world.identity.directory;
  world.identity.settle();
  for (const membership of memberships.all()) {
    if (membership.UserId === id || membership.GroupId === id) memberships.delete(membership);
  }
  users.delete(id);
  groups.delete(id);
  world.ledger.gonePrincipals.add(id);
  world.conditions.trouble(world.time.milliseconds, world.time.milliseconds);
};

const stop = (world: World, of: number, how: (arn: string) => void): void => {
  for (const { arn } of world.runningExecutions(of)) {
    how(arn);
    world.conditions.trouble(world.time.milliseconds, world.time.milliseconds);
  }
};

/** What each fault does. Those that name a point of the program lie in wait there; the others strike at their moment. */
const strikes: { readonly [Name in FaultName]: Strike<Name> } = {
  crash: ({ conditions }, { point, side }) => {
    conditions.putCall(point, { kind: side === "before" ? "crash-before" : "crash-after" });
  },
  "lost-answer": ({ conditions }, { point }) => {
    conditions.putCall(point, { kind: "lost-answer" });
  },
  "no-answer": ({ conditions }, { point, arrivesAfterSeconds }) => {
    const late = arrivesAfterSeconds === undefined ? {} : { arrivesAfter: arrivesAfterSeconds * 1_000 };
    conditions.putCall(point, { kind: "no-answer", ...late });
  },
  "runs-on": ({ conditions }, { point, seconds }) => {
    conditions.putCall(point, { kind: "runs-on", milliseconds: seconds * 1_000 });
  },
  "duplicate-invocation": ({ conditions }, { point, seconds }) => {
    conditions.putInvocation(point, { repeatedAfter: seconds * 1_000 });
  },
  "unreachable-function": ({ conditions }, { point }) => {
    conditions.putInvocation(point, { unreachable: true });
  },
  "duplicate-record": ({ conditions }, { of, version, seconds }) => {
    conditions.putRecord(of, version, { repeatedAfter: seconds * 1_000 });
  },
  "late-record": ({ conditions }, { of, version, seconds }) => {
    conditions.putRecord(of, version, { lateBy: seconds * 1_000 });
  },
  "lost-record": ({ conditions }, { of, version }) => {
    conditions.putRecord(of, version, { lost: true });
  },
  throttling: (world, { service, seconds, share }) => {
    forAWhile(world, world.conditions.throttling, { service, share }, seconds);
  },
  conflicts: (world, { seconds, share }) => {
    forAWhile(world, world.conditions.conflicts, { share }, seconds);
  },
  "failing-operations": (world, { seconds, share }) => {
    forAWhile(world, world.conditions.failing, { share }, seconds);
  },
  "slow-operations": (world, { seconds, takesSeconds }) => {
    const { time, conditions } = world;
    forAWhile(world, conditions.slow, { milliseconds: takesSeconds * 1_000 }, seconds);
    conditions.trouble(time.milliseconds, time.milliseconds + (seconds + takesSeconds) * 1_000);
  },
  "clock-off": (world, { seconds, bySeconds, where }) => {
    const { conditions, time } = world;
    const milliseconds = bySeconds * 1_000;
    conditions.furthestClockOff = Math.max(conditions.furthestClockOff, Math.abs(milliseconds));
    forAWhile(world, conditions.clockOff, { milliseconds, where }, seconds);
    // What such a clock has put off is late by as much.
    const end = time.milliseconds + seconds * 1_000;
    conditions.trouble(time.milliseconds, end + Math.max(0, milliseconds));
  },
  "late-indexes": (world, { seconds, bySeconds }) => {
    const { conditions, time } = world;
    forAWhile(world, conditions.lateIndexes, { milliseconds: bySeconds * 1_000 }, seconds);
    conditions.trouble(time.milliseconds, time.milliseconds + (seconds + bySeconds) * 1_000);
  },
  "aborted-execution": (world, { of }) => {
    stop(world, of, (arn) => {
      world.stopExecution(arn);
    });
  },
  "vanished-execution": (world, { of }) => {
    stop(world, of, (arn) => {
      world.loseExecution(arn);
    });
  },
  "lost-wake-up": ({ conditions }, { of }) => {
    conditions.lostWakeUps.add(of);
  },
  "lost-start": ({ conditions }, { of }) => {
    conditions.lostStarts.add(of);
  },
  "suspended-account": (world, { account, seconds }) => {
    const { accounts: documents } = world.identity.organizations;
    const { time, conditions } = world;
    const id = accounts[account];
    const state = (next: "ACTIVE" | "SUSPENDED") => {
      const record = documents.get(id);
      world.identity.settle();
      if (record !== undefined) documents.put(id, { ...record, state: next });
    };
    const end = time.milliseconds + seconds * 1_000;
    state("SUSPENDED");
    conditions.trouble(time.milliseconds, end);
    time.at(end, () => {
      state("ACTIVE");
    });
  },
  "deleted-user": (world, { who }) => {
    deletePrincipal(world, userId(who));
  },
  "deleted-group": (world, { group }) => {
    deletePrincipal(world, groupId(group));
    for (const who of people) world.ledger.leave(who, group, world.time.milliseconds);
  },
  redeploy: (world) => {
    world.redeploy();
  },
};

/** Lets the fault strike. */
export const strike = (world: World, fault: Fault): void => {
  // The key chose the row by the fault's own name, which the compiler cannot follow.
  (strikes[fault.fault] as Strike<FaultName>)(world, fault);
};

export const faultNames = Object.keys(strikes) as readonly FaultName[];
