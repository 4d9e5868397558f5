import { beforeEach, describe, expect, it } from "vitest";
import {
  entitlementKey,
  type Entitlement,
  type EntitlementRecord,
} from "../../../../lambdas/core/domain/entitlement.ts";
import { RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import { secondsAfter, timestamp, type RequestId } from "../../../../lambdas/core/domain/ids.ts";
import type { Provider, RemoveProgress } from "../../../../lambdas/core/ports/provider.ts";
import type { EntitlementIndex } from "../../../../lambdas/core/ports/stores.ts";
import { removeQueued, removeWhatIsQueued } from "../../../../lambdas/core/use-cases/removals.ts";
import { aRequestId, aUserId, anAccountId, anEntitlement } from "../../../support/builders.ts";
import { FakeEntitlementStore } from "../../../support/fakes/stores.ts";
import { FakeTurns } from "../../../support/fakes/turns.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const SECOND = 1000;
const requestId = aRequestId("one");

/** Answers every Delete as the test says, after as long as the test says; remembers when each began. */
class ScriptedProvider implements Provider {
  readonly kind = "identity-center/account-assignment";
  readonly began: { readonly principalId: string; readonly at: number; readonly before: Date }[] = [];
  seconds = 3;
  answer: (entitlement: Entitlement, time: number) => RemoveProgress | Error = () => ({ outcome: "done" });
  inFlight = 0;
  mostInFlight = 0;
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  async remove(entitlement: Entitlement, before: Date): Promise<RemoveProgress> {
    const { principalId } = entitlement;
    const time = this.began.filter((one) => one.principalId === principalId).length;
    this.began.push({ principalId, at: this.clock.now().getTime(), before });
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    await this.clock.sleep(this.seconds * SECOND);
    this.inFlight -= 1;
    const answer = this.answer(entitlement, time);
    if (answer instanceof Error) throw answer;
    return answer;
  }

  observe = () => Promise.reject(new Error("Nothing is to be observed"));
  observeAll = this.observe;
  apply = this.observe;
  instructions = () => {
    throw new Error("Nobody is to be instructed");
  };
}

let clock: VirtualClock;
let store: FakeEntitlementStore;
let provider: ScriptedProvider;
let turns: FakeTurns;
let began: number;

beforeEach(() => {
  clock = new VirtualClock();
  store = new FakeEntitlementStore(clock);
  provider = new ScriptedProvider(clock);
  turns = new FakeTurns(clock);
  began = clock.now().getTime();
});

/** The access of a person in an account. */
const accessOf = (person: string, account = 1): Entitlement =>
  anEntitlement({ principalId: aUserId(person), accountId: anAccountId(account) });
const stored = (entitlement: Entitlement) => store.get(entitlementKey(entitlement));
const put = async (record: EntitlementRecord): Promise<Entitlement> => {
  expect(await store.put(record)).toBe("written");
  return record.entitlement;
};
const queue = (entitlement: Entitlement, overrides: { readonly uncertainSeconds?: number } = {}) =>
  put({
    entitlement,
    version: 1,
    holders: {},
    state: "removing",
    by: requestId,
    since: timestamp(clock.now()),
    ...(overrides.uncertainSeconds !== undefined && {
      uncertainUntil: secondsAfter(clock.now(), overrides.uncertainSeconds),
    }),
  });
const many = (count: number, account: (index: number) => number) =>
  Promise.all(Array.from({ length: count }, (_, index) => queue(accessOf(`p${index}`, account(index)))));

const dependencies = (index: EntitlementIndex = store) => ({
  entitlements: store,
  index,
  turns,
  providers: { [provider.kind]: provider },
  clock,
});
const run = async (own: readonly Entitlement[], index?: EntitlementIndex) => {
  const began = await removeQueued(dependencies(index))(own, () => clock.now());
  if (began === undefined) throw new Error("Somebody else has the turn");
  return began;
};
/** What came of its own removals, once all of the turn is over. */
const outcomesOf = async (own: readonly Entitlement[], index?: EntitlementIndex) => {
  const { own: promised, all } = await run(own, index);
  await clock.runUntilIdle();
  await all;
  const outcomes = await promised;
  return own.map((entitlement) => outcomes.get(entitlementKey(entitlement)));
};
const secondsOf = (principal: string): number[] =>
  provider.began
    .filter(({ principalId }) => principalId === aUserId(principal))
    .map(({ at }) => (at - began) / SECOND);

describe("a turn at removing", () => {
  it("removes its own, then everybody's, and is given back", async () => {
    const others = await queue(accessOf("bob", 2));
    const mine = await queue(accessOf("alice", 1));
    expect(await outcomesOf([mine])).toEqual([{ outcome: "removed" }]);
    expect(provider.began.map(({ principalId }) => principalId)).toEqual([aUserId("alice"), aUserId("bob")]);
    for (const removed of [mine, others]) expect(await stored(removed)).toMatchObject({ state: "absent" });
    expect(await turns.take("removals", 60)).toMatchObject({ inherited: false });
  });

  it("is had by one at a time", async () => {
    await turns.take("removals", 60);
    const mine = await queue(accessOf("alice"));
    expect(await removeQueued(dependencies())([mine], () => clock.now())).toBeUndefined();
    expect(await removeWhatIsQueued(dependencies())()).toEqual({ began: false });
    expect(provider.began).toEqual([]);
  });

  it("is taken by the sweep with nothing of its own", async () => {
    await queue(accessOf("alice"));
    const sweep = removeWhatIsQueued(dependencies())();
    await clock.runUntilIdle();
    expect(await sweep).toEqual({ began: true });
    expect(await stored(accessOf("alice"))).toMatchObject({ state: "absent" });
  });

  it("tells of its own as soon as that is gone, while it goes on with what others queued", async () => {
    const mine = await queue(accessOf("alice", 1));
    for (const person of ["bob", "carol"]) await queue(accessOf(person, 1));
    const { own } = await run([mine]);
    let told: number | undefined;
    void own.then(() => (told = clock.now().getTime() - began));
    await clock.runUntilIdle();
    expect(told).toBe(3 * SECOND);
    expect(secondsOf("carol")).toEqual([6]);
  });

  it("makes one removal at a time in an account, and twenty at once in different ones", async () => {
    await many(4, () => 1);
    await many(1, () => 2);
    await outcomesOf([]);
    expect(provider.mostInFlight).toBe(2);
    const account = (index: number) => `${100_000_000_000 + index}`;
    provider.mostInFlight = 0;
    for (let index = 0; index < 25; index += 1) {
      await queue({ ...accessOf(`q${index}`), accountId: account(index) as never });
    }
    await outcomesOf([]);
    expect(provider.mostInFlight).toBe(20);
  });

  it("looks for what was queued meanwhile every five seconds, and meets everything once", async () => {
    const mine = await queue(accessOf("alice", 1));
    provider.seconds = 12;
    const looks: number[] = [];
    const index: EntitlementIndex = {
      longestUnverified: () => Promise.reject(new Error("It is not asked for")),
      removals: (now, limit) => {
        looks.push((now.getTime() - began) / SECOND);
        return store.removals(now, limit);
      },
    };
    const { all } = await run([mine], index);
    await clock.advanceBy(SECOND);
    await queue(accessOf("bob", 2));
    await clock.runUntilIdle();
    await all;
    expect(secondsOf("bob")).toEqual([5]);
    expect(provider.began).toHaveLength(2);
    expect(looks).toEqual([0, 5, 10, 17]);
  });

  it("reads past what it has met, which the list goes on showing", async () => {
    await many(3, () => 1);
    provider.answer = () => ({ outcome: "unfinished", reason: "still deleting" });
    const limits: number[] = [];
    const index: EntitlementIndex = {
      longestUnverified: () => Promise.reject(new Error("It is not asked for")),
      removals: (now, limit) => {
        limits.push(limit);
        return store.removals(now, limit);
      },
    };
    await outcomesOf([], index);
    expect(limits[0]).toBe(500);
    expect(limits.at(-1)).toBe(503);
    expect(provider.began).toHaveLength(3);
  });

  it("begins nothing after 200 seconds, and says so to whoever waits for the rest", async () => {
    const own = await many(70, () => 1);
    const outcomes = await outcomesOf(own);
    const lastBegan = Math.max(...provider.began.map(({ at }) => at - began));
    expect(lastBegan).toBe(198 * SECOND);
    expect(provider.began).toHaveLength(67);
    expect(outcomes.filter((outcome) => outcome?.outcome === "removed")).toHaveLength(67);
    expect(outcomes.slice(67)).toEqual(
      Array.from({ length: 3 }, () => ({
        outcome: "unfinished",
        reason: "the time in which this invocation may delete is over",
      })),
    );
  });

  it("goes on when the list cannot be read for a while, and fails with a defect after its work", async () => {
    const mine = await queue(accessOf("alice"));
    const index = (error: Error): EntitlementIndex => ({
      longestUnverified: () => Promise.reject(new Error("It is not asked for")),
      removals: () => Promise.reject(error),
    });
    expect(await outcomesOf([mine], index(new RetryableError("StoreUnavailable", "throttled")))).toEqual([
      { outcome: "removed" },
    ]);
    const { own, all } = await run([await queue(accessOf("bob"))], index(new TypeError("no such attribute")));
    const failed = expect(all).rejects.toThrow("no such attribute");
    await clock.runUntilIdle();
    await failed;
    expect([...(await own).values()]).toEqual([{ outcome: "removed" }]);
  });

  it("does not fail for a record that cannot be read, which is another request's: the sweep tells of it", async () => {
    await queue(accessOf("bob", 2));
    const mine = await queue(accessOf("alice", 1));
    const index: EntitlementIndex = {
      longestUnverified: () => Promise.reject(new Error("It is not asked for")),
      removals: (now, limit, onUnreadable) => {
        onUnreadable(new Error("The item is not of the shape that Lockstep writes"));
        return store.removals(now, limit);
      },
    };
    expect(await outcomesOf([mine], index)).toEqual([{ outcome: "removed" }]);
    expect(await stored(accessOf("bob", 2))).toMatchObject({ state: "absent" });
  });

  it("leaves nothing in flight when it fails with a defect itself", async () => {
    const mine = await queue(accessOf("alice", 1));
    provider.seconds = 20;
    turns.keep = () => Promise.reject(new TypeError("a defect"));
    const { own, all } = await run([mine]);
    let failedAt: number | undefined;
    const failed = all.catch(() => {
      failedAt = (clock.now().getTime() - began) / SECOND;
    });
    await clock.advanceBy(11 * SECOND);
    // Found five seconds later, when the turn would be kept for it.
    await queue(accessOf("bob", 2));
    await clock.runUntilIdle();
    await failed;
    expect(failedAt).toBe(20);
    expect([...(await own).values()]).toEqual([{ outcome: "removed" }]);
    expect(secondsOf("bob")).toEqual([]);
  });

  it("hands the failure of its own to its caller, and lets the turn run out", async () => {
    const mine = await queue(accessOf("alice"));
    provider.answer = () => new RetryableError("ProviderUnavailable", "no answer");
    const { own, all } = await run([mine]);
    const failed = expect(own).rejects.toThrow("no answer");
    await clock.runUntilIdle();
    await failed;
    await all;
    expect(await turns.take("removals", 60)).toBeUndefined();
  });

  it.each([
    [
      "keeps what passes by itself to itself",
      new RetryableError("ProviderUnavailable", "no answer"),
      undefined,
    ],
    ["fails with a defect", new TypeError("a defect"), "a defect"],
  ])("%s when another request's removal fails", async (_, error, message) => {
    await queue(accessOf("bob", 2));
    const mine = await queue(accessOf("alice", 1));
    provider.answer = ({ accountId }) => (accountId === anAccountId(2) ? error : { outcome: "done" });
    const { own, all } = await run([mine]);
    const ended = message === undefined ? all : expect(all).rejects.toThrow(message);
    await clock.runUntilIdle();
    await ended;
    expect([...(await own).values()]).toEqual([{ outcome: "removed" }]);
    expect(await turns.take("removals", 60)).toBeUndefined();
  });
});

describe("one removal", () => {
  it.each(["absent", "standing", "ours", "observing", "nothing"] as const)(
    "deletes nothing that is not to be removed any more: %s",
    async (state) => {
      const alice = accessOf("alice");
      if (state === "observing")
        await put({ entitlement: alice, version: 1, holders: {}, state, by: requestId });
      else if (state !== "nothing") await put({ entitlement: alice, version: 1, holders: {}, state });
      expect(await outcomesOf([alice])).toEqual([{ outcome: "removed" }]);
      expect(provider.began).toEqual([]);
    },
  );

  it("sends no Delete in the last 15 seconds of its turn", async () => {
    await outcomesOf([await queue(accessOf("alice"))]);
    expect(provider.began[0]?.before).toEqual(new Date(began + 45 * SECOND));
  });

  it("removes what was seen gone, once more, when nothing can land any more, and not before", async () => {
    const until = secondsAfter(clock.now(), 60);
    const alice = await put({
      entitlement: accessOf("alice"),
      version: 1,
      holders: {},
      state: "verifying",
      by: requestId,
      until,
    });
    await clock.advanceBy(60 * SECOND - 1);
    expect(await outcomesOf([alice])).toEqual([{ outcome: "verifying", until }]);
    expect(provider.began).toEqual([]);
    await clock.advanceTo(new Date(until));
    expect(await outcomesOf([alice])).toEqual([{ outcome: "removed" }]);
    expect(provider.began).toHaveLength(1);
    expect(await stored(alice)).toMatchObject({ state: "absent" });
  });

  it("is looked at once more when an attempt may still land", async () => {
    const alice = await queue(accessOf("alice"), { uncertainSeconds: 600 });
    const until = secondsAfter(new Date(began), 600);
    expect(await outcomesOf([alice])).toEqual([{ outcome: "verifying", until }]);
    expect(await stored(alice)).toMatchObject({ state: "verifying", until });
  });

  it("waits for a Delete of the time before turns that may still be on its way", async () => {
    const alice = await put({
      entitlement: accessOf("alice"),
      version: 1,
      holders: {},
      state: "removing",
      by: requestId,
      leaseUntil: secondsAfter(clock.now(), 1),
    });
    expect(await outcomesOf([alice])).toEqual([
      { outcome: "unfinished", reason: "an earlier call to delete it may still be on its way" },
    ]);
    expect(provider.began).toEqual([]);
  });

  it("waits a second and asks again while AWS takes no more operations, twenty times", async () => {
    const alice = await queue(accessOf("alice"));
    provider.seconds = 0;
    const busy = { outcome: "unfinished", reason: "LimitExceeded", busy: true } as const;
    provider.answer = (_, time) => (time < 2 ? busy : { outcome: "done" });
    expect(await outcomesOf([alice])).toEqual([{ outcome: "removed" }]);
    expect(secondsOf("alice")).toEqual([0, 1, 2]);
    const bob = await queue(accessOf("bob"));
    provider.answer = () => busy;
    expect(await outcomesOf([bob])).toEqual([busy].map(({ outcome, reason }) => ({ outcome, reason })));
    expect(secondsOf("bob")).toHaveLength(20);
    // What AWS refused is not on its way: the next one need not wait.
    expect(await turns.take("removals", 60)).toMatchObject({ inherited: false });
  });

  it("keeps its turn while it waits for AWS to have room", async () => {
    const alice = await queue(accessOf("alice"));
    provider.seconds = 4;
    provider.answer = () => ({ outcome: "unfinished", reason: "LimitExceeded", busy: true });
    await outcomesOf([alice]);
    // 20 times 5 seconds, in a turn of 60: each Delete had its time.
    expect(provider.began).toHaveLength(20);
    for (const { at, before } of provider.began) expect(before.getTime() - at).toBeGreaterThan(30 * SECOND);
  });

  it.each([
    ["is waited out by the next one when it may still arrive", true, undefined],
    ["keeps nobody waiting when AWS has refused it", false, { inherited: false }],
  ])("%s", async (_, unanswered, next) => {
    const alice = await queue(accessOf("alice"));
    provider.answer = () => ({ outcome: "unfinished", reason: "no luck", unanswered });
    expect(await outcomesOf([alice])).toEqual([{ outcome: "unfinished", reason: "no luck" }]);
    expect(await stored(alice)).toMatchObject({ state: "removing" });
    if (next === undefined) expect(await turns.take("removals", 60)).toBeUndefined();
    else expect(await turns.take("removals", 60)).toMatchObject(next);
  });

  it("writes down what is left dangling", async () => {
    const alice = await queue(accessOf("alice"));
    const dangling = { outcome: "dangling", reason: "the user was not found" } as const;
    provider.answer = () => dangling;
    expect(await outcomesOf([alice])).toEqual([dangling]);
    expect(await stored(alice)).toMatchObject({ state: "absent", dangling: "the user was not found" });
  });
});

describe("what came of a removal", () => {
  const lateMark = (record: EntitlementRecord | undefined, name: string): EntitlementRecord => {
    if (record === undefined) throw new Error("There is no record");
    const until = secondsAfter(clock.now(), 960);
    return {
      ...record,
      version: record.version + 1,
      left: { ...record.left, [aRequestId(name)]: until },
    };
  };
  /** Before each of the next `times` writes, another request leaves its mark on the record. */
  const marksBefore = (times: number): void => {
    const write = store.put.bind(store);
    let made = 0;
    store.put = async (next) => {
      if (made < times) {
        made += 1;
        await write(lateMark(await store.get(entitlementKey(next.entitlement)), `late ${made}`));
      }
      return write(next);
    };
  };
  const raced = {
    outcome: "unfinished",
    reason: "something else changed the same access at the same time",
  };

  it("is written beside the mark that another request left meanwhile", async () => {
    const alice = await queue(accessOf("alice"));
    marksBefore(9);
    expect(await outcomesOf([alice])).toEqual([{ outcome: "removed" }]);
    const record = await stored(alice);
    expect(record?.state).toBe("absent");
    expect(Object.keys(record?.left ?? {})).toHaveLength(9);
  });

  it("is left to a later look when ten writes came first", async () => {
    const alice = await queue(accessOf("alice"));
    marksBefore(10);
    expect(await outcomesOf([alice])).toEqual([raced]);
    expect(await stored(alice)).toMatchObject({ state: "removing" });
  });

  it.each<[string, { readonly by?: RequestId; readonly since?: ReturnType<typeof timestamp> }]>([
    ["request", { by: aRequestId("two") }],
    ["removal", { since: secondsAfter(new Date("2026-01-01T00:00:00.000Z"), 1) }],
  ])("is not written over another %s's", async (_, changed) => {
    const alice = await queue(accessOf("alice"));
    const write = store.put.bind(store);
    let isFirst = true;
    store.put = async (next) => {
      const record = await stored(alice);
      if (isFirst && record !== undefined)
        await write({ ...record, version: record.version + 1, ...changed });
      isFirst = false;
      return write(next);
    };
    expect(await outcomesOf([alice])).toEqual([raced]);
    expect(await stored(alice)).toMatchObject({ state: "removing", ...changed });
  });

  it("is not written once the turn is lost: the next one's Delete may be on its way", async () => {
    const alice = await queue(accessOf("alice"));
    provider.seconds = 60;
    expect(await outcomesOf([alice])).toEqual([raced]);
    expect(await stored(alice)).toMatchObject({ state: "removing" });
  });

  it("is not written when what was to be verified has changed first", async () => {
    const alice = await put({
      entitlement: accessOf("alice"),
      version: 1,
      holders: {},
      state: "verifying",
      by: requestId,
      until: timestamp(clock.now()),
    });
    marksBefore(1);
    expect(await outcomesOf([alice])).toEqual([raced]);
    expect(provider.began).toEqual([]);
  });
});
