import { describe, expect, it } from "vitest";
import type { Integration } from "../../../../../lambdas/core/domain/integration.ts";
import { timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import { PHASES, SyncSchema, type Sync, type SyncScope } from "../../../../../lambdas/core/domain/sync.ts";
import { beginSync } from "../../../../../lambdas/core/use-cases/integrations/begin-sync.ts";
import { FakeSyncStarter } from "../../../../support/fakes/sync-starter.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import {
  aFailedSync,
  aFinishedSync,
  aProblem,
  aRunningSync,
  home,
} from "../../../../support/integrations.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const MINUTE = 60_000;
const FIRST = "organization.identity.20260101T000000Z";

const underTest = (syncs = new FakeSyncStore()) => {
  const clock = new VirtualClock();
  const starter = new FakeSyncStarter();
  const begin = beginSync({ syncs, starter, clock });
  return {
    clock,
    starter,
    syncs,
    begin: (scope: SyncScope = "identity", integration: Integration = home) =>
      begin({ integration, scope, reason: "schedule" }),
  };
};

/** Lets `among` callers look before any of them writes. */
class LookTogether extends FakeSyncStore {
  private readonly among: number;
  private waiting: (() => void)[] = [];

  constructor(among: number) {
    super();
    this.among = among;
  }

  override async list(...query: Parameters<FakeSyncStore["list"]>): ReturnType<FakeSyncStore["list"]> {
    const found = await super.list(...query);
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length < this.among) return;
      for (const go of this.waiting.splice(0)) go();
    });
    return found;
  }
}

describe("beginning a sync", () => {
  it("writes the record at its first phase, then starts its execution", async () => {
    const { begin, syncs, starter } = underTest();
    const { sync, outcome } = await begin();
    expect(outcome).toBe("begun");
    expect(sync).toMatchObject({
      id: FIRST,
      version: 1,
      integrationWrittenAt: home.updatedAt,
      status: "running",
      occasion: "schedule",
      baseline: true,
      checkpoint: { phase: PHASES.identity[0] },
    });
    expect(SyncSchema.parse(sync)).toEqual(sync);
    expect(syncs.all).toEqual([sync]);
    expect(starter.started).toEqual([`${FIRST}.1`]);
  });

  it("begins at the first phase of its own scope", async () => {
    const { begin } = underTest();
    expect((await begin("resources")).sync).toMatchObject({
      id: "organization.resources.20260101T000000Z",
      checkpoint: { phase: "in-accounts" },
    });
  });

  it.each([
    ["finished", [aFinishedSync({}, { baseline: true })], false],
    ["failed after others were finished", [aFailedSync({}, undefined, { baseline: false })], false],
    ["failed, as all before it", [aFailedSync({}, undefined, { baseline: true })], true],
  ] as const)(
    "is the baseline as long as none was finished: the one before was %s",
    async (_how, before, baseline) => {
      const { begin, syncs, clock } = underTest();
      for (const sync of before) await syncs.put(sync);
      await clock.advanceBy(360 * MINUTE);
      expect((await begin()).sync).toMatchObject({ id: "organization.identity.20260101T060000Z", baseline });
    },
  );

  it("starts one whose start was lost when somebody asks again", async () => {
    const { begin, starter, syncs, clock } = underTest();
    starter.unavailable = true;
    await expect(begin()).rejects.toMatchObject({ name: "WorkflowUnavailable" });
    starter.unavailable = false;
    await clock.advanceBy(MINUTE);
    expect(await begin()).toMatchObject({ outcome: "already-begun", sync: { id: FIRST, version: 1 } });
    expect(starter.started).toEqual([`${FIRST}.1`]);
    expect(syncs.all).toHaveLength(1);
  });
});

describe("while one is under way", () => {
  it("answers that one, of the same scope only", async () => {
    const { begin, starter, clock } = underTest();
    await begin();
    await clock.advanceBy(10 * MINUTE);
    expect(await begin()).toMatchObject({ outcome: "already-begun", sync: { id: FIRST } });
    expect(await begin("resources")).toMatchObject({ outcome: "begun" });
    expect(starter.started).toEqual([`${FIRST}.1`, "organization.resources.20260101T001000Z.1"]);
  });

  it("starts nothing for one that has got on already", async () => {
    const { begin, starter, syncs } = underTest();
    await syncs.put(aRunningSync());
    await syncs.put(aRunningSync({}, { version: 2 }));
    expect(await begin()).toMatchObject({ outcome: "already-begun", sync: { version: 2 } });
    expect(starter.started).toEqual([]);
  });

  it("lets one of two in that begin within the same second: both answer the one record", async () => {
    const { begin, starter, syncs } = underTest(new LookTogether(2));
    const both = await Promise.all([begin(), begin()]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(["already-begun", "begun"]);
    expect(new Set(both.map(({ sync }) => sync.id))).toEqual(new Set([FIRST]));
    expect(syncs.all).toHaveLength(1);
    expect(starter.started).toEqual([`${FIRST}.1`]);
  });

  it("answers one that began and ended within this very second", async () => {
    const { begin, starter, syncs } = underTest();
    await syncs.put(aFinishedSync());
    expect(await begin()).toMatchObject({ outcome: "already-begun", sync: { status: "finished" } });
    expect(starter.started).toEqual([]);
  });
});

describe("one that has been silent for half an hour", () => {
  const silent = async (syncs?: FakeSyncStore) => {
    const world = underTest(syncs);
    await world.syncs.put(aRunningSync());
    await world.syncs.put(aRunningSync({}, { version: 2, checkpoint: { phase: "users", cursor: "here" } }));
    return world;
  };

  it("is left alone before", async () => {
    const { begin, starter, clock } = await silent();
    await clock.advanceBy(30 * MINUTE - 1);
    expect((await begin()).outcome).toBe("already-begun");
    expect(starter.started).toEqual([]);
  });

  it("is taken up where it was, by an execution of its own", async () => {
    const { begin, starter, clock, syncs } = await silent();
    await clock.advanceBy(30 * MINUTE);
    expect(await begin()).toMatchObject({
      outcome: "taken-up",
      sync: { id: FIRST, version: 3, checkpoint: { phase: "users", cursor: "here" } },
    });
    expect(starter.started).toEqual([`${FIRST}.3`]);
    expect(syncs.all).toMatchObject([{ version: 3, updatedAt: "2026-01-01T00:30:00.000Z" }]);
  });

  it("is taken up by one of two who find it at once", async () => {
    const { begin, starter, clock } = await silent(new LookTogether(2));
    await clock.advanceBy(30 * MINUTE);
    const both = await Promise.all([begin(), begin()]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(["already-begun", "taken-up"]);
    expect(starter.started).toEqual([`${FIRST}.3`]);
  });

  it("takes itself out of the hands of an execution that was only slow", async () => {
    const { begin, clock, syncs } = await silent();
    const [slow] = syncs.all as [Sync];
    await clock.advanceBy(30 * MINUTE);
    await begin();
    expect(await syncs.put({ ...slow, version: slow.version + 1 })).toBe("conflict");
  });

  it("is started by whoever asks next when that start was lost, as long as nobody has got on", async () => {
    const { begin, starter, clock, syncs } = await silent();
    await clock.advanceBy(30 * MINUTE);
    starter.unavailable = true;
    await expect(begin()).rejects.toMatchObject({ name: "WorkflowUnavailable" });
    starter.unavailable = false;
    await clock.advanceBy(5 * MINUTE);
    expect(await begin()).toMatchObject({ outcome: "already-begun", sync: { id: FIRST, version: 3 } });
    expect(starter.started).toEqual([`${FIRST}.3`]);
    const [taken] = syncs.all as [Sync];
    await syncs.put({ ...taken, version: 4 });
    await begin();
    expect(starter.started).toEqual([`${FIRST}.3`]);
  });

  it("is taken up again when that start was lost too, and by another attempt", async () => {
    const { begin, starter, clock } = await silent();
    await clock.advanceBy(30 * MINUTE);
    starter.unavailable = true;
    await expect(begin()).rejects.toMatchObject({ name: "WorkflowUnavailable" });
    starter.unavailable = false;
    await clock.advanceBy(30 * MINUTE);
    expect((await begin()).outcome).toBe("taken-up");
    expect(starter.started).toEqual([`${FIRST}.4`]);
  });
});

describe("one that failed", () => {
  const checkpoint = { phase: "assignments", cursor: "here" };
  const failed = async (syncs?: FakeSyncStore) => {
    const world = underTest(syncs);
    await world.syncs.put({
      ...aFailedSync({}, aProblem(), { baseline: true, throttles: 7 }),
      checkpoint,
    } as Sync);
    return world;
  };

  it("goes on where it was, and still says why it failed", async () => {
    const { begin, starter, clock } = await failed();
    await clock.advanceBy(360 * MINUTE - 1);
    const { sync, outcome } = await begin();
    expect(outcome).toBe("taken-up");
    expect(sync).toMatchObject({
      id: FIRST,
      version: 2,
      status: "running",
      begunAt: "2026-01-01T00:00:00.000Z",
      phaseBegunAt: "2026-01-01T05:59:59.999Z",
      checkpoint,
      baseline: true,
      throttles: 7,
      failedBefore: aProblem(),
    });
    expect(SyncSchema.parse(sync)).toEqual(sync);
    expect(starter.started).toEqual([`${FIRST}.2`]);
  });

  it("goes on once, however many ask at once", async () => {
    const { begin, starter } = await failed(new LookTogether(2));
    const both = await Promise.all([begin(), begin()]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(["already-begun", "taken-up"]);
    expect(starter.started).toEqual([`${FIRST}.2`]);
  });

  it("is left as it is after six hours: what it has seen is too old to go on from", async () => {
    const { begin, starter, clock, syncs } = await failed();
    await clock.advanceBy(360 * MINUTE);
    expect(await begin()).toMatchObject({
      outcome: "begun",
      sync: { version: 1, checkpoint: { phase: PHASES.identity[0] } },
    });
    expect(starter.started).toEqual(["organization.identity.20260101T060000Z.1"]);
    expect(syncs.all[0]).toMatchObject({ id: FIRST, status: "failed", version: 1 });
  });
});

/** The integration after somebody changed what it excludes. */
const changed: Integration = {
  ...home,
  version: 2,
  updatedAt: timestamp(new Date("2026-01-01T00:10:00.000Z")),
};

describe("after the integration was changed", () => {
  it("nobody goes on with what failed before: what it has seen is of another integration", async () => {
    const { begin, starter, syncs, clock } = underTest();
    await syncs.put(aFailedSync({}, aProblem(), { baseline: true }));
    await clock.advanceBy(20 * MINUTE);
    expect(await begin("identity", changed)).toMatchObject({
      outcome: "begun",
      sync: { version: 1, baseline: true, integrationWrittenAt: changed.updatedAt },
    });
    expect(starter.started).toEqual(["organization.identity.20260101T002000Z.1"]);
    expect(syncs.all).toMatchObject([{ status: "failed", version: 1 }, { status: "running" }]);
  });

  it("nobody goes on with what an older Lockstep began, which did not say of which integration", async () => {
    const { begin, syncs, clock } = underTest();
    const { integrationWrittenAt: _writtenAt, ...failed } = aFailedSync();
    await syncs.put(failed);
    await clock.advanceBy(20 * MINUTE);
    expect(await begin()).toMatchObject({ outcome: "begun", sync: { version: 1 } });
  });

  it("one that is under way is left alone", async () => {
    const { begin, starter, clock } = underTest();
    await begin();
    await clock.advanceBy(20 * MINUTE);
    expect(await begin("identity", changed)).toMatchObject({ outcome: "already-begun", sync: { id: FIRST } });
    expect(starter.started).toEqual([`${FIRST}.1`]);
  });

  it("one that went silent ends, says why, and another one is begun", async () => {
    const { begin, starter, syncs, clock } = underTest();
    await syncs.put(aRunningSync({}, { baseline: true }));
    const [slow] = syncs.all as [Sync];
    await clock.advanceBy(40 * MINUTE);
    expect(await begin("identity", changed)).toMatchObject({
      outcome: "begun",
      sync: { version: 1, baseline: true, integrationWrittenAt: changed.updatedAt },
    });
    expect(starter.started).toEqual(["organization.identity.20260101T004000Z.1"]);
    const [ended] = syncs.all;
    expect(ended).toMatchObject({
      id: FIRST,
      version: 2,
      status: "failed",
      reason: { code: "integration-gone" },
    });
    expect(SyncSchema.parse(ended)).toEqual(ended);
    // An execution that was only slow stops.
    expect(await syncs.put({ ...slow, version: slow.version + 1 })).toBe("conflict");
  });

  it("one that went silent ends once, however many ask at once, and one other is begun", async () => {
    const { begin, starter, syncs, clock } = underTest(new LookTogether(2));
    await syncs.put(aRunningSync());
    await clock.advanceBy(40 * MINUTE);
    const both = await Promise.all([begin("identity", changed), begin("identity", changed)]);
    expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(["already-begun", "begun"]);
    expect(starter.started).toEqual(["organization.identity.20260101T004000Z.1"]);
    expect(syncs.all).toHaveLength(2);
  });
});
