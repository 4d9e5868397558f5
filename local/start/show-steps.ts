import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Terminal } from "../cli/terminal.ts";

/** Where lines can be written over, the seconds are counted; elsewhere a line every so often says that it is still at it. */
const COUNTED_EVERY_MILLISECONDS = 1_000;
const PLAIN_LINE_EVERY_MILLISECONDS = 10_000;

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
  const every = isRewritten ? COUNTED_EVERY_MILLISECONDS : PLAIN_LINE_EVERY_MILLISECONDS;
  let current: Step | undefined;

  const show = isRewritten ? passing : line;
  const withSeconds = ({ text, begunAt }: Step) => {
    const seconds = Math.floor((clock.now().getTime() - begunAt) / 1000);
    return quiet(seconds === 0 ? text : `${text} ${String(seconds)} s`);
  };

  const count = async (step: Step) => {
    const { signal } = step.ended;
    for (;;) {
      await clock.sleep(every, signal);
      if (signal.aborted) return;
      show(withSeconds(step));
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
