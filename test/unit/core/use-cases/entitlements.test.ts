import { beforeEach, describe, expect, it } from "vitest";
import {
  entitlementKey,
  release,
  type EntitlementRecord,
} from "../../../../lambdas/core/domain/entitlement.ts";
import { RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { acquire, keepHold, relinquish } from "../../../../lambdas/core/use-cases/entitlements.ts";
import { aRequestId, anEntitlement } from "../../../support/builders.ts";
import { FakeProvider } from "../../../support/fakes/provider.ts";
import { FakeEntitlementStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const MINUTE = 60_000;

const entitlement = anEntitlement();
const key = entitlementKey(entitlement);
const me = aRequestId("mine");
const other = aRequestId("another's");

let clock: VirtualClock;
let store: FakeEntitlementStore;
let provider: FakeProvider;
let now: Date;
let expiresAt: ReturnType<typeof timestamp>;

beforeEach(() => {
  clock = new VirtualClock();
  store = new FakeEntitlementStore(clock);
  provider = new FakeProvider(clock);
  now = clock.now();
  expiresAt = secondsAfter(now, 3600);
});

const holder = () => ({ expiresAt });
const recordIn = <State extends EntitlementRecord["state"]>(
  state: State,
  rest: Omit<Extract<EntitlementRecord, { state: State }>, "state" | "entitlement" | "version">,
) => ({ entitlement, version: 1, state, ...rest }) as unknown as EntitlementRecord;
const given = async (record: EntitlementRecord): Promise<void> => {
  expect(await store.put(record)).toBe("written");
};
/** Just before each of the next `times` writes, another request leaves its mark on the record. */
const loseRaces = (times: number): void => {
  const put = store.put.bind(store);
  let lost = 0;
  store.put = async (next) => {
    if (lost < times) {
      lost += 1;
      const attempt = { uncertain: false, now: clock.now() };
      const mark = release(await stored(), { id: aRequestId(`rival ${lost}`), entitlement }, attempt);
      if (mark.do === "write") await put(mark.next);
    }
    return put(next);
  };
};

const take = (id = me) =>
  acquire({ entitlements: store, providers: { [provider.kind]: provider }, clock })({
    id,
    expiresAt,
    entitlement,
  });
const leave = (uncertain = false, id = me) =>
  relinquish({ entitlements: store })({ id, entitlement }, { uncertain, now: () => clock.now() });
const stored = () => store.get(key);

describe("taking hold of an access", () => {
  it("looks once before it makes it, and is written down before that", async () => {
    let seenBeforeObserving: EntitlementRecord | undefined;
    const observe = provider.observe.bind(provider);
    provider.observe = async (asked) => {
      seenBeforeObserving = await stored();
      return observe(asked);
    };
    expect(await take()).toEqual({ outcome: "granted", standing: false });
    expect(seenBeforeObserving).toMatchObject({ state: "observing", by: me, holders: { [me]: holder() } });
    expect(provider.calls.map(({ call }) => call)).toEqual(["observe", "apply"]);
    expect(await stored()).toMatchObject({ state: "ours", holders: { [me]: holder() } });
    expect(provider.present.has(key)).toBe(true);
  });

  it("finds standing access, makes nothing, and looks no more for the next one", async () => {
    provider.present.add(key);
    expect(await take()).toEqual({ outcome: "granted", standing: true });
    expect(await take(other)).toEqual({ outcome: "granted", standing: true });
    expect(provider.calls.map(({ call }) => call)).toEqual(["observe"]);
    expect(await stored()).toMatchObject({
      state: "standing",
      holders: { [me]: holder(), [other]: holder() },
    });
  });

  it("shares what another request made, after a look whether it is there", async () => {
    await take(other);
    provider.calls.length = 0;
    expect(await take()).toEqual({ outcome: "granted", standing: false });
    expect(provider.calls.map(({ call }) => call)).toEqual(["observe"]);
    provider.present.clear();
    expect(await take(aRequestId("third"))).toEqual({ outcome: "granted", standing: false });
    expect(provider.calls.map(({ call }) => call)).toEqual(["observe", "observe", "apply"]);
  });

  it("notes, before it tries a second time, that a Create of the first may still land", async () => {
    await take();
    await clock.advanceBy(MINUTE);
    let noted: EntitlementRecord | undefined;
    const observe = provider.observe.bind(provider);
    provider.observe = async (asked) => {
      noted = await stored();
      return observe(asked);
    };
    expect(await take()).toEqual({ outcome: "granted", standing: false });
    expect(noted).toMatchObject({ state: "ours", uncertainUntil: secondsAfter(clock.now(), 16 * 60) });
  });

  it("says what AWS refused, and what AWS has not finished", async () => {
    provider.failure = "the role is in use";
    expect(await take()).toEqual({ outcome: "refused", reason: "the role is in use" });
    provider.failure = undefined;
    provider.faults.push("throttled");
    provider.observe = () => Promise.resolve("absent");
    expect(await take(other)).toEqual({
      outcome: "unfinished",
      reason: "ThrottlingException: Rate exceeded",
    });
  });

  it.each([
    [
      "another one finds out whether it exists",
      { state: "observing", by: other } as const,
      "another request is finding out whether this access already exists",
    ],
    [
      "the one before is being removed",
      { state: "removing", by: other } as const,
      "the same access of an earlier request is being removed",
    ],
  ])("waits while %s, and calls nobody", async (_, state, reason) => {
    await given({ entitlement, version: 1, holders: {}, ...state });
    expect(await take()).toEqual({ outcome: "unfinished", reason });
    expect(provider.calls).toEqual([]);
  });

  it("is refused to a request that has given it up", async () => {
    await leave();
    expect(await take()).toEqual({
      outcome: "refused",
      reason: "the request has given this access up already",
    });
    expect(provider.calls).toEqual([]);
  });

  it("reads and decides anew when another write comes first, ten times", async () => {
    loseRaces(9);
    expect(await take()).toEqual({ outcome: "granted", standing: false });
    // What the others wrote is still there.
    expect(Object.keys((await stored())?.left ?? {})).toHaveLength(9);
  });

  it("leaves it to a later attempt when ten other writes came first", async () => {
    loseRaces(10);
    expect(await take()).toEqual({
      outcome: "unfinished",
      reason: "too many requests are changing this access at once",
    });
    expect(provider.calls).toEqual([]);
  });

  const changedMeanwhile = {
    outcome: "unfinished",
    reason: "something else changed the same access at the same time",
  };

  it("makes nothing when the verdict could not be written", async () => {
    await given(recordIn("observing", { by: me, holders: { [me]: holder() } }));
    loseRaces(1);
    expect(await take()).toEqual(changedMeanwhile);
    expect(provider.calls.map(({ call }) => call)).toEqual(["observe"]);
  });

  it("makes nothing a second time when the doubt could not be written", async () => {
    await take();
    provider.calls.length = 0;
    loseRaces(1);
    expect(await take()).toEqual(changedMeanwhile);
    expect(provider.calls).toEqual([]);
  });
});

describe("giving an access up", () => {
  it("queues what its last holder leaves, and goes on saying so", async () => {
    await take();
    expect(await leave()).toEqual({ outcome: "queued" });
    expect(await stored()).toMatchObject({ state: "removing", by: me, since: timestamp(now), holders: {} });
    expect(await leave()).toEqual({ outcome: "queued" });
    expect(await leave(false, other)).toEqual({ outcome: "not-held" });
  });

  it("keeps what somebody else holds", async () => {
    await take();
    await take(other);
    expect(await leave()).toEqual({ outcome: "kept" });
    expect(await stored()).toMatchObject({ state: "ours", holders: { [other]: holder() } });
    // A repeated one, of which nothing is known any more but that somebody holds the access.
    expect(await leave()).toEqual({ outcome: "kept" });
  });

  it("keeps standing access, of its last holder too", async () => {
    provider.present.add(key);
    await take();
    expect(await leave()).toEqual({ outcome: "kept" });
    expect(await stored()).toMatchObject({ state: "absent" });
    expect(await leave()).toEqual({ outcome: "not-held" });
  });

  it("keeps standing access that it does not hold", async () => {
    provider.present.add(key);
    await take(other);
    expect(await leave()).toEqual({ outcome: "kept" });
  });

  it("has nothing to give up when nobody holds it, and bars the request all the same", async () => {
    expect(await leave()).toEqual({ outcome: "not-held" });
    expect(await stored()).toMatchObject({ state: "absent", left: { [me]: secondsAfter(now, 16 * 60) } });
  });

  it("has held what it was still finding out about", async () => {
    await given(recordIn("observing", { by: me, holders: { [me]: holder() } }));
    expect(await leave()).toEqual({ outcome: "kept" });
  });

  it("has not held what is being removed for somebody else, seen gone for somebody else, or found out by somebody else", async () => {
    for (const record of [
      recordIn("removing", { by: other, holders: {} }),
      recordIn("verifying", { by: other, holders: {}, until: expiresAt }),
      recordIn("observing", { by: other, holders: { [other]: holder() } }),
    ]) {
      store = new FakeEntitlementStore(clock);
      await given(record);
      expect(await leave()).toEqual({ outcome: "not-held" });
    }
  });

  it("tells until when what was seen gone is not certain, and queues it from then on", async () => {
    const until = secondsAfter(now, 600);
    await given(recordIn("verifying", { by: me, holders: {}, until }));
    await clock.advanceBy(10 * MINUTE - 1);
    expect(await leave()).toEqual({ outcome: "verifying", until });
    await clock.advanceBy(1);
    expect(await leave()).toEqual({ outcome: "queued" });
  });

  it("tells why it is left dangling", async () => {
    await given(recordIn("absent", { holders: {}, dangling: "the user was not found" }));
    expect(await leave()).toEqual({ outcome: "dangling", reason: "the user was not found" });
  });

  it("notes that its own attempt may still land, and only then", async () => {
    await take();
    await leave(true);
    expect(await stored()).toMatchObject({ state: "removing", uncertainUntil: secondsAfter(now, 16 * 60) });
    store = new FakeEntitlementStore(clock);
    provider.present.clear();
    await take();
    await leave(false);
    expect(await stored()).not.toHaveProperty("uncertainUntil");
  });

  it("leaves it to a later attempt when ten other writes came first", async () => {
    await take();
    loseRaces(10);
    expect(await leave()).toEqual({
      outcome: "unfinished",
      reason: "too many requests are changing this access at once",
    });
  });
});

describe("keeping the hold of an extended request", () => {
  const later = () => secondsAfter(now, 7200);
  const keep = (id = me) => keepHold({ entitlements: store })({ id, expiresAt: later(), entitlement });

  it("moves its expiry, and no other holder's", async () => {
    await take();
    await take(other);
    await keep();
    expect((await stored())?.holders).toEqual({ [me]: { expiresAt: later() }, [other]: holder() });
    const { version } = (await stored()) ?? {};
    await keep();
    expect((await stored())?.version).toBe(version);
  });

  it("writes nothing for one that holds nothing", async () => {
    await keep();
    expect(await stored()).toBeUndefined();
    await take(other);
    await keep();
    expect((await stored())?.holders).toEqual({ [other]: holder() });
  });

  it("fails in the way that is tried again when another write comes first", async () => {
    await take();
    loseRaces(1);
    await expect(keep()).rejects.toThrow(
      new RetryableError("ConcurrentModification", "The access changed while its expiry was moved"),
    );
  });
});
