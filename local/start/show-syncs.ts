import type { RunningSync, Sync } from "../../lambdas/core/domain/sync.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Terminal } from "../cli/terminal.ts";
import {
  continuedLine,
  earlierEndLine,
  endLines,
  interruptedLine,
  isTold,
  progressLine,
  unchangedLine,
  type EndedSync,
} from "./sync-lines.ts";

/** Often enough to look alive; each look is one small query for each integration. */
const LOOKED_EVERY_MILLISECONDS = 500;

/** Where lines cannot be written over, a line at most every so often. */
const PLAIN_LINE_EVERY_MILLISECONDS = 10_000;

interface Dependencies {
  readonly terminal: Pick<Terminal, "line" | "passing" | "isRewritten" | "quiet" | "bad">;
  /** The newest pass of each integration and scope. */
  readonly passes: () => Promise<readonly Sync[]>;
  readonly clock: Clock;
  /** When this start began: what passes did before is told in a line. */
  readonly since: Date;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of a look that failed; the next one may not. */
  readonly onProblem: (text: string) => void;
}

/**
 * Shows a pass while it runs that somebody waits for, and tells how each one ended: with its problems, or in a short line
 * where nobody asked for it and nothing changed. First it tells how the passes before this start ended, or that they go on;
 * and at the end, which ones are interrupted.
 */
export const showSyncs = async ({
  terminal,
  passes,
  clock,
  since,
  signal,
  onProblem,
}: Dependencies): Promise<void> => {
  const { line, quiet, bad, isRewritten } = terminal;
  const told = new Set<string>();
  const continued = new Set<string>();
  const showProgress = isRewritten ? terminal.passing : nowAndThen(line, clock);
  let newest: readonly Sync[] = [];

  const tellEnd = (sync: EndedSync) => {
    if (told.has(sync.id)) return;
    told.add(sync.id);
    const style = sync.status === "failed" ? bad : (text: string) => text;
    if (Date.parse(sync.endedAt) < since.getTime()) line(style(earlierEndLine(sync, since)));
    else if (sync.status === "finished" && !isTold(sync)) line(quiet(unchangedLine(sync)));
    else for (const text of endLines(sync)) line(style(text));
  };

  const tellContinued = (sync: RunningSync) => {
    if (continued.has(sync.id) || Date.parse(sync.begunAt) >= since.getTime()) return;
    continued.add(sync.id);
    line(continuedLine(sync));
  };

  const showRunning = (sync: RunningSync | undefined) => {
    if (sync !== undefined) showProgress(quiet(progressLine(sync, clock.now())));
    else if (isRewritten) terminal.passing("");
  };

  const look = async () => {
    newest = await passes();
    const running = newest.filter((sync) => sync.status === "running");
    for (const sync of running) tellContinued(sync);
    // Before the ends: the line that is written over would be written again behind them.
    showRunning(running.find((sync) => isTold(sync) || continued.has(sync.id)));
    for (const sync of newest) if (sync.status !== "running") tellEnd(sync);
  };

  while (!signal.aborted) {
    try {
      await look();
    } catch (error) {
      // Whoever stops the environment closes what is asked here.
      if (!isStopped(signal)) onProblem(`The sync cannot be shown: ${messageOf(error)}`);
    }
    await clock.sleep(LOOKED_EVERY_MILLISECONDS, signal);
  }
  showRunning(undefined);
  for (const sync of newest) if (sync.status === "running") line(interruptedLine(sync));
};

/** Prints a line at most every so often, and never one that says what the last one said. */
const nowAndThen = (line: Terminal["line"], clock: Pick<Clock, "now">) => {
  let last = "";
  let lastAt = -Infinity;
  return (text: string): void => {
    const now = clock.now().getTime();
    if (text === last || now - lastAt < PLAIN_LINE_EVERY_MILLISECONDS) return;
    last = text;
    lastAt = now;
    line(text);
  };
};

/** Asked again: an abort may come while something is awaited, which the compiler does not see. */
const isStopped = (signal: AbortSignal): boolean => signal.aborted;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
