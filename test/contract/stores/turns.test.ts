import { expect, it } from "vitest";
import { describeStores } from "./describe-stores.ts";
import type { Turn } from "../../../lambdas/core/ports/stores.ts";

const MINUTE = 60;

const given = (turn: Turn | undefined): Turn => {
  if (turn === undefined) throw new Error("expected a turn");
  return turn;
};

describeStores("turns", (stores) => {
  const take = () => stores().turns.take("removals", MINUTE);
  const later = (seconds: number) => stores().clock.advanceBy(seconds * 1000);

  it("are had by one of many who try at once", async () => {
    const taken = await Promise.all(Array.from({ length: 10 }, take));
    expect(taken.filter((turn) => turn !== undefined)).toHaveLength(1);
  });

  it("last as long as they were taken for, and no longer", async () => {
    const turn = given(await take());
    expect(turn).toMatchObject({ name: "removals", until: "2026-01-01T00:01:00.000Z" });
    await later(MINUTE - 1);
    expect(await take()).toBeUndefined();
    await later(1);
    const next = given(await take());
    expect(next.id).not.toBe(turn.id);
  });

  it("are kept from now on", async () => {
    const turn = given(await take());
    await later(40);
    const kept = given(await stores().turns.keep(turn, MINUTE));
    expect(kept).toEqual({ ...turn, until: "2026-01-01T00:01:40.000Z" });
    await later(59);
    expect(await take()).toBeUndefined();
    await later(1);
    expect(await take()).toBeDefined();
  });

  it("cannot be kept by one who lost it", async () => {
    const lost = given(await take());
    await later(MINUTE);
    const turn = given(await take());
    expect(await stores().turns.keep(lost, MINUTE)).toBeUndefined();
    await later(MINUTE - 1);
    expect(await take()).toBeUndefined();
    expect(await stores().turns.keep(turn, MINUTE)).toBeDefined();
  });

  it("can be had at once after they were given back, and not be kept any more", async () => {
    const turn = given(await take());
    await stores().turns.end(turn);
    expect(await stores().turns.keep(turn, MINUTE)).toBeUndefined();
    expect(await take()).toBeDefined();
  });

  it("are not given back by one who lost it", async () => {
    const lost = given(await take());
    await later(MINUTE);
    const turn = given(await take());
    await stores().turns.end(lost);
    expect(await take()).toBeUndefined();
    expect(await stores().turns.keep(turn, MINUTE)).toBeDefined();
  });

  it("of another name are others", async () => {
    given(await take());
    const sweep = given(await stores().turns.take("sweep", MINUTE));
    await stores().turns.end(sweep);
    expect(await take()).toBeUndefined();
  });

  it("that end implausibly late were taken by a wrong clock, and are free", async () => {
    given(await stores().turns.take("removals", 3 * 3600));
    expect(await take()).toBeDefined();
  });

  it("are seen by whoever only looks: as long as somebody has one, and no longer", async () => {
    const isTaken = () => stores().turnWatch.isTaken("removals");
    expect(await isTaken()).toBe(false);
    const turn = given(await take());
    expect(await isTaken()).toBe(true);
    expect(await stores().turnWatch.isTaken("sweep")).toBe(false);
    await later(MINUTE - 1);
    expect(await isTaken()).toBe(true);
    await later(1);
    expect(await isTaken()).toBe(false);
    await stores().turns.keep(turn, MINUTE);
    expect(await isTaken()).toBe(true);
    await stores().turns.end(turn);
    expect(await isTaken()).toBe(false);
  });

  it("that a clock took that is far ahead are nobody's", async () => {
    await stores().turns.take("removals", 3 * 3600);
    expect(await stores().turnWatch.isTaken("removals")).toBe(false);
  });
});
