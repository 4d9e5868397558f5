import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { entitlementKey, type EntitlementRecord } from "../../../lambdas/core/domain/entitlement.ts";
import { timestamp, type RequestId } from "../../../lambdas/core/domain/ids.ts";
import { aPendingRequest, aRequestId, aUserId, anEntitlement } from "../../support/builders.ts";
import { describeStores } from "./describe-stores.ts";

const atMinute = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const atSecond = (second: number) => timestamp(new Date(Date.UTC(2026, 0, 1, 0, 0, second)));

/** Made `minute` minutes after midnight, so that it is first looked at two minutes later (domain/due.ts). */
const made = (minute: number, name = `number ${minute}`) =>
  aPendingRequest({ id: aRequestId(name) }, atMinute(minute));

const nextVersion = (request: AccessRequest): AccessRequest => ({ ...request, version: request.version + 1 });

const idsOf = (requests: readonly AccessRequest[]): readonly RequestId[] => requests.map(({ id }) => id);

/** A few at a time: a simulated server answers one after the other, and each call has three seconds. */
const inTwenties = async <Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>) => {
  for (let begin = 0; begin < items.length; begin += 20)
    await Promise.all(items.slice(begin, begin + 20).map(work));
};

/** Nothing of what these tests write is of another shape. */
const unexpected = (defect: unknown) => {
  throw defect;
};

describeStores("requests that are due", (stores) => {
  const due = (now: Date, limit: number) => stores().due.due(now, limit, unexpected);
  const writeAll = async (requests: readonly AccessRequest[]) => {
    await inTwenties(requests, (request) => stores().requests.create(request));
  };

  it("come the longest due first, and not before they are", async () => {
    const requests = [3, 0, 2, 1].map((minute) => made(minute));
    await writeAll(requests);
    expect(await due(atMinute(1), 10)).toEqual([]);
    expect(idsOf(await due(atMinute(2), 10))).toEqual(idsOf([made(0)]));
    expect(idsOf(await due(atMinute(9), 10))).toEqual(idsOf([0, 1, 2, 3].map((at) => made(at))));
    expect(idsOf(await due(atMinute(9), 2))).toEqual(idsOf([made(0), made(1)]));
    expect(await due(atMinute(2), 1)).toEqual([made(0)]);
  });

  it("leave the list when they are put off, and come back then", async () => {
    await writeAll([made(0), made(1)]);
    expect(await stores().due.putOff(made(0), timestamp(atMinute(60)))).toBe("written");
    expect(idsOf(await due(atMinute(59), 10))).toEqual(idsOf([made(1)]));
    expect(idsOf(await due(atMinute(60), 10))).toEqual(idsOf([made(1), made(0)]));
  });

  it("leave it for good when no look is needed any more", async () => {
    await writeAll([made(0)]);
    expect(await stores().due.putOff(made(0), undefined)).toBe("written");
    expect(await due(atMinute(10_000), 10)).toEqual([]);
    expect(await stores().requests.get(made(0).id)).toEqual(made(0));
  });

  it("stay as they are when they are put off", async () => {
    await writeAll([made(0)]);
    await stores().due.putOff(made(0), timestamp(atMinute(60)));
    expect(await stores().requests.get(made(0).id)).toEqual(made(0));
    expect((await stores().requests.listByStatus("pending", { limit: 10 })).items).toEqual([made(0)]);
  });

  it("are not put off by one who saw an older version, or a newer one", async () => {
    const request = made(0);
    await writeAll([request]);
    await stores().requests.replace(nextVersion(request), ["pending"]);
    expect(await stores().due.putOff(request, timestamp(atMinute(60)))).toBe("conflict");
    expect(await stores().due.putOff(request, undefined)).toBe("conflict");
    expect(await stores().due.putOff({ ...request, version: 3 }, timestamp(atMinute(60)))).toBe("conflict");
    expect(await due(atMinute(2), 10)).toEqual([nextVersion(request)]);
  });

  it("are not made by putting off what is not there", async () => {
    expect(await stores().due.putOff(made(0), timestamp(atMinute(60)))).toBe("conflict");
    expect(await stores().requests.get(made(0).id)).toBeUndefined();
    expect(await due(atMinute(60), 10)).toEqual([]);
  });

  it("are due anew after a transition, however far they were put off", async () => {
    const request = made(0);
    await writeAll([request]);
    await stores().due.putOff(request, timestamp(atMinute(60)));
    await stores().requests.replace(nextVersion(request), ["pending"]);
    expect(await due(atMinute(2), 10)).toEqual([nextVersion(request)]);
    await stores().due.putOff(nextVersion(request), undefined);
    const third = nextVersion(nextVersion(request));
    await stores().requests.replace(third, ["pending"]);
    expect(await due(atMinute(2), 10)).toEqual([third]);
  });

  it(
    "are worked through page by page, each once, in one order over all shards",
    { timeout: 60_000 },
    async () => {
      const { many } = stores();
      const requests = Array.from({ length: many }, (_, number) =>
        aPendingRequest(
          { id: aRequestId(`number ${number}`) },
          new Date(Date.UTC(2026, 0, 1) + ((number * 7919) % many) * 1000),
        ),
      );
      await writeAll(requests);
      const inOrder = idsOf(requests.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)));
      expect(idsOf(await due(atMinute(600), many))).toEqual(inOrder);

      const seen: RequestId[] = [];
      for (;;) {
        const page = await due(atMinute(600), Math.ceil(many / 2.5));
        if (page.length === 0) break;
        seen.push(...idsOf(page));
        await inTwenties(page, (request) => stores().due.putOff(request, timestamp(atMinute(900))));
      }
      expect(seen).toEqual(inOrder);
    },
  );
});

const keyOf = (record: EntitlementRecord) => entitlementKey(record.entitlement);

describeStores("entitlements that somebody has to act on", (stores) => {
  const of = (name: string) => ({
    entitlement: anEntitlement({ principalId: aUserId(name) }),
    version: 1,
    holders: {},
  });
  const by = aRequestId("one");
  const writeAll = async (records: readonly EntitlementRecord[]) => {
    for (const record of records) expect(await stores().entitlements.put(record)).toBe("written");
  };
  const removals = async (second: number, limit = 10) =>
    (await stores().entitlementIndex.removals(new Date(atSecond(second)), limit, unexpected)).map(keyOf);
  const unverified = async (limit = 10) =>
    (await stores().entitlementIndex.longestUnverified(limit, unexpected)).map(keyOf);

  const removing = (name: string, since?: number, leaseUntil?: number): EntitlementRecord => ({
    ...of(name),
    state: "removing",
    by,
    ...(since === undefined ? {} : { since: atSecond(since) }),
    ...(leaseUntil === undefined ? {} : { leaseUntil: atSecond(leaseUntil) }),
  });
  const verifying = (name: string, until: number): EntitlementRecord => ({
    ...of(name),
    state: "verifying",
    by,
    until: atSecond(until),
  });

  describe("to remove", () => {
    it("are those that nobody holds, the longest waiting first", async () => {
      const records = [removing("bob", 20), removing("carol", 10), removing("dora", 30)];
      await writeAll(records);
      const [bob, carol, dora] = records.map(keyOf);
      expect(await removals(30)).toEqual([carol, bob, dora]);
      expect(await removals(30, 2)).toEqual([carol, bob]);
      expect(await removals(20)).toEqual([carol, bob]);
    });

    it("are given back as they were written", async () => {
      await writeAll([removing("bob", 20)]);
      expect(await stores().entitlementIndex.removals(new Date(atSecond(20)), 1, unexpected)).toEqual([
        removing("bob", 20),
      ]);
    });

    it("wait for a Delete that may still be on its way, and for the time to verify", async () => {
      await writeAll([removing("bob", 5, 40), verifying("carol", 50)]);
      expect(await removals(39)).toEqual([]);
      expect(await removals(40)).toEqual([keyOf(removing("bob"))]);
      expect(await removals(50)).toEqual([keyOf(removing("bob")), keyOf(verifying("carol", 50))]);
    });

    it("were written before anybody kept since when: then it is the time of the write", async () => {
      await stores().clock.advanceBy(15_000);
      await writeAll([removing("bob")]);
      expect(await removals(14)).toEqual([]);
      expect(await removals(15)).toEqual([keyOf(removing("bob"))]);
    });

    it("leave the list when they are gone, or somebody's again", async () => {
      await writeAll([removing("bob", 1), removing("carol", 2), verifying("dora", 3)]);
      await writeAll([
        { ...of("bob"), version: 2, state: "absent" },
        { ...of("carol"), version: 2, state: "observing", by },
        { ...of("dora"), version: 2, state: "ours" },
      ]);
      expect(await removals(59)).toEqual([]);
    });

    it("are no others, and not in the sweep's list", async () => {
      await writeAll([
        { ...of("bob"), state: "ours" },
        { ...of("carol"), state: "standing" },
        removing("dora", 1),
        verifying("emil", 1),
      ]);
      expect(await removals(59)).toEqual([keyOf(removing("dora", 1)), keyOf(verifying("emil", 1))]);
      expect((await unverified()).toSorted()).toEqual(
        [of("bob"), of("carol")].map((one) => entitlementKey(one.entitlement)).toSorted(),
      );
    });
  });

  describe("to compare with AWS", () => {
    const ours = (name: string, verifiedAt?: number): EntitlementRecord => ({
      ...of(name),
      state: "ours",
      ...(verifiedAt === undefined ? {} : { verifiedAt: atSecond(verifiedAt) }),
    });

    it("are what Lockstep keeps and what it removed lately, the one first that was compared the longest ago", async () => {
      await stores().clock.advanceBy(25_000);
      const records: readonly EntitlementRecord[] = [
        ours("bob", 30),
        { ...of("carol"), state: "standing", verifiedAt: atSecond(10) },
        { ...of("dora"), state: "absent", watchedUntil: atSecond(59), verifiedAt: atSecond(20) },
        // Never compared: since it was written.
        { ...of("emil"), state: "observing", by },
      ];
      await writeAll(records);
      const [bob, carol, dora, emil] = records.map(keyOf);
      expect(await unverified()).toEqual([carol, dora, emil, bob]);
      expect(await unverified(2)).toEqual([carol, dora]);
    });

    it("go to the end when they were compared", async () => {
      await writeAll([ours("bob", 1), ours("carol", 2)]);
      await writeAll([{ ...ours("bob", 3), version: 2 }]);
      expect(await unverified()).toEqual([keyOf(ours("carol")), keyOf(ours("bob"))]);
    });

    it("are not what is gone and watched no longer", async () => {
      await writeAll([{ ...of("bob"), state: "absent", watchedUntil: atSecond(59) }]);
      expect(await unverified()).toHaveLength(1);
      await writeAll([{ ...of("bob"), version: 2, state: "absent" }]);
      expect(await unverified()).toEqual([]);
    });
  });
});
