import { describe, expect, it } from "vitest";
import { SHARES } from "../../../../../lambdas/adapters/admission.ts";
import {
  claim,
  confirmAbsent,
  entitlementKey,
  release,
  withUncertainty,
  type Entitlement,
} from "../../../../../lambdas/core/domain/entitlement.ts";
import { commonOf, evolve } from "../../../../../lambdas/core/domain/evolve.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { secondsAfter, timestamp, type RequestId } from "../../../../../lambdas/core/domain/ids.ts";
import type { Provider } from "../../../../../lambdas/core/ports/provider.ts";
import type { EntitlementIndex } from "../../../../../lambdas/core/ports/stores.ts";
import { SWEEP_CALLS_PER_SECOND } from "../../../../../lambdas/core/use-cases/sweep/observation-rotation.ts";
import { aRequestId, aUserId } from "../../../../support/builders.ts";
import { endedOf, lifeOf, requestIdOf, sweepUnderTest, type SweepUnderTest } from "./world.ts";

const actor = { type: "lockstep", name: "workflow" } as const;

/** Gives a record up and confirms its absence, as a revoke does. */
const removed = async (world: SweepUnderTest, person: string): Promise<void> => {
  const record = await world.record(person);
  const { entitlement } = record;
  const now = world.clock.now();
  const released = release(record, { id: requestIdOf(person), entitlement }, { uncertain: false, now });
  if (released.do !== "write" || released.next.state !== "removing") throw new Error("Not the last holder");
  await world.entitlements.put(released.next);
  world.provider.present.delete(entitlementKey(entitlement));
  await world.entitlements.put(confirmAbsent(released.next, now));
};

const over = async (world: SweepUnderTest, person: string): Promise<void> => {
  const active = await world.requests.get(requestIdOf(person));
  if (active?.status !== "active") throw new Error(`${person}'s request is not active`);
  const { revoking, ended } = endedOf(active, world.clock.now());
  await world.writeAll([revoking, ended], true);
};

const vanish = async (world: SweepUnderTest, person: string): Promise<void> => {
  world.provider.present.delete(entitlementKey((await world.record(person)).entitlement));
};

/** The sweep as `world`'s, whose provider lets something else happen between the look at AWS and what follows from it. */
const whileLooking = (world: SweepUnderTest, happens: () => Promise<void>): SweepUnderTest => {
  const provider: Provider = {
    kind: world.provider.kind,
    observe: world.provider.observe.bind(world.provider),
    apply: world.provider.apply.bind(world.provider),
    remove: world.provider.remove.bind(world.provider),
    instructions: world.provider.instructions.bind(world.provider),
    observeAll: async (entitlements) => {
      const observed = await world.provider.observeAll(entitlements);
      await happens();
      return observed;
    },
  };
  return sweepUnderTest({ ...world.dependencies, providers: { [provider.kind]: provider } });
};

describe("access that a request holds", () => {
  it("is compared with AWS, and nothing is found when it is there", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(120);
    const { report } = await world.sweep();
    expect(report).toMatchObject({ complete: true, findings: [], access: { compared: 1, left: 0 } });
    expect((await world.record("alice")).verifiedAt).toBe(report.beganAt);
    expect(report.rotation.oldestSeconds).toBe(0);
  });

  it("that vanished is reported once on the bus, in every sweep's answer, and not made again", async () => {
    const world = sweepUnderTest();
    const { id } = await world.grant("alice");
    await world.wait(120);
    await vanish(world, "alice");
    const first = await world.sweep();
    expect(first.report.findings).toEqual([
      expect.objectContaining({
        kind: "vanished",
        outcome: "reported",
        sentence: expect.any(String) as string,
      }),
    ]);
    expect(world.events.published).toEqual([
      expect.objectContaining({
        type: "SweepFinding",
        detail: { version: 1, kind: "vanished", ...idsOf((await world.record("alice")).entitlement) },
      }),
    ]);
    await world.wait(300);
    expect((await world.sweep()).report.access.vanished).toBe(1);
    expect(world.events.published).toHaveLength(1);
    expect(world.provider.countOf("apply")).toBe(0);
    expect(Object.keys((await world.record("alice")).holders)).toEqual([id]);

    world.provider.present.add(entitlementKey((await world.record("alice")).entitlement));
    await world.wait(300);
    expect((await world.sweep()).report.findings).toEqual([]);
    expect((await world.record("alice")).drift).toBeUndefined();
  });

  it("is not called vanished in the minute in which AWS may not show it yet", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await vanish(world, "alice");
    await world.wait(59);
    expect((await world.sweep()).report).toMatchObject({ findings: [], access: { compared: 0, left: 1 } });
    await world.wait(2);
    expect((await world.sweep()).report.access).toMatchObject({ vanished: 1, left: 0 });
  });
});

describe("access that Lockstep removed", () => {
  it("that somebody else makes again is reported and left to them", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(120);
    await removed(world, "alice");
    await over(world, "alice");
    const key = entitlementKey((await world.record("alice")).entitlement);
    expect((await world.sweep()).report.findings).toEqual([]);

    world.provider.present.add(key);
    await world.wait(300);
    expect(world.kinds(await world.sweep())).toEqual(["appeared"]);
    expect(world.provider.present.has(key)).toBe(true);
    expect(world.provider.countOf("remove")).toBe(0);
    expect((await world.record("alice")).state).toBe("absent");
  });

  it("is looked at for a day", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await removed(world, "alice");
    await over(world, "alice");
    await world.wait(24 * 3600);
    await world.sweep();
    expect(await world.entitlements.longestUnverified(10)).toEqual([]);
  });
});

describe("a holder whose request is over", () => {
  it("is ended, and what nobody else holds is an orphan that is queued for removal", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await over(world, "alice");
    await world.wait(120);
    const { report } = await world.sweep();
    expect(report.access).toMatchObject({ deadHolders: 1, orphans: 1 });
    expect(report.findings.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ["dead-holder", "hold-ended"],
      ["orphan", "removal-queued"],
    ]);
    const record = await world.record("alice");
    expect(record).toMatchObject({ state: "removing", holders: {} });
    // Whether its own attempt to grant has ended is not known: its absence is to be confirmed once more.
    expect(record.uncertainUntil).toBeDefined();
    expect(world.drains).toHaveLength(1);
    expect(world.events.published).toEqual([
      expect.objectContaining({
        type: "SweepFinding",
        detail: expect.objectContaining({ kind: "orphan" }) as object,
      }),
    ]);
    expect(world.provider.countOf("remove")).toBe(0);
  });

  it("is ended when the request does not exist", async () => {
    const world = sweepUnderTest();
    const requests = { ...world.dependencies.requests, get: () => Promise.resolve(undefined) };
    await world.grant("alice");
    await sweepUnderTest({ ...world.dependencies, requests: withList(world, requests.get) }).sweep();
    expect((await world.record("alice")).state).toBe("removing");
  });

  it("does not take the access from its other holder", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    const other = await holdToo(world, "alice", "second");
    await over(world, "alice");
    await world.wait(120);
    const { report } = await world.sweep();
    expect(report.access).toMatchObject({ deadHolders: 1, orphans: 0, compared: 1 });
    const record = await world.record("alice");
    expect(record.state).toBe("ours");
    expect(Object.keys(record.holders)).toEqual([other]);
    expect(world.drains).toEqual([]);
  });

  it("leaves standing access standing", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    const record = await world.record("alice");
    await world.entitlements.put({
      ...record,
      state: "standing",
      version: record.version + 1,
    });
    await over(world, "alice");
    await world.sweep();
    expect((await world.record("alice")).state).toBe("absent");
    expect(world.provider.present.size).toBe(1);
    expect(await world.entitlements.removals(new Date("2100-01-01T00:00:00.000Z"), 10)).toEqual([]);
  });
});

describe("a sweep beside a grant", () => {
  const granting = async (): Promise<{ world: SweepUnderTest; id: RequestId }> => {
    const world = sweepUnderTest();
    const { all, granting: request } = lifeOf("alice", world.clock.now());
    await world.writeAll(all.slice(0, 3), true);
    const [requested] = request.entitlements;
    if (requested === undefined) throw new Error("A request without entitlements");
    const step = claim(undefined, { ...request, entitlement: requested.entitlement });
    if (step.do !== "write") throw new Error("Not the first");
    await world.entitlements.put(step.next);
    return { world, id: request.id };
  };

  it.each(["observing", "ours"] as const)(
    "writes nothing and reports nothing while its record is %s",
    async (state) => {
      const { world } = await granting();
      const claimed = await world.record("alice");
      if (state === "ours") await world.entitlements.put({ ...claimed, state, version: 2 });
      const before = await world.record("alice");
      await world.wait(600);
      const { report } = await world.sweep();
      expect(report).toMatchObject({ access: { compared: 0, left: 1, deadHolders: 0, vanished: 0 } });
      expect(await world.record("alice")).toEqual(before);
      expect(world.events.published).toEqual([]);
    },
  );

  it("does not call what it makes appeared: the new holder's record is another one", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await removed(world, "alice");
    await over(world, "alice");
    const record = await world.record("alice");
    const key = entitlementKey(record.entitlement);
    const beside = whileLooking(world, async () => {
      const expiresAt = secondsAfter(world.clock.now(), 3600);
      const step = claim(record, { id: aRequestId("second"), expiresAt, entitlement: record.entitlement });
      if (step.do === "write") await world.entitlements.put(step.next);
    });
    // The other request's Create lands just before the sweep looks.
    world.provider.present.add(key);
    const { report } = await beside.sweep();
    expect(report).toMatchObject({ findings: [], access: { appeared: 0, left: 1 } });
    expect(world.events.published).toEqual([]);
    expect((await world.record("alice")).state).toBe("observing");
  });
});

describe("a sweep beside a revoke", () => {
  it("does not call what it removes vanished: the released record is another one", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(120);
    await vanish(world, "alice");
    const beside = whileLooking(world, () => removed(world, "alice"));
    const { report } = await beside.sweep();
    expect(report).toMatchObject({ findings: [], access: { vanished: 0, left: 1 } });
    expect((await world.record("alice")).drift).toBeUndefined();
  });

  it("does not end a hold that is released at the same moment, nor one that is new", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await over(world, "alice");
    const racing: EntitlementIndex = {
      removals: (now, limit) => world.entitlements.removals(now, limit),
      longestUnverified: async (limit) => {
        const read = await world.entitlements.longestUnverified(limit);
        const [record] = read;
        if (record?.state === "ours" && record.uncertainUntil === undefined) {
          await world.entitlements.put(withUncertainty(record, world.clock.now()));
        }
        return read;
      },
    };
    const { report } = await sweepUnderTest({ ...world.dependencies, index: racing }).sweep();
    expect(report.access).toMatchObject({ deadHolders: 0, orphans: 0, left: 1 });
    expect((await world.record("alice")).state).toBe("ours");
  });
});

describe("two sweeps at once", () => {
  it("compare with AWS one after the other", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(120);
    const turn = await world.turns.take("sweep", 3600);
    const began = world.clock.now().getTime();
    const { report } = await world.sweep(240);
    expect(report).toMatchObject({ complete: false, access: { compared: 0 } });
    // Whoever has the turn compares for all: waiting for it would fill a young account's ten invocations.
    expect(world.clock.now().getTime() - began).toBeLessThanOrEqual(15_000);
    expect(report.problems).toEqual(["Another sweep is comparing access with AWS at this moment."]);
    expect(world.provider.countOf("observe")).toBe(0);
    if (turn !== undefined) await world.turns.end(turn);
    expect((await world.sweep(18)).report).toMatchObject({ complete: true, access: { compared: 1 } });
  });

  it("wait for a crashed one's turn to end", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(120);
    await world.turns.take("sweep", 10);
    expect((await world.sweep(18)).report.access.compared).toBe(1);
  });

  it("give the turn back", async () => {
    const world = sweepUnderTest();
    await world.sweep();
    expect(await world.turns.take("sweep", 1)).toBeDefined();
  });

  it("stop when the turn was lost", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(120);
    const turns = { ...world.dependencies.turns, keep: () => Promise.resolve(undefined) };
    const losing = sweepUnderTest({
      ...world.dependencies,
      turns: {
        take: (name, seconds) => world.turns.take(name, seconds),
        keep: turns.keep,
        end: (turn) => world.turns.end(turn),
      },
    });
    expect((await losing.sweep()).report).toMatchObject({ complete: false, access: { compared: 0 } });
  });
});

describe("what AWS does not answer", () => {
  it("is left out, and everything else is compared", async () => {
    const world = sweepUnderTest();
    for (const person of ["alice", "bob", "carol"]) await world.grant(person);
    await world.wait(120);
    const silent = aUserId("bob");
    const fails = (entitlements: readonly Entitlement[]) =>
      entitlements.some(({ principalId }) => principalId === silent);
    const unavailable = () => Promise.reject(new RetryableError("ProviderUnavailable", "no answer"));
    const provider: Provider = {
      kind: world.provider.kind,
      apply: world.provider.apply.bind(world.provider),
      remove: world.provider.remove.bind(world.provider),
      instructions: world.provider.instructions.bind(world.provider),
      observe: (one) => (fails([one]) ? unavailable() : world.provider.observe(one)),
      observeAll: (all) => (fails(all) ? unavailable() : world.provider.observeAll(all)),
    };
    const partly = sweepUnderTest({ ...world.dependencies, providers: { [provider.kind]: provider } });
    const swept = await partly.sweep();
    expect(swept.report).toMatchObject({ complete: false, access: { compared: 2, left: 1 } });
    expect(swept.report.problems).toEqual(["no answer"]);
    expect(swept.defects).toEqual([]);
    expect(swept.report.rotation.oldestSeconds).toBeGreaterThanOrEqual(120);
  });
});

it("has the pace that its process is admitted", () => {
  expect(SWEEP_CALLS_PER_SECOND).toBe(SHARES.sweep.perSecond);
});

const idsOf = ({ provider, accountId, permissionSetArn, principalType, principalId }: Entitlement) => ({
  provider,
  accountId,
  permissionSetArn,
  principalType,
  principalId,
});

const withList = (world: SweepUnderTest, get: SweepUnderTest["dependencies"]["requests"]["get"]) => ({
  get,
  listByStatus: world.requests.listByStatus.bind(world.requests),
  listUnreviewedBreakGlass: world.requests.listUnreviewedBreakGlass.bind(world.requests),
  listWaitingExtensions: world.requests.listWaitingExtensions.bind(world.requests),
});

/** A second request that holds what `person`'s holds, active for as long. */
const holdToo = async (world: SweepUnderTest, person: string, name: string): Promise<RequestId> => {
  const record = await world.record(person);
  const id = aRequestId(name);
  const now = world.clock.now();
  const { pending } = lifeOf(person, now);
  const mine = { ...pending, id };
  await world.requests.create(mine);
  const expiresAt = secondsAfter(now, 3600);
  const approved = evolve("RequestApproved", mine, commonOf(mine), { actor, now });
  const granting = evolve("GrantStarted", approved, { ...commonOf(approved), expiresAt }, { actor, now });
  const draft = { ...commonOf(granting), activeAt: timestamp(now), expiresAt };
  const active = evolve("AccessGranted", granting, draft, { actor, now });
  await world.writeAll([approved, granting, active], true);
  const step = claim(record, { id, expiresAt, entitlement: record.entitlement });
  if (step.do !== "write") throw new Error("Not claimed");
  await world.entitlements.put(step.next);
  return id;
};
