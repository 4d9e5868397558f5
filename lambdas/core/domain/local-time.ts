/*
 * What clocks on the wall show, by the time zones of the runtime's own ICU (Intl): a local time is a number, the milliseconds
 * of the same date and time in UTC, so that local times are compared and added up as numbers are.
 */

const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Milliseconds of the date and time that clocks show, as though it were UTC. */
export type LocalTime = number;

/** Making one costs more than a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, made);
  return made;
};

/** Whether it is the name of a time zone, such as Europe/Berlin; a bare offset from UTC has no daylight saving, and is none. */
export const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // A RangeError is how Intl says no (ECMA-402, 11.1.2).
    return false;
  }
};

/** What clocks in the time zone show at a moment. */
export const localTimeAt = (timeZone: string, moment: Date): LocalTime => {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const seconds = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  const fraction = moment.getTime() % SECOND;
  return seconds + (fraction < 0 ? fraction + SECOND : fraction);
};

const offsetAt = (timeZone: string, moment: number): number =>
  localTimeAt(timeZone, new Date(moment)) - moment;

/** Local times are up to 14 hours ahead of UTC, and 12 behind it: a moment is within these of its local time. */
const BEFORE_ANY_OFFSET = 15 * HOUR;
const AFTER_ANY_OFFSET = 13 * HOUR;

/**
 * The moments at which clocks show the local time: one, or two where clocks go back over it. Where they go forward over it,
 * it is the moment when they do.
 */
export const momentsOf = (timeZone: string, local: LocalTime): readonly Date[] => {
  const [early, late] = [local - BEFORE_ANY_OFFSET, local + AFTER_ANY_OFFSET];
  const offsets = new Set([offsetAt(timeZone, early), offsetAt(timeZone, late)]);
  const moments = [...offsets]
    .map((offset) => new Date(local - offset))
    .filter((moment) => localTimeAt(timeZone, moment) === local)
    .sort((a, b) => a.getTime() - b.getTime());
  return moments.length > 0 ? moments : [changeBetween(timeZone, early, late)];
};

/** The first moment at which clocks show the local time, or go forward over it. */
export const firstMomentOf = (timeZone: string, local: LocalTime): Date =>
  momentsOf(timeZone, local)[0] ?? new Date(local);

/** When the offset changes between two moments that have different ones: by halves, to the millisecond. */
const changeBetween = (timeZone: string, from: number, to: number): Date => {
  const before = offsetAt(timeZone, from);
  let [same, changed] = [from, to];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(timeZone, middle) === before) same = middle;
    else changed = middle;
  }
  return new Date(changed);
};

/** When clocks go forward or back between two moments. No time zone changes its offset twice within a day. */
export const clockChangesBetween = (timeZone: string, from: Date, to: Date): readonly Date[] => {
  const changes: Date[] = [];
  for (let day = from.getTime(); day < to.getTime(); day += DAY) {
    if (offsetAt(timeZone, day) !== offsetAt(timeZone, day + DAY))
      changes.push(changeBetween(timeZone, day, day + DAY));
  }
  return changes;
};

/** The midnight that a local time's day begins with, and the time of day since then. */
export const dayOf = (local: LocalTime): LocalTime => Math.floor(local / DAY) * DAY;
