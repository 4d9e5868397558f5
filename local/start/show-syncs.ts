import { estimatedEnd } from "../../lambdas/core/domain/sync-progress.ts";
import type { FactKind } from "../../lambdas/core/domain/inventory/facts.ts";
import type { RunningSync, Sync } from "../../lambdas/core/domain/sync.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Terminal } from "../cli/terminal.ts";

/** Often enough to look alive; each look is one small query for each integration. */
const LOOKED_EVERY_MILLISECONDS = 500;

/** Where lines cannot be written over, a line at most every so often. */
const PLAIN_LINE_EVERY_MILLISECONDS = 10_000;

interface Dependencies {
  readonly terminal: Pick<Terminal, "line" | "passing" | "isRewritten" | "quiet" | "bad">;
  /** The newest pass of each integration and scope. */
  readonly passes: () => Promise<readonly Sync[]>;
  readonly clock: Clock;
  /** Passes that ended before this are not told. */
  readonly since: Date;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of a look that failed; the next one may not. */
  readonly onProblem: (text: string) => void;
}

/** Shows the first pass of each integration while it runs, and tells how it ended; of later ones only what they found. */
export const showSyncs = async ({
  terminal,
  passes,
  clock,
  since,
  signal,
  onProblem,
}: Dependencies): Promise<void> => {
  const told = new Set<string>();
  let plainLineAt = -Infinity;

  const showRunning = (sync: RunningSync) => {
    const now = clock.now();
    if (!terminal.isRewritten) {
      if (now.getTime() - plainLineAt < PLAIN_LINE_EVERY_MILLISECONDS) return;
      plainLineAt = now.getTime();
    }
    terminal.passing(terminal.quiet(progressLine(sync, now)));
  };

  const tellEnd = (sync: Exclude<Sync, RunningSync>) => {
    if (told.has(sync.id)) return;
    told.add(sync.id);
    const text = endLine(sync);
    if (Date.parse(sync.endedAt) < since.getTime() || text === undefined) return;
    terminal.line(sync.status === "failed" ? terminal.bad(text) : text);
  };

  const look = async () => {
    const newest = await passes();
    for (const sync of newest) if (sync.status !== "running") tellEnd(sync);
    const first = newest.find((sync) => sync.status === "running" && sync.baseline);
    if (first?.status === "running") showRunning(first);
    else if (terminal.isRewritten) terminal.passing("");
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
  if (terminal.isRewritten) terminal.passing("");
};

/** Asked again: an abort may come while something is awaited, which the compiler does not see. */
const isStopped = (signal: AbortSignal): boolean => signal.aborted;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const callsOf = ({ calls }: Sync): number => Object.values(calls).reduce((sum, times) => sum + times, 0);

/** A name of the domain in plain words: `permission-set`, `permission sets`. */
const spoken = (name: string): string => name.replaceAll("-", " ");

const plural = (count: number, name: string): string => `${String(count)} ${name}${count === 1 ? "" : "s"}`;

/** Where a pass is: `Sync organization: assignments 120 of 400, 312 calls, about 2 min left`. */
const progressLine = (sync: RunningSync, now: Date): string => {
  const { integration, checkpoint, done, total } = sync;
  const of =
    total === undefined ? (done === 0 ? "" : ` ${String(done)}`) : ` ${String(done)} of ${String(total)}`;
  const end = estimatedEnd(sync, now);
  const left = end === undefined ? [] : [`about ${durationOf(end.getTime() - now.getTime())} left of this`];
  return [
    `Sync ${integration}: ${spoken(checkpoint.phase)}${of}`,
    plural(callsOf(sync), "call"),
    ...left,
  ].join(", ");
};

/** How a pass ended; undefined for a later one that found nothing. */
const endLine = (sync: Exclude<Sync, RunningSync>): string | undefined => {
  const { integration, scope, baseline, begunAt, endedAt } = sync;
  if (sync.status === "failed") {
    const { message, fix } = sync.reason;
    return `Sync ${integration} (${scope}) failed: ${message} ${fix}`;
  }
  const took = durationOf(Date.parse(endedAt) - Date.parse(begunAt));
  if (baseline) {
    const counts = Object.entries(sync.counts)
      .filter(([kind]) => kind !== NO_THING)
      .map(([kind, count]) => plural(count, spoken(kind)));
    const found = counts.length === 0 ? "" : `: ${counts.join(", ")}`;
    return `Sync ${integration} (${scope}) is through, in ${took} and ${plural(callsOf(sync), "call")}${found}`;
  }
  const { appeared, changed, vanished } = sync.changes;
  const changes = Object.entries({ appeared, changed, vanished }).filter(([, count]) => count > 0);
  if (changes.length === 0) return undefined;
  return `Sync ${integration} (${scope}): ${changes.map(([what, count]) => `${String(count)} ${what}`).join(", ")}`;
};

/** The place of a permission set in an account: nothing that a person counts. */
const NO_THING: FactKind = "provisioning";

const durationOf = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 120 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`;
};
