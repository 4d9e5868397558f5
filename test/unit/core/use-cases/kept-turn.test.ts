import { beforeEach, describe, expect, it } from "vitest";
import { RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import type { Turn, Turns } from "../../../../lambdas/core/ports/stores.ts";
import { KeptTurn } from "../../../../lambdas/core/use-cases/kept-turn.ts";
import { FakeTurns } from "../../../support/fakes/turns.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const SECOND = 1000;

/** Turns whose next renewal may fail. */
class FailingTurns implements Turns {
  readonly kept: Turn[] = [];
  failure: Error | undefined;
  private readonly turns: FakeTurns;

  constructor(clock: VirtualClock) {
    this.turns = new FakeTurns(clock);
  }

  take(...asked: Parameters<Turns["take"]>) {
    return this.turns.take(...asked);
  }

  async keep(turn: Turn, seconds: number) {
    if (this.failure !== undefined) throw this.failure;
    this.kept.push(turn);
    return this.turns.keep(turn, seconds);
  }

  end(turn: Turn) {
    return this.turns.end(turn);
  }
}

let clock: VirtualClock;
let turns: FailingTurns;

beforeEach(() => {
  clock = new VirtualClock();
  turns = new FailingTurns(clock);
});

const take = () => KeptTurn.take({ turns, clock }, "removals");

/** The turn, with nothing to wait out. */
const taken = async (): Promise<KeptTurn> => {
  const turn = await take();
  if (turn === undefined) throw new Error("Somebody else has the turn");
  return turn;
};

describe("taking a turn", () => {
  it("gives a minute at once, to one at a time", async () => {
    const turn = await taken();
    expect(turn.until).toEqual(new Date(clock.now().getTime() + 60 * SECOND));
    expect(await take()).toBeUndefined();
    await turn.end();
    expect(await take()).toBeDefined();
  });

  it("waits one out that was not given back, by time that passes, and has it whole afterwards", async () => {
    await taken();
    await clock.advanceBy(60 * SECOND);
    const waiting = take();
    let ended = false;
    void waiting.then(() => (ended = true));
    await clock.advanceBy(60 * SECOND - 1);
    expect(ended).toBe(false);
    await clock.advanceBy(1);
    const turn = await waiting;
    expect(turn?.until).toEqual(new Date(clock.now().getTime() + 60 * SECOND));
    // While it is waited out, nobody else finds it ended.
    expect(turns.kept).toHaveLength(2);
  });

  it.each([
    ["half-way", 1],
    ["at the end", 2],
  ])("gives up when somebody else has it by then: %s", async (_, renewal) => {
    await taken();
    await clock.advanceBy(60 * SECOND);
    const keep = turns.keep.bind(turns);
    let renewals = 0;
    turns.keep = (turn, seconds) => {
      renewals += 1;
      return renewals === renewal ? Promise.resolve(undefined) : keep(turn, seconds);
    };
    const waiting = take();
    await clock.advanceBy(60 * SECOND);
    expect(await waiting).toBeUndefined();
    expect(renewals).toBe(renewal);
  });
});

describe("keeping a turn", () => {
  it("asks for another minute when less than 50 seconds are left, and not before", async () => {
    const turn = await taken();
    await clock.advanceBy(10 * SECOND);
    await turn.keep();
    expect(turns.kept).toHaveLength(0);
    await clock.advanceBy(1);
    await turn.keep();
    expect(turns.kept).toHaveLength(1);
    expect(turn.until).toEqual(new Date(clock.now().getTime() + 60 * SECOND));
  });

  it("goes on with what is left when the table does not answer, and asks again next time", async () => {
    const turn = await taken();
    const until = turn.until;
    await clock.advanceBy(30 * SECOND);
    turns.failure = new RetryableError("StoreUnavailable", "no answer");
    await turn.keep();
    expect(turn.until).toEqual(until);
    turns.failure = undefined;
    await turn.keep();
    expect(turn.until).toEqual(new Date(clock.now().getTime() + 60 * SECOND));
  });

  it("fails loudly for anything else", async () => {
    const turn = await taken();
    await clock.advanceBy(30 * SECOND);
    turns.failure = new TypeError("a defect");
    await expect(turn.keep()).rejects.toThrow("a defect");
  });

  it("loses it for good once somebody else has it, and asks no more", async () => {
    const turn = await taken();
    await clock.advanceBy(30 * SECOND);
    turns.keep = () => Promise.resolve(undefined);
    await turn.keep();
    expect(turn.until).toBeUndefined();
    turns.keep = () => Promise.reject(new Error("It was asked"));
    await turn.keep();
    await turn.end();
  });
});

describe("the end of a turn", () => {
  it("is over by its own clock after its minute", async () => {
    const turn = await taken();
    await clock.advanceBy(60 * SECOND - 1);
    expect(turn.until).toBeDefined();
    await clock.advanceBy(1);
    expect(turn.until).toBeUndefined();
  });

  it("is waited out by the next one when something that it covers may still be on its way", async () => {
    const turn = await taken();
    turn.letRunOut();
    await turn.end();
    expect(await take()).toBeUndefined();
    await clock.advanceBy(60 * SECOND);
    expect(await turns.take("removals", 60)).toMatchObject({ inherited: true });
  });
});
