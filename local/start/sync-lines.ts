import type { FactKind } from "../../lambdas/core/domain/inventory/facts.ts";
import type { Problem } from "../../lambdas/core/domain/inventory/problem.ts";
import { estimatedEnd, placeOfPhase } from "../../lambdas/core/domain/sync-progress.ts";
import type { FailedSync, FinishedSync, RunningSync, Sync } from "../../lambdas/core/domain/sync.ts";

/** A pass that has ended. */
export type EndedSync = FinishedSync | FailedSync;

/** So many problems are told with their fix: more than a screen can be read over in `GET /syncs/{id}`. */
const TOLD_PROBLEMS = 3;

/** Where a running pass is: `Sync organization (identity): groups 120 of 400 (phase 8 of 11), 312 calls, about 2 min left of it`. */
export const progressLine = (sync: RunningSync, now: Date): string => {
  const left = leftOf(sync, now);
  const parts = [
    placeOf(sync),
    ...callsOf(sync),
    ...(left === undefined ? [] : [`about ${left} left of it`]),
  ];
  return `${nameOf(sync)}: ${parts.join(", ")}`;
};

/** How a pass ended, and what it met. */
export const endLines = (sync: EndedSync): readonly string[] => {
  if (sync.status === "failed") return [failureOf(sync)];
  const { begunAt, endedAt, problems } = sync;
  const took = [durationOf(Date.parse(endedAt) - Date.parse(begunAt)), ...callsOf(sync)].join(" and ");
  const said = [resultOf(sync), ...problemCountOf(sync)].join("; ");
  const told = problems.slice(0, TOLD_PROBLEMS);
  return [
    `${nameOf(sync)} is through, in ${took}: ${said}`,
    ...told.map((problem) => `  ${sentencesOf(problem)}`),
    ...(told.length === 0 ? [] : [`  All of it: ${whereToRead(sync)}, as an administrator`]),
  ];
};

/** The same for a pass that nobody asked for and that changed nothing, in one line. */
export const unchangedLine = (sync: FinishedSync): string => {
  const problems = problemCountOf(sync).map((count) => `; ${count}: ${whereToRead(sync)}`);
  return `${nameOf(sync)}: ${NOTHING_CHANGED}${problems.join("")}`;
};

/** How a pass ended before this start. */
export const earlierEndLine = (sync: EndedSync, now: Date): string => {
  const ago = `${durationOf(now.getTime() - Date.parse(sync.endedAt))} before this start`;
  if (sync.status === "failed") return `${failureOf(sync)} That was ${ago}.`;
  const problems = problemCountOf(sync).map((count) => `; ${count}: ${whereToRead(sync)}`);
  return `${nameOf(sync)} was through ${ago}${problems.join("")}`;
};

/** Where a pass was left that goes on at this start. */
export const continuedLine = (sync: RunningSync): string =>
  `${nameOf(sync)} goes on from where the last start left it: ${placeOf(sync)}`;

/** Where a pass is left because everything is stopped. */
export const interruptedLine = (sync: RunningSync): string =>
  `${nameOf(sync)} is interrupted: ${placeOf(sync)}`;

/** Whether a pass is told in full: somebody asked for it, it is the first one, or it has found something. */
export const isTold = ({ occasion, baseline, changes }: Sync): boolean =>
  baseline || isAskedFor(occasion) || Object.values(changes).some((count) => count > 0);

/** As a refresh writes it down (lambdas/core/domain/sync.ts). */
const isAskedFor = (occasion: Sync["occasion"]): boolean => occasion?.startsWith("user:") === true;

const NOTHING_CHANGED = "nothing changed";

const nameOf = ({ integration, scope }: Sync): string => `Sync ${integration} (${scope})`;

const whereToRead = ({ id }: Sync): string => `GET /syncs/${id}`;

/** A name of the domain in plain words: `permission-set`, `permission sets`. */
const spoken = (name: string): string => name.replaceAll("-", " ");

const plural = (count: number, name: string): string => `${String(count)} ${name}${count === 1 ? "" : "s"}`;

/** Nothing while none is known: those that look into accounts tell of theirs when all of them have ended. */
const callsOf = ({ calls }: Sync): readonly string[] => {
  const sum = Object.values(calls).reduce((all, times) => all + times, 0);
  return sum === 0 ? [] : [plural(sum, "call")];
};

const placeOf = (sync: RunningSync): string => {
  const { checkpoint, done, total } = sync;
  const { number, of } = placeOfPhase(sync);
  const known = done > 0 ? [String(done)] : [];
  return [
    spoken(checkpoint.phase),
    ...(total === undefined ? known : [`${String(done)} of ${String(total)}`]),
    ...(of === 1 ? [] : [`(phase ${String(number)} of ${String(of)})`]),
  ].join(" ");
};

const leftOf = (sync: RunningSync, now: Date): string | undefined => {
  const end = estimatedEnd(sync, now);
  return end === undefined || end <= now ? undefined : durationOf(end.getTime() - now.getTime());
};

const failureOf = (sync: FailedSync): string => `${nameOf(sync)} failed: ${sentencesOf(sync.reason)}`;

const sentencesOf = ({ message, fix }: Problem): string => `${message} ${fix}`;

const problemsOf = ({ problems, moreProblems }: Sync): number => problems.length + moreProblems;

const problemCountOf = (sync: Sync): readonly string[] => {
  const count = problemsOf(sync);
  return count === 0 ? [] : [plural(count, "problem")];
};

/** What a pass found: of the first one everything is new, of later ones it is what changed. */
const resultOf = ({ baseline, counts, changes }: FinishedSync): string => {
  const { appeared, changed, vanished } = changes;
  if (!baseline) {
    const changesThere = Object.entries({ appeared, changed, vanished }).filter(([, count]) => count > 0);
    if (changesThere.length === 0) return NOTHING_CHANGED;
    return changesThere.map(([what, count]) => `${String(count)} ${what}`).join(", ");
  }
  const counted = Object.entries(counts)
    .filter(([kind]) => kind !== NO_THING)
    .map(([kind, count]) => plural(count, spoken(kind)));
  // What accounts hold is not counted by kind.
  return counted.length === 0
    ? `${String(appeared)} IAM users, groups, roles and resources found`
    : counted.join(", ");
};

/** The place of a permission set in an account: nothing that a person counts. */
const NO_THING: FactKind = "provisioning";

const durationOf = (milliseconds: number): string => {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 120) return `${String(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
};
