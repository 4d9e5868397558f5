import { beforeEach, describe, expect, it } from "vitest";
import { SHARES, pacedAdmission } from "../../../lambdas/adapters/admission.ts";
import {
  operations,
  type Operations,
} from "../../../lambdas/providers/identity-center-account-assignment/polling.ts";
import type { CallPurpose } from "../../../lambdas/core/ports/provider.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const SECOND = 1000;
const instance = { region: "eu-west-1", instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef" };

let clock: VirtualClock;
let begin: number;

beforeEach(() => {
  clock = new VirtualClock();
  begin = clock.now().getTime();
});

const seconds = () => (clock.now().getTime() - begin) / SECOND;

/** Operations whose lists say what `inProgress` holds, when each list was asked for, and when each operation was looked at. */
const following = (
  inProgress: () => Promise<ReadonlySet<string>>,
  mostInProgress = 15,
): {
  readonly follow: (id: string | undefined, looksNeeded?: number) => Promise<"gone" | undefined>;
  readonly lists: readonly number[];
  readonly looks: readonly string[];
} => {
  const lists: number[] = [];
  const looks: string[] = [];
  const followed: Operations = operations({
    clock,
    mostInProgress,
    listEveryMilliseconds: 500,
    inProgress: () => {
      lists.push(seconds());
      return inProgress();
    },
  });
  return {
    lists,
    looks,
    follow: (id, looksNeeded = 1) => {
      let left = looksNeeded;
      return followed.underWay(async (operation) => {
        // AWS accepts it.
        await clock.sleep(0);
        return operation.ended({ instance, id }, () => {
          looks.push(`${id} at ${seconds()}`);
          left -= 1;
          return Promise.resolve(left === 0 ? "gone" : undefined);
        });
      });
    },
  };
};

const never = Number.POSITIVE_INFINITY;

describe("an operation that is the only one", () => {
  it("is looked at by itself, at growing intervals", async () => {
    const { follow, lists, looks } = following(() => Promise.resolve(new Set()));
    const work = follow("a", 3);
    await clock.runUntilIdle();
    expect(await work).toBe("gone");
    expect(looks).toEqual(["a at 1.5", "a at 3.5", "a at 6.5"]);
    expect(lists).toEqual([]);
  });

  it("is given up after forty seconds", async () => {
    const { follow } = following(() => Promise.resolve(new Set()));
    const work = follow("a", never);
    await clock.runUntilIdle();
    expect(await work).toBeUndefined();
    expect(seconds()).toBe(40.5);
  });
});

describe("one of several operations", () => {
  it("is looked at when the list that they share shows it no longer", async () => {
    const inProgress = new Set(["a", "b"]);
    const { follow, lists, looks } = following(() => Promise.resolve(new Set(inProgress)));
    const both = [follow("a"), follow("b")];
    await clock.advanceBy(1_200);
    inProgress.delete("b");
    await clock.advanceBy(300);
    expect(looks).toEqual(["b at 1.5"]);
    expect(lists).toEqual([0.5, 1, 1.5]);
    inProgress.delete("a");
    await clock.runUntilIdle();
    expect(await Promise.all(both)).toEqual(["gone", "gone"]);
  });

  it("is looked at by itself from when the others have ended", async () => {
    const { follow, lists, looks } = following(() => Promise.resolve(new Set(["b"])));
    const both = [follow("a"), follow("b")];
    await clock.runUntilIdle();
    await Promise.all(both);
    // The second had begun to wait for another list before the first was looked at.
    expect(lists).toEqual([0.5, 1]);
    expect(looks).toEqual(["a at 0.5", "b at 2.5"]);
  });

  it("is looked at by itself when the list no longer shows it and the look decides nothing", async () => {
    const { follow, looks } = following(() => Promise.resolve(new Set(["b"])));
    const both = [follow("a", 3), follow("b", never)];
    await clock.advanceBy(10_000);
    expect(await both[0]).toBe("gone");
    expect(looks.slice(0, 3)).toEqual(["a at 0.5", "a at 2", "a at 4"]);
    await clock.runUntilIdle();
    expect(await both[1]).toBeUndefined();
    expect(seconds()).toBeLessThanOrEqual(45);
  });

  it("is given up after forty seconds in the list", async () => {
    const { follow, looks } = following(() => Promise.resolve(new Set(["a", "b"])));
    const both = [follow("a"), follow("b")];
    await clock.runUntilIdle();
    expect(await Promise.all(both)).toEqual([undefined, undefined]);
    expect(looks).toEqual([]);
    expect(seconds()).toBeLessThanOrEqual(41);
  });

  it("is looked at by itself when AWS did not name it", async () => {
    const { follow, looks } = following(() => Promise.resolve(new Set(["b"])));
    const both = [follow(undefined), follow("b")];
    await clock.runUntilIdle();
    await Promise.all(both);
    expect(looks[0]).toBe("undefined at 1.5");
  });

  it("is not told by a list that was asked for before it began", async () => {
    let answer = (_ids: ReadonlySet<string>): void => undefined;
    const { follow, lists, looks } = following(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const early = [follow("a"), follow("b")];
    await clock.advanceBy(600);
    const late = follow("c");
    await clock.advanceBy(0);
    answer(new Set(["a", "b"]));
    await clock.advanceBy(100);
    expect(looks).toEqual([]);
    await clock.advanceBy(400);
    expect(lists).toEqual([0.5, 1.1]);
    answer(new Set());
    await clock.runUntilIdle();
    await Promise.all([...early, late]);
    expect(looks).toEqual(["c at 1.1", "a at 1.1", "b at 1.1"]);
  });

  it("waits for the next list when one is throttled", async () => {
    const throttled = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    const answers = [Promise.reject(throttled), Promise.resolve(new Set<string>())];
    answers[0]?.catch(() => undefined);
    const { follow, looks } = following(() => answers.shift() ?? Promise.resolve(new Set()));
    const both = [follow("a"), follow("b")];
    await clock.runUntilIdle();
    expect(await Promise.all(both)).toEqual(["gone", "gone"]);
    expect(looks).toEqual(["a at 1", "b at 1"]);
  });

  it("is looked at by itself where the role may not list", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    const { follow, looks } = following(() => Promise.reject(denied));
    const both = [follow("a", 2), follow("b", 2)];
    await clock.runUntilIdle();
    expect(await Promise.all(both)).toEqual(["gone", "gone"]);
    expect(looks).toEqual(["a at 0.5", "b at 0.5", "a at 2", "b at 2"]);
  });
});

describe("room", () => {
  it("is for so many operations in progress; the next begins when one has ended, before that one is looked at", async () => {
    const inProgress = new Set(["a", "b"]);
    const { follow, looks } = following(() => Promise.resolve(new Set(inProgress)), 2);
    const works = [follow("a", 2), follow("b", never), follow("c")];
    await clock.advanceBy(700);
    inProgress.delete("a");
    await clock.advanceBy(400);
    // The third began at 1 second; the next list that it is in is that of 1.5 seconds.
    expect(looks).toEqual(["a at 1"]);
    await clock.advanceBy(500);
    expect(looks).toEqual(["a at 1", "c at 1.5"]);
    await clock.runUntilIdle();
    await Promise.all(works);
  });

  it("comes back when an operation fails to begin", async () => {
    const slots = operations({
      clock,
      mostInProgress: 1,
      listEveryMilliseconds: 500,
      inProgress: () => Promise.resolve(new Set()),
    });
    const first = slots.underWay(() => Promise.reject(new Error("refused")));
    const second = slots.underWay(() => Promise.resolve("began"));
    await expect(first).rejects.toThrow("refused");
    expect(await second).toBe("began");
  });
});

describe("a burst of deletions", () => {
  const OPERATION_SECONDS = 3;
  const COUNT = 300;

  /** So many workers remove so many assignments through AWS's limits and Lockstep's share of the calls. */
  const burst = async (workers: number) => {
    const ends = new Map<string, number>();
    const calls: number[] = [];
    let mostOutstanding = 0;
    const admission = pacedAdmission({ clock, share: SHARES.revoke });
    const outstanding = () => [...ends].filter(([, end]) => end > seconds()).map(([id]) => id);
    const call = async (purpose: CallPurpose) => {
      await admission.admit(purpose);
      calls.push(seconds());
    };
    const deletions = operations({
      clock,
      mostInProgress: 15,
      listEveryMilliseconds: 350,
      inProgress: async () => {
        await call("follow");
        return new Set(outstanding());
      },
    });
    const waiting = Array.from({ length: COUNT }, (_, number) => `operation ${number}`);
    const worker = async () => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        const deleted = id;
        await deletions.underWay(async (operation) => {
          await call("revoke");
          ends.set(deleted, seconds() + OPERATION_SECONDS);
          mostOutstanding = Math.max(mostOutstanding, outstanding().length);
          return operation.ended({ instance, id: deleted }, async () => {
            await call("confirm");
            return (ends.get(deleted) ?? 0) <= seconds() ? "gone" : undefined;
          });
        });
      }
    };
    const work = Promise.all(Array.from({ length: workers }, worker));
    await clock.runUntilIdle(100_000);
    await work;
    return { calls, mostOutstanding, overFloor: seconds() / ((COUNT * OPERATION_SECONDS) / 15) };
  };

  it.each([15, 20])("of %d workers goes nearly as fast as AWS lets it, within its share", async (workers) => {
    const { calls, mostOutstanding, overFloor } = await burst(workers);
    expect(overFloor).toBeLessThan(1.25);
    expect(calls.length / COUNT).toBeLessThan(2.7);
    expect(mostOutstanding).toBeLessThanOrEqual(15);
    for (const from of calls) {
      expect(calls.filter((at) => at >= from && at < from + 1).length).toBeLessThanOrEqual(12);
    }
  });
});
