import { isTransient } from "../../adapters/aws-errors.ts";
import type { Instance } from "../../adapters/identity-center/account-assignments.ts";
import type { Clock } from "../../core/ports/clock.ts";

/**
 * Waits before each look at an unfinished operation that is the only one (seconds). Most operations end within a few
 * seconds, so the first look is early and usually the only one. 1.5 + 2 + 3 + 4 + 6 × 5 = 40.5 seconds in ten looks: four
 * batches of five entitlements stay well within a function's 300 seconds, and the machine tries again after that.
 */
const WAITS_SECONDS = [1.5, 2, 3, 4, 5, 5, 5, 5, 5, 5] as const;

/** Nobody begins to look at an operation after that. */
const PATIENCE_MILLISECONDS = WAITS_SECONDS.reduce((sum, seconds) => sum + seconds, 0) * 1000;

/** An operation that AWS accepted; without an id it cannot be found in a list. */
export interface Accepted {
  readonly instance: Instance;
  readonly id: string | undefined;
}

/** One operation of this process, from before it is asked for. */
export interface UnderWay {
  /**
   * Looks until `look` has an answer; undefined when time is up. Alone, it looks at growing intervals. With others, it
   * looks when the operation is no longer in the list of those that are in progress, which all of them share: how an
   * operation ended is told by `look` alone.
   */
  ended<Answer>(accepted: Accepted, look: () => Promise<Answer | undefined>): Promise<Answer | undefined>;
}

/** The operations of one kind that this process has under way. */
export interface Operations {
  /** Begins with `work`, which asks for an operation and waits for its end, as soon as AWS has room for one more of this process. */
  underWay<Outcome>(work: (underWay: UnderWay) => Promise<Outcome>): Promise<Outcome>;
}

type Listed = ReadonlySet<string> | "no answer" | "refused";

interface OperationsDeps {
  readonly clock: Clock;
  /** So many may be in progress at a time; one that has ended, and is still being looked at, does not count. */
  readonly mostInProgress: number;
  /** From one list to the next: the shorter, the sooner an end is seen, and the more of the calls a second are lists. */
  readonly listEveryMilliseconds: number;
  readonly inProgress: (instance: Instance) => Promise<ReadonlySet<string>>;
}

/** Operations whose ends are learnt by `inProgress` where there are several. */
export const operations = ({
  clock,
  mostInProgress,
  listEveryMilliseconds,
  inProgress,
}: OperationsDeps): Operations => {
  let count = 0;
  const rooms = roomsFor(mostInProgress);
  /** The lists that are about to be asked for, by instance. */
  const nextLists = new Map<string, Promise<Listed>>();

  const list = async (instance: Instance): Promise<Listed> => {
    try {
      return await inProgress(instance);
    } catch (error) {
      return isTransient(error) ? "no answer" : "refused";
    }
  };

  /** A list that is asked for after now: one that is on its way already may not show an operation that began since. */
  const nextList = (instance: Instance): Promise<Listed> => {
    const key = `${instance.region} ${instance.instanceArn}`;
    const next =
      nextLists.get(key) ??
      clock.sleep(listEveryMilliseconds).then(() => {
        nextLists.delete(key);
        return list(instance);
      });
    nextLists.set(key, next);
    return next;
  };

  const isPending = async ({ instance, id }: Accepted): Promise<boolean> => {
    const listed = await nextList(instance);
    if (listed === "no answer") return true;
    return listed !== "refused" && id !== undefined && listed.has(id);
  };

  const ended = async <Answer>(
    accepted: Accepted,
    look: () => Promise<Answer | undefined>,
    leaveRoom: () => void,
  ): Promise<Answer | undefined> => {
    const noneAfter = clock.now().getTime() + PATIENCE_MILLISECONDS;
    let isListed = accepted.id !== undefined;
    for (let looks = 0; clock.now().getTime() < noneAfter;) {
      if (isListed && count > 1) {
        isListed = await isPending(accepted);
        if (isListed) continue;
        leaveRoom();
      } else {
        const seconds = WAITS_SECONDS[looks];
        if (seconds === undefined) break;
        await clock.sleep(seconds * 1000);
        looks += 1;
      }
      const answer = await look();
      if (answer !== undefined) return answer;
    }
    return undefined;
  };

  return {
    underWay: async (work) => {
      count += 1;
      const leaveRoom = await rooms.enter();
      try {
        return await work({ ended: (accepted, look) => ended(accepted, look, leaveRoom) });
      } finally {
        leaveRoom();
        count -= 1;
      }
    },
  };
};

/** Room for so many; who comes first gets in first. */
const roomsFor = (many: number) => {
  let free = many;
  let waiting: readonly (() => void)[] = [];

  const next = () => {
    const [first, ...others] = waiting;
    waiting = others;
    if (first === undefined) free += 1;
    else first();
  };

  return {
    /** Resolves when there is room, with what leaves it again: once, however often it is called. */
    enter: async (): Promise<() => void> => {
      if (free > 0) free -= 1;
      else
        await new Promise<void>((resolve) => {
          waiting = [...waiting, resolve];
        });
      let isIn = true;
      return () => {
        if (isIn) next();
        isIn = false;
      };
    },
  };
};
