import { expect, it } from "vitest";
import { describeStores } from "./describe-stores.ts";

const NOW = Date.UTC(2026, 0, 1);
const idle = { now: NOW, plausible: NOW + 60_000 };
const busy = { now: NOW, latest: NOW + 10_000 };

describeStores("the pace that processes share", (stores) => {
  it("begins where there is none, and is what was begun", async () => {
    expect(await stores().pace.freeFrom()).toBeUndefined();
    expect(await stores().pace.begin(NOW + 750, idle)).toBe(NOW + 750);
    expect(await stores().pace.freeFrom()).toBe(NOW + 750);
  });

  it("is begun by one of many who find it idle", async () => {
    const begun = await Promise.all(
      Array.from({ length: 10 }, (_, index) => stores().pace.begin(NOW + 1 + index, idle)),
    );
    const winners = begun.filter((outcome) => outcome !== "conflict");
    expect(winners).toHaveLength(1);
    expect(await stores().pace.freeFrom()).toBe(winners[0]);
  });

  it("begins anew from its moment on, and when its moment is too far ahead", async () => {
    await stores().pace.begin(NOW + 750, idle);
    expect(await stores().pace.begin(NOW + 2_000, { now: NOW + 749, plausible: NOW + 60_000 })).toBe(
      "conflict",
    );
    expect(await stores().pace.begin(NOW + 2_000, { now: NOW + 750, plausible: NOW + 60_000 })).toBe(
      NOW + 2_000,
    );
    expect(await stores().pace.begin(NOW + 250, { now: NOW, plausible: NOW + 2_000 })).toBe("conflict");
    expect(await stores().pace.begin(NOW + 250, { now: NOW, plausible: NOW + 1_999 })).toBe(NOW + 250);
  });

  it("is moved on by everybody who adds to it, and each learns where they are", async () => {
    await stores().pace.begin(NOW + 1_000, idle);
    // One after another: moto, other than DynamoDB, loses an update that meets another.
    for (let index = 1; index <= 10; index += 1) {
      expect(await stores().pace.extend(250, busy)).toBe(NOW + 1_000 + index * 250);
    }
    expect(await stores().pace.freeFrom()).toBe(NOW + 3_500);
  });

  it("is not moved on where there is none, when its moment has come, or when it is later than may be", async () => {
    expect(await stores().pace.extend(250, busy)).toBe("conflict");
    expect(await stores().pace.freeFrom()).toBeUndefined();
    await stores().pace.begin(NOW + 1_000, idle);
    expect(await stores().pace.extend(250, { now: NOW + 1_000, latest: NOW + 10_000 })).toBe("conflict");
    expect(await stores().pace.extend(250, { now: NOW, latest: NOW + 999 })).toBe("conflict");
    expect(await stores().pace.freeFrom()).toBe(NOW + 1_000);
    expect(await stores().pace.extend(250, { now: NOW + 999, latest: NOW + 1_000 })).toBe(NOW + 1_250);
  });
});
