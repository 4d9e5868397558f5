import { describe, expect, it } from "vitest";
import type { Sync } from "../../../../lambdas/core/domain/sync.ts";
import { isTurnOf, turnAfter, turnOf } from "../../../../lambdas/core/domain/turns.ts";

const TURNS = 6;
const things = Array.from({ length: 200 }, (_, number) => `thing-${String(number)}`);

const inTurn = (turn: number) => things.filter((thing) => isTurnOf(thing, turn, TURNS));

describe("turns", () => {
  it("come to everything once in so many passes, whichever is the first of them", () => {
    for (const first of [0, 4, 1_000_003]) {
      const turns = Array.from({ length: TURNS }, (_, more) => inTurn(first + more));
      expect(turns.flat().sort()).toEqual([...things].sort());
      for (const some of turns) expect(some.length).toBeGreaterThan(things.length / TURNS / 2);
    }
  });

  it("go on with each pass that finished, and wait for one that did not", () => {
    const passes: readonly Sync["status"][] = ["finished", "failed", "failed", "finished", "finished"];
    const turns = passes.reduce<readonly Pick<Sync, "status" | "turn">[]>(
      (before, status) => [...before, { status, turn: turnAfter(before.at(-1)) }],
      [],
    );
    expect(turns.map(turnOf)).toEqual([0, 1, 1, 1, 2]);
  });

  it("begin where a pass counted none", () => {
    expect(turnOf({})).toBe(0);
    expect(turnAfter({ status: "finished" })).toBe(1);
  });
});
