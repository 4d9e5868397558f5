import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Terminal } from "../cli/terminal.ts";

/**
 * Where lines can be written over, the seconds are counted. Elsewhere a line says that it is still at it: one soon, since whoever
 * waits for longer than two seconds wonders, and others every so often.
 */
const COUNTED = { firstAfterMilliseconds: 1_000, everyMilliseconds: 1_000 };
const PLAIN = { firstAfterMilliseconds: 2_000, everyMilliseconds: 10_000 };

interface Dependencies {
  readonly terminal: Pick<Terminal, "line" | "passing" | "isRewritten" | "quiet">;
  readonly clock: Clock;
}

/** What a start does, step after step. */
export interface Steps {
  /** Ends the step before it. */
  readonly begin: (text: string) => void;
  readonly end: () => void;
}

interface Step {
  readonly text: string;
  readonly begunAt: number;
  readonly ended: AbortController;
}

/** Tells which step a start is at, and for how long: on a slow machine one of them takes half a minute. */
export const showSteps = ({ terminal, clock }: Dependencies): Steps => {
  const { line, passing, isRewritten, quiet } = terminal;
  const { firstAfterMilliseconds, everyMilliseconds } = isRewritten ? COUNTED : PLAIN;
  let current: Step | undefined;

  const show = isRewritten ? passing : line;
  const withSeconds = ({ text, begunAt }: Step) => {
    const seconds = Math.floor((clock.now().getTime() - begunAt) / 1000);
    return quiet(seconds === 0 ? text : `${text} ${String(seconds)} s`);
  };

  const count = async (step: Step) => {
    const { signal } = step.ended;
    await clock.sleep(firstAfterMilliseconds, signal);
    while (!signal.aborted) {
      show(withSeconds(step));
      await clock.sleep(everyMilliseconds, signal);
    }
  };

  const end = () => {
    if (current === undefined) return;
    current.ended.abort();
    if (isRewritten) {
      passing("");
      line(withSeconds(current));
    }
    current = undefined;
  };

  return {
    begin: (text) => {
      end();
      const step = { text, begunAt: clock.now().getTime(), ended: new AbortController() };
      current = step;
      show(quiet(text));
      void count(step);
    },
    end,
  };
};
