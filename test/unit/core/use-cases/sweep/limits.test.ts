import { describe, expect, it } from "vitest";
import { entitlementKey, release, type Entitlement } from "../../../../../lambdas/core/domain/entitlement.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { timestamp, type RequestId } from "../../../../../lambdas/core/domain/ids.ts";
import type { Provider } from "../../../../../lambdas/core/ports/provider.ts";
import type { DueRequests } from "../../../../../lambdas/core/ports/stores.ts";
import { publishFinding } from "../../../../../lambdas/core/use-cases/sweep/publish-finding.ts";
import { resumeRequest } from "../../../../../lambdas/core/use-cases/sweep/resume-request.ts";
import { aUserId, anActiveRequest } from "../../../../support/builders.ts";
import { FakeEventPublisher } from "../../../../support/fakes/event-publisher.ts";
import { lifeOf, requestIdOf, sweepUnderTest, type SweepUnderTest } from "./world.ts";

/* Where a sweep ends before its work does, what it says of that, and that the next one goes on from there. */

const HOUR = 3600;

const people = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `p${index}`);
/** Requests whose trail is whole, due for a look; nothing is held. */
const dueRequests = async (world: SweepUnderTest, count: number): Promise<void> => {
  for (const person of people(count)) await world.writeAll(lifeOf(person, world.clock.now()).all, true);
  await world.wait(180);
};
const granted = async (world: SweepUnderTest, count: number): Promise<void> => {
  for (const person of people(count)) await world.grant(person);
  await world.wait(180);
};
/** The list of due requests, and how many were asked for each time. */
const watched = (world: SweepUnderTest) => {
  const limits: number[] = [];
  const due: DueRequests = {
    due: (now, limit) => {
      limits.push(limit);
      return world.requests.due(now, limit);
    },
    putOff: (request, until) => world.requests.putOff(request, until),
  };
  return { due, limits };
};
const provided = (world: SweepUnderTest, overrides: Partial<Provider>): SweepUnderTest => {
  const { provider } = world;
  const changed: Provider = {
    kind: provider.kind,
    apply: provider.apply.bind(provider),
    remove: provider.remove.bind(provider),
    instructions: provider.instructions.bind(provider),
    observe: provider.observe.bind(provider),
    observeAll: provider.observeAll.bind(provider),
    ...overrides,
  };
  return sweepUnderTest({ ...world.dependencies, providers: { [provider.kind]: changed } });
};

describe("looks at due requests", () => {
  it("begin with none when there is no time, and say so", async () => {
    const world = sweepUnderTest();
    await dueRequests(world, 1);
    const { report } = await world.sweep(0);
    expect(report.requests.lookedAt).toBe(0);
    expect(report.problems).toContain("The time was over before every due request was looked at.");
    expect((await world.sweep()).report.requests.lookedAt).toBe(1);
  });

  it("end in the middle of a page when the time is over, and the rest is first next time", async () => {
    const world = sweepUnderTest();
    await dueRequests(world, 12);
    const audit = {
      append: world.audit.append.bind(world.audit),
      sequences: async (...asked: Parameters<typeof world.audit.sequences>) => {
        await world.clock.sleep(1000);
        return world.audit.sequences(...asked);
      },
    };
    const { report } = await sweepUnderTest({ ...world.dependencies, audit }).sweep(5);
    expect(report.requests).toMatchObject({ lookedAt: 5, left: 0 });
    expect(report.complete).toBe(false);
    expect(await world.requests.due(world.clock.now(), 100)).toHaveLength(7);
  });

  it("read past those that could not be put right, and stop at 500 of them", async () => {
    const world = sweepUnderTest();
    await dueRequests(world, 620);
    const audit = {
      append: world.audit.append.bind(world.audit),
      sequences: () => Promise.reject(new RetryableError("StoreUnavailable", "throttled")),
    };
    const { due, limits } = watched(world);
    const { report } = await sweepUnderTest({ ...world.dependencies, audit, due }).sweep();
    expect(limits).toEqual([100, 200, 300, 400, 500]);
    expect(report.requests).toMatchObject({ lookedAt: 500, left: 500 });
    expect(report.problems).toEqual([
      "throttled",
      "Too many requests could not be put right: the next sweep begins with them.",
    ]);
  });

  it("say that a request could not be restarted for want of time, without waiting for its turn", async () => {
    const world = sweepUnderTest();
    await granted(world, 30);
    await world.wait(HOUR);
    const { report } = await world.sweep(1);
    // Twenty a second, the one at the end of the second among them.
    expect(report.requests).toMatchObject({ overdue: 30, restarted: 21, left: 9 });
    expect(report.problems).toContain("Not every overdue request could be restarted.");
    expect(world.workflow.started.size).toBe(21);
  });

  it("tell of a defect, which does not pass by itself, and leave its request in the list", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(HOUR + 61);
    const defect = new TypeError("no such machine");
    const workflow = { start: () => Promise.reject(defect) };
    const swept = await sweepUnderTest({ ...world.dependencies, workflow }).sweep();
    expect(swept.defects).toEqual([defect]);
    expect(swept.report.requests).toMatchObject({ restarted: 0, left: 1 });
    expect((await world.requests.due(world.clock.now(), 10)).map(({ id }) => id)).toEqual([
      requestIdOf("alice"),
    ]);
  });
});

describe("the execution that a look starts", () => {
  it("has the name of its request, of its version, and of the five minutes in which the look was made", async () => {
    const names: string[] = [];
    const start = resumeRequest({
      workflow: {
        start: (name) => {
          names.push(name);
          return Promise.resolve("started" as const);
        },
      },
    });
    const request = anActiveRequest();
    const began = 1_800_000_000_000;
    for (const after of [0, 299_999, 300_000]) await start(request, new Date(began + after));
    const name = (look: number) => `${request.id}.sweep.${request.version}.${look.toString(36)}`;
    expect(names).toEqual([name(6_000_000), name(6_000_000), name(6_000_001)]);
  });
});

describe("comparing access with AWS", () => {
  it("begins nothing without time for a call, and says so", async () => {
    const world = sweepUnderTest();
    await granted(world, 1);
    const { report } = await world.sweep(0);
    expect(report.access.compared).toBe(0);
    expect(report.problems).toContain("The time was over before all access was compared with AWS.");
  });

  it("compares as much as two calls a second allow, and the next sweep goes on from there", async () => {
    const world = sweepUnderTest();
    await granted(world, 45);
    const pages: number[] = [];
    const paced = provided(world, {
      observeAll: async (entitlements) => {
        pages.push(entitlements.length);
        await world.clock.sleep(entitlements.length * 500);
        return world.provider.observeAll(entitlements);
      },
    });
    const first = await paced.sweep(15);
    expect(pages).toEqual([20, 10]);
    expect(first.report).toMatchObject({ complete: false, access: { compared: 30, left: 0 } });
    expect(first.report.problems).toEqual(["The time was over before all access was compared with AWS."]);
    await world.wait(60);
    expect((await paced.sweep(15)).report.access.compared).toBe(30);
    expect(world.entitlements.all.every(({ verifiedAt }) => verifiedAt !== undefined)).toBe(true);
  });

  it("leaves what is being granted to the next sweep, and says so", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    const { report } = await world.sweep();
    expect(report.access).toMatchObject({ compared: 0, left: 1 });
    expect(report.problems).toEqual([
      "Access that is being granted, or was within the last minute, is left to the next sweep.",
    ]);
  });

  it("reads past what it cannot compare, and stops at 500 of them", async () => {
    const world = sweepUnderTest();
    for (const person of people(620)) await world.grant(person);
    const limits: number[] = [];
    const index = {
      removals: world.entitlements.removals.bind(world.entitlements),
      longestUnverified: (limit: number) => {
        limits.push(limit);
        return world.entitlements.longestUnverified(limit);
      },
    };
    const { report } = await sweepUnderTest({ ...world.dependencies, index }).sweep();
    expect(report.access).toMatchObject({ compared: 0, left: 500 });
    expect(report.problems).toContain(
      "Too much access could not be compared with AWS: the next sweep begins with it.",
    );
    // The last one is of the rotation's age.
    expect(limits).toEqual([...Array.from({ length: 25 }, (_, page) => 20 + 20 * page), 10]);
  });

  it("stops when it has lost its turn, says so, and does not give away the other one's", async () => {
    const world = sweepUnderTest();
    await granted(world, 1);
    const ended: string[] = [];
    const turns = {
      take: world.turns.take.bind(world.turns),
      keep: () => Promise.resolve(undefined),
      end: ({ name }: { readonly name: string }) => {
        ended.push(name);
        return Promise.resolve();
      },
    };
    const { report, defects } = await sweepUnderTest({ ...world.dependencies, turns }).sweep();
    expect(report.problems).toEqual(["Another sweep has gone on comparing access with AWS."]);
    expect(defects).toEqual([]);
    expect(ended).toEqual([]);
  });

  it("asks for the only one once, and tells why it could not be seen", async () => {
    const world = sweepUnderTest();
    await granted(world, 1);
    const asked: string[] = [];
    const unavailable = (how: string) => () => {
      asked.push(how);
      return Promise.reject(new RetryableError("ProviderUnavailable", `no answer to ${how}`));
    };
    const silent = provided(world, { observeAll: unavailable("all"), observe: unavailable("one") });
    const { report, defects } = await silent.sweep();
    expect(asked).toEqual(["all"]);
    expect(report.problems).toEqual(["no answer to all"]);
    expect(report.access).toMatchObject({ compared: 0, left: 1 });
    expect(defects).toEqual([]);
  });

  it("asks one by one when they cannot be seen together, and tells only of those that cannot be seen at all", async () => {
    const world = sweepUnderTest();
    await granted(world, 3);
    const unavailable = (how: string) => Promise.reject(new RetryableError("ProviderUnavailable", how));
    const partly = provided(world, {
      observeAll: () => unavailable("not together"),
      observe: (entitlement: Entitlement) =>
        entitlement.principalId === aUserId("p1")
          ? unavailable("not this one")
          : world.provider.observe(entitlement),
    });
    const { report } = await partly.sweep();
    expect(report.problems).toEqual(["not this one"]);
    expect(report.access).toMatchObject({ compared: 2, left: 1, vanished: 0 });
  });

  it("keeps one record's trouble to itself", async () => {
    const world = sweepUnderTest();
    await granted(world, 2);
    const broken = new TypeError("not a record");
    const put = world.entitlements.put.bind(world.entitlements);
    world.entitlements.put = (record) =>
      record.entitlement.principalId === aUserId("p0") ? Promise.reject(broken) : put(record);
    const swept = await world.sweep();
    expect(swept.report.access).toMatchObject({ compared: 1, left: 1 });
    expect(swept.defects).toEqual([broken]);
  });

  it("publishes each finding under an id of its own, the same for the same finding", async () => {
    const world = sweepUnderTest();
    await granted(world, 2);
    for (const { entitlement } of world.entitlements.all) {
      world.provider.present.delete(entitlementKey(entitlement));
    }
    await world.sweep();
    const ids = world.events.published.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^f-[a-z2-7]{26}$/);
    expect(world.events.published.map(({ at }) => at)).toEqual(ids.map(() => timestamp(world.clock.now())));
    const [first] = world.entitlements.all;
    if (first === undefined) throw new Error("Nothing is kept");
    const again = new FakeEventPublisher();
    for (const kind of ["vanished", "vanished", "appeared"] as const)
      await publishFinding({ events: again, clock: world.clock })(kind, first);
    const [one, same, otherKind] = again.published.map(({ id }) => id);
    expect(same).toBe(one);
    expect(ids).toContain(one);
    expect(otherKind).not.toBe(one);
  });
});

describe("an item that cannot be read", () => {
  const defect = new Error("The item at r-1 is not of the shape that Lockstep writes");

  /** Two requests that are due, two removals that nobody comes for, two accesses to compare. */
  const beside = async (overrides: (world: SweepUnderTest) => Partial<SweepUnderTest["dependencies"]>) => {
    const world = sweepUnderTest();
    await granted(world, 4);
    for (const record of world.entitlements.all.slice(0, 2)) {
      const [by] = Object.keys(record.holders) as RequestId[];
      if (by === undefined) throw new Error("Nobody holds it");
      const given = release(
        record,
        { id: by, entitlement: record.entitlement },
        { uncertain: false, now: world.clock.now() },
      );
      if (given.do === "write") await world.entitlements.put(given.next);
    }
    await world.wait(180);
    const swept = await sweepUnderTest({ ...world.dependencies, ...overrides(world) }).sweep();
    return { world, swept };
  };
  const told = {
    complete: false,
    requests: { lookedAt: 4, left: 0 },
    access: { compared: 2, left: 0 },
    problems: ["Something failed in a way that does not pass by itself: the log of lockstep-sweep says how."],
  };

  it.each<[string, (world: SweepUnderTest) => Partial<SweepUnderTest["dependencies"]>]>([
    [
      "requests",
      ({ requests }) => ({
        due: {
          due: (now, limit, onUnreadable) => {
            onUnreadable(defect);
            return requests.due(now, limit);
          },
          putOff: (request, until) => requests.putOff(request, until),
        },
      }),
    ],
    [
      "removals",
      ({ entitlements }) => ({
        index: {
          removals: (now, limit, onUnreadable) => {
            onUnreadable(defect);
            return entitlements.removals(now, limit);
          },
          longestUnverified: (limit) => entitlements.longestUnverified(limit),
        },
      }),
    ],
    [
      "accesses to compare",
      ({ entitlements }) => ({
        index: {
          removals: (now, limit) => entitlements.removals(now, limit),
          longestUnverified: (limit, onUnreadable) => {
            onUnreadable(defect);
            return entitlements.longestUnverified(limit);
          },
        },
      }),
    ],
  ])("among the %s is told of, and everything else has its look", async (_, overrides) => {
    const { world, swept } = await beside(overrides);
    expect(swept.defects).toEqual([defect]);
    expect(swept.report).toMatchObject(told);
    expect(world.kinds(swept)).toEqual(["waiting-removals"]);
    expect(world.drains).toHaveLength(1);
    expect(await world.requests.due(world.clock.now(), 10)).toEqual([]);
  });
});
