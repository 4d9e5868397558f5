import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  UNCERTAIN_SECONDS,
  claim,
  confirmAbsent,
  entitlementKey,
  driftOf,
  isSameRemoval,
  leftDangling,
  mayDelete,
  release,
  removeAgain,
  verdict,
  verified,
  withExpiryOf,
  withUncertainty,
  type EntitlementRecord,
} from "../../../../lambdas/core/domain/entitlement.ts";
import { secondsAfter, timestamp, type RequestId } from "../../../../lambdas/core/domain/ids.ts";
import { aRequestId, aUserId, anEntitlement } from "../../../support/builders.ts";

const now = new Date("2026-01-01T00:00:00.000Z");
const expiresAt = secondsAfter(now, 3600);
const entitlement = anEntitlement();
const first = { id: aRequestId("first"), expiresAt, entitlement };
const second = { id: aRequestId("second"), expiresAt, entitlement };
const certain = { uncertain: false, now };
const uncertain = { uncertain: true, now };

const written = (step: ReturnType<typeof claim>): EntitlementRecord => {
  if (step.do !== "write") throw new Error(`Expected a write, found ${step.do}`);
  return step.next;
};
const inState = <State extends EntitlementRecord["state"]>(record: EntitlementRecord, state: State) => {
  if (record.state !== state) throw new Error(`Expected ${state}, found ${record.state}`);
  return record as EntitlementRecord & { readonly state: State };
};
const observing = () => inState(written(claim(undefined, first)), "observing");
const ours = () => inState(verdict(observing(), "absent"), "ours");

describe("an entitlement's key", () => {
  it("tells apart what differs in any part of the fact", () => {
    const keys = [
      anEntitlement(),
      anEntitlement({ principalId: aUserId("bob") }),
      anEntitlement({ principalType: "GROUP" }),
      anEntitlement({ accountId: "333333333333" as never }),
    ].map(entitlementKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is what stored records and executions that sleep know it by", () => {
    const { accountId, permissionSetArn, principalId } = entitlement;
    expect(entitlementKey(entitlement)).toBe(
      `identity-center/account-assignment#${accountId}#${permissionSetArn}#USER#${principalId}`,
    );
  });
});

describe("claiming", () => {
  it("makes the first request the one that observes, with its expiry written before anything is created", () => {
    expect(observing()).toMatchObject({ by: first.id, holders: { [first.id]: { expiresAt } }, version: 1 });
  });

  it("makes every other request wait for the verdict", () => {
    expect(claim(observing(), second)).toEqual({
      do: "wait",
      reason: "another request is finding out whether this access already exists",
    });
  });

  it("lets the observer go on after a crash", () => {
    expect(claim(observing(), first).do).toBe("nothing");
  });

  it("adds a holder to what is ours and to what is standing", () => {
    for (const observed of ["absent", "present"] as const) {
      const shared = written(claim(verdict(observing(), observed), second));
      expect(Object.keys(shared.holders)).toEqual([first.id, second.id]);
    }
  });

  it("waits while the entitlement is being removed", () => {
    expect(claim(written(release(ours(), first, certain)), second)).toEqual({
      do: "wait",
      reason: "the same access of an earlier request is being removed",
    });
  });

  it("observes anew once it is absent", () => {
    const removing = inState(written(release(ours(), first, certain)), "removing");
    const again = written(claim(confirmAbsent(removing, now), second));
    expect(again).toMatchObject({
      state: "observing",
      by: second.id,
      holders: { [second.id]: { expiresAt } },
    });
  });
});

describe("releasing", () => {
  it("does nothing for whoever's release is being carried out already", () => {
    const removing = inState(written(release(ours(), first, uncertain)), "removing");
    const verifying = inState(confirmAbsent(removing, now), "verifying");
    for (const record of [removing, verifying]) {
      expect(release(record, first, certain)).toEqual({ do: "nothing" });
      const marked = written(release(record, second, certain));
      expect(marked).toMatchObject({ state: record.state, by: first.id, version: record.version + 1 });
      expect(claim(marked, second).do).toBe("refuse");
    }
  });

  it("leaves an observer's place to nobody: what was never decided is absent", () => {
    const left = written(release(observing(), first, certain));
    expect(left).toMatchObject({ state: "absent", holders: {}, version: 2 });
    expect(written(claim(left, second))).toMatchObject({ state: "observing", by: second.id });
  });

  it("keeps standing access standing for its other holders", () => {
    const shared = written(claim(verdict(observing(), "present"), second));
    const left = written(release(shared, first, certain));
    expect(left).toMatchObject({ state: "standing", holders: { [second.id]: { expiresAt } } });
    expect(written(release(left, second, certain)).state).toBe("absent");
  });

  it("has the later of two uncertain attempts count", () => {
    const later = { uncertain: true, now: new Date(now.getTime() + 60_000) };
    const shared = written(claim(ours(), second));
    for (const [one, other] of [
      [uncertain, later],
      [later, uncertain],
    ] as const) {
      const left = written(release(shared, first, one));
      const removing = written(release(left, second, other));
      expect(removing.uncertainUntil).toBe(secondsAfter(later.now, UNCERTAIN_SECONDS));
    }
    expect(written(release(ours(), first, certain))).not.toHaveProperty("uncertainUntil");
  });

  it("keeps the mark of who left while one of their invocations may still run, to the second", () => {
    const left = written(release(undefined, first, certain));
    const at = (seconds: number) => ({ uncertain: false, now: new Date(now.getTime() + seconds * 1000) });
    const marks = (seconds: number) =>
      Object.keys(written(release(left, second, at(seconds))).left ?? {}).toSorted();
    expect(marks(UNCERTAIN_SECONDS - 1)).toEqual([first.id, second.id].toSorted());
    expect(marks(UNCERTAIN_SECONDS)).toEqual([second.id]);
  });
  it("never removes standing access", () => {
    const standing = verdict(observing(), "present");
    expect(written(release(standing, first, certain)).state).toBe("absent");
  });

  it("removes what is ours only with its last holder", () => {
    const shared = written(claim(ours(), second));
    const left = written(release(shared, first, certain));
    expect(left).toMatchObject({ state: "ours", holders: { [second.id]: { expiresAt } } });
    expect(written(release(left, second, certain)).state).toBe("removing");
  });

  it("bars a request that held nothing from taking hold later: nobody would remove it any more", () => {
    for (const before of [undefined, observing(), ours()]) {
      const after = written(release(before, second, certain));
      expect(after.holders).toEqual(before?.holders ?? {});
      expect(claim(after, second)).toEqual({
        do: "refuse",
        reason: "the request has given this access up already",
      });
      expect(release(after, second, certain).do).toBe("nothing");
    }
  });

  it("bars a request that gave it up from taking it again", () => {
    const removing = inState(written(release(ours(), first, certain)), "removing");
    for (const after of [removing, confirmAbsent(removing, now)]) {
      expect(claim(after, first)).toMatchObject({ do: "refuse" });
    }
    const standing = written(release(verdict(observing(), "present"), first, certain));
    expect(claim(standing, first)).toMatchObject({ do: "refuse" });
  });

  it("forgets who left once none of their invocations can still run", () => {
    const left = written(release(undefined, first, certain));
    const muchLater = { uncertain: false, now: new Date(now.getTime() + 2 * UNCERTAIN_SECONDS * 1000) };
    expect(Object.keys(written(release(left, second, muchLater)).left ?? {})).toEqual([second.id]);
  });

  it("queues what is to be removed: whoever has the turn may delete it at once", () => {
    const removing = inState(written(release(ours(), first, certain)), "removing");
    expect(mayDelete(removing, now)).toBe(true);
    expect(removing.since).toBe(now.toISOString());
  });

  it("deletes and confirms nothing while a Delete under a lease of an earlier version may still be on its way", () => {
    const removing = inState(written(release(ours(), first, certain)), "removing");
    const leased = { ...removing, leaseUntil: timestamp(new Date(now.getTime() + 60_000)) };
    expect(mayDelete(leased, new Date(now.getTime() + 59_999))).toBe(false);
    expect(mayDelete(leased, new Date(now.getTime() + 60_000))).toBe(true);
  });

  it("tells a removal from a later one of the same access", () => {
    const removing = inState(written(release(ours(), first, certain)), "removing");
    const later = new Date(now.getTime() + 1);
    const again = written(release(ours(), first, { uncertain: false, now: later }));
    expect(isSameRemoval({ ...removing, version: removing.version + 1 }, removing)).toBe(true);
    expect(isSameRemoval(again, removing)).toBe(false);
    expect(isSameRemoval(confirmAbsent(removing, now), removing)).toBe(false);
    expect(isSameRemoval({ ...removing, by: second.id }, removing)).toBe(false);
    expect(isSameRemoval(undefined, removing)).toBe(false);
  });

  it("keeps why AWS refused to remove what nobody can use, until somebody needs the access anew", () => {
    const removing = inState(written(release(ours(), first, uncertain)), "removing");
    const dangling = leftDangling(removing, "the principal was not found");
    expect(dangling).toMatchObject({ state: "absent", dangling: "the principal was not found" });
    expect(dangling.watchedUntil).toBeUndefined();
    expect(written(claim(dangling, second))).not.toHaveProperty("dangling");
  });

  it("of a holder that tried twice counts as uncertain: the first try's Create may still land", () => {
    const again = withUncertainty(inState(ours(), "ours"), now);
    const removing = inState(written(release(again, first, certain)), "removing");
    expect(confirmAbsent(removing, now).state).toBe("verifying");
  });

  it("removes nothing when the verdict was never made: no Create was sent", () => {
    expect(written(release(observing(), first, uncertain)).state).toBe("absent");
  });

  it("keeps an uncertain attempt under observation for more than 15 minutes", () => {
    const removing = inState(written(release(ours(), first, uncertain)), "removing");
    const verifying = inState(confirmAbsent(removing, now), "verifying");
    expect(Date.parse(verifying.until) - now.getTime()).toBeGreaterThan(15 * 60 * 1000);
    const later = new Date(now.getTime() + UNCERTAIN_SECONDS * 1000);
    const again = removeAgain(verifying, later);
    expect(again).toMatchObject({ state: "removing", by: first.id, version: verifying.version + 1 });
    expect(confirmAbsent(again, later).state).toBe("absent");
  });

  it("remembers another holder's uncertain attempt", () => {
    const shared = written(claim(ours(), second));
    const left = written(release(shared, first, uncertain));
    const removing = inState(written(release(left, second, certain)), "removing");
    expect(confirmAbsent(removing, now).state).toBe("verifying");
  });

  it("gives what is being verified to a request that needs it", () => {
    const removing = inState(written(release(ours(), first, uncertain)), "removing");
    const taken = written(claim(confirmAbsent(removing, now), second));
    expect(taken).toMatchObject({ state: "ours", holders: { [second.id]: { expiresAt } } });
    const holders = { [second.id]: { expiresAt } };
    const released = release(taken, first, uncertain);
    expect(released.do === "write" ? released.next.holders : holders).toEqual(holders);
  });
});

describe("a hold", () => {
  it("follows its request's expiry, and changes nothing else", () => {
    const shared = written(claim(ours(), second));
    const later = secondsAfter(now, 7200);
    const moved = withExpiryOf(shared, { id: first.id, expiresAt: later });
    expect(moved?.version).toBe(shared.version + 1);
    expect(moved?.holders).toEqual({ [first.id]: { expiresAt: later }, [second.id]: { expiresAt } });
  });

  it("needs no write when it has that expiry, or when the request holds nothing", () => {
    expect(withExpiryOf(ours(), { id: first.id, expiresAt })).toBeUndefined();
    expect(withExpiryOf(ours(), { id: second.id, expiresAt })).toBeUndefined();
    expect(withExpiryOf(undefined, { id: second.id, expiresAt })).toBeUndefined();
  });
});

describe("what the sweep sees", () => {
  const removed = () => confirmAbsent(inState(written(release(ours(), first, certain)), "removing"), now);

  it("has vanished when Lockstep keeps it and AWS does not show it, once no Create can be on its way", () => {
    expect(driftOf(ours(), "absent", true)).toBe("vanished");
    expect(driftOf(ours(), "absent", false)).toBeUndefined();
    expect(driftOf(ours(), "present", true)).toBeUndefined();
    expect(driftOf(observing(), "absent", true)).toBeUndefined();
    expect(driftOf(verdict(observing(), "present"), "absent", true)).toBe("vanished");
    expect(driftOf(inState(written(release(ours(), first, certain)), "removing"), "absent", true)).toBe(
      undefined,
    );
  });

  it("has appeared when Lockstep removed it and AWS shows it: it is somebody else's", () => {
    expect(driftOf(removed(), "present", false)).toBe("appeared");
    expect(driftOf(removed(), "absent", false)).toBeUndefined();
  });

  it("is standing at the next touch", () => {
    const touched = inState(written(claim(removed(), second)), "observing");
    expect(verdict(touched, "present").state).toBe("standing");
  });

  it("is kept with the time of the look, and forgotten when it is as it should be again", () => {
    const vanished = verified(ours(), "vanished", now);
    expect(vanished).toMatchObject({ drift: "vanished", verifiedAt: now.toISOString() });
    expect(verified(vanished, undefined, now)).not.toHaveProperty("drift");
  });

  it("changes nothing else of what Lockstep keeps, or of what is not watched", () => {
    const long = new Date(now.getTime() + 48 * 3600 * 1000);
    const kept = ours();
    expect(verified(kept, undefined, long)).toEqual({
      ...kept,
      version: kept.version + 1,
      verifiedAt: long.toISOString(),
    });
    const unwatched = inState(written(release(observing(), first, certain)), "absent");
    expect(verified(unwatched, undefined, long)).toEqual({
      ...unwatched,
      version: unwatched.version + 1,
      verifiedAt: long.toISOString(),
    });
  });

  it("is watched for a day after a removal", () => {
    const day = 24 * 3600 * 1000;
    expect(verified(removed(), undefined, new Date(now.getTime() + day - 1))).toHaveProperty("watchedUntil");
    expect(verified(removed(), undefined, new Date(now.getTime() + day))).not.toHaveProperty("watchedUntil");
  });
});

describe("any history of claims and releases", () => {
  const ids = ["a", "b", "c"].map((name) => aRequestId(name));
  const action = fc.record({
    kind: fc.constantFrom("claim", "release", "observe", "remove"),
    who: fc.constantFrom(...ids),
    present: fc.boolean(),
    uncertain: fc.boolean(),
  });

  it("keeps the version growing, and removes only what is ours and nobody else holds", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        let record: EntitlementRecord | undefined;
        const live = new Set<RequestId>();
        let standing = false;
        for (const { kind, who, present, uncertain: lost } of actions) {
          const before: number = record?.version ?? 0;
          const step =
            kind === "claim"
              ? claim(record, { id: who, expiresAt, entitlement })
              : kind === "release"
                ? release(record, { id: who, entitlement }, { uncertain: lost, now })
                : undefined;
          if (step?.do === "write") {
            if (kind === "claim") live.add(who);
            else live.delete(who);
            record = step.next;
            if (record.state === "removing") {
              expect(standing).toBe(false);
              expect(live.size).toBe(0);
            }
          } else if (kind === "observe" && record?.state === "observing") {
            record = verdict(record, present ? "present" : "absent");
            standing = present;
          } else if (kind === "remove" && record?.state === "removing") {
            record = confirmAbsent(record, now);
          } else if (kind === "remove" && record?.state === "verifying") {
            record = removeAgain(record, now);
          }
          if (record === undefined || record.version === before) continue;
          expect(record.version).toBe(before + 1);
          if (record.state === "ours" || record.state === "standing") {
            expect(new Set(Object.keys(record.holders))).toEqual(live);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
