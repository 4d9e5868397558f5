import { expect, it } from "vitest";
import { entitlementKey, type EntitlementRecord } from "../../../lambdas/core/domain/entitlement.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import { aRequestId, aUserId, anEntitlement } from "../../support/builders.ts";
import { describeStores } from "./describe-stores.ts";

const key = entitlementKey(anEntitlement());
const expiresAt = timestamp(new Date("2026-01-01T01:00:00.000Z"));
const base = { entitlement: anEntitlement(), version: 1, holders: {} };
const observing = (by = aRequestId("one")): EntitlementRecord => ({
  ...base,
  state: "observing",
  by,
  holders: { [by]: { expiresAt } },
});

describeStores("entitlements", (stores) => {
  it("gives back exactly what was written", async () => {
    const record = observing();
    expect(await stores().entitlements.get(key)).toBeUndefined();
    expect(await stores().entitlements.put(record)).toBe("written");
    expect(await stores().entitlements.get(key)).toEqual(record);
  });

  it("lets one of many first claims win", async () => {
    const claims = Array.from({ length: 10 }, (_, index) => observing(aRequestId(`number ${String(index)}`)));
    const outcomes = await Promise.all(claims.map((claim) => stores().entitlements.put(claim)));
    expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
    const winner = claims[outcomes.indexOf("written")];
    expect(await stores().entitlements.get(key)).toEqual(winner);
  });

  it("replaces the version before, and no other", async () => {
    await stores().entitlements.put(observing());
    const ours = { ...base, state: "ours" as const, version: 2 };
    expect(await stores().entitlements.put({ ...ours, version: 3 })).toBe("conflict");
    expect(await stores().entitlements.put(ours)).toBe("written");
    expect(await stores().entitlements.put(ours)).toBe("conflict");
    expect(await stores().entitlements.get(key)).toEqual(ours);
  });

  it("keeps counting versions through absence", async () => {
    await stores().entitlements.put(observing());
    const absent = { ...base, state: "absent" as const, version: 2 };
    expect(await stores().entitlements.put(absent)).toBe("written");
    expect(await stores().entitlements.get(key)).toEqual(absent);
    expect(await stores().entitlements.put(observing())).toBe("conflict");
    expect(await stores().entitlements.put({ ...observing(), version: 3 })).toBe("written");
  });

  it("keeps different principals' entitlements apart", async () => {
    await stores().entitlements.put(observing());
    const other = {
      ...base,
      entitlement: anEntitlement({ principalId: aUserId("bob") }),
      state: "ours" as const,
    };
    expect(await stores().entitlements.put(other)).toBe("written");
    expect(await stores().entitlements.get(entitlementKey(other.entitlement))).toEqual(other);
    expect((await stores().entitlements.get(key))?.state).toBe("observing");
  });

  it("gives those of many keys that are there, each once", async () => {
    const people = Array.from({ length: 102 }, (_, index) => aUserId(`person ${String(index)}`));
    const keys = people.map((principalId) => entitlementKey(anEntitlement({ principalId })));
    for (const principalId of people.slice(0, 101)) {
      await stores().entitlements.put({
        ...base,
        entitlement: anEntitlement({ principalId }),
        state: "standing",
      });
    }
    const found = await stores().entitlementReader.getAll([...keys, ...keys.slice(0, 2)]);
    expect(found.map(({ entitlement }) => entitlementKey(entitlement)).sort()).toEqual(
      keys.slice(0, 101).sort(),
    );
    expect(await stores().entitlementReader.getAll([])).toEqual([]);
  });
});
