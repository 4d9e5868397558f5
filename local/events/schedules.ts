import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { ApplicationRule } from "../template/rules.ts";
import { parseSchedule } from "./schedule.ts";

/** Fires scheduled rules until it is stopped. */
export interface Schedules {
  start(): void;
  stop(): Promise<void>;
}

interface NextFiring {
  readonly expression: string;
  readonly at: string;
}

const COLLECTION = "events/schedules";

/**
 * Each rule's next time is kept, so that a restart neither skips nor repeats one; times that passed while nothing ran are
 * made up for once.
 */
export const createSchedules = (dependencies: {
  readonly rules: readonly ApplicationRule[];
  readonly clock: Clock;
  readonly store: LocalStore;
  readonly fire: (rule: ApplicationRule) => void;
}): Schedules => {
  const { clock, store, fire } = dependencies;
  const scheduled = dependencies.rules.flatMap((rule) =>
    rule.schedule === undefined
      ? []
      : [{ rule, expression: rule.schedule, schedule: parseSchedule(rule.schedule) }],
  );
  const stopping = new AbortController();
  let loops: Promise<void>[] = [];

  const run = async ({ rule, expression, schedule }: (typeof scheduled)[number]) => {
    const kept = store.get(COLLECTION, rule.arn) as NextFiring | undefined;
    let next = kept?.expression === expression ? new Date(kept.at) : schedule.next(clock.now());
    while (next !== undefined) {
      store.put(COLLECTION, rule.arn, { expression, at: next.toISOString() });
      await clock.sleep(next.getTime() - clock.now().getTime(), stopping.signal);
      if (stopping.signal.aborted) return;
      fire(rule);
      next = schedule.next(clock.now());
    }
  };

  return {
    start: () => {
      loops = scheduled.map(run);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
};
