/** The longest grant: an execution lives a year, and a request may start 90 days ahead. */
export const LONGEST_DURATION_SECONDS = 180 * 24 * 3600;

/** How far ahead access may be asked for. */
export const LATEST_START_SECONDS = 90 * 24 * 3600;

const pattern = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const unitSeconds = [7 * 24 * 3600, 24 * 3600, 3600, 60, 1] as const;

/** Seconds of an ISO 8601 duration in whole weeks, days, hours, minutes and seconds; undefined for anything else (years and months have no fixed length). */
export const parseDuration = (text: string): number | undefined => {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const seconds = unitSeconds.reduce((total, unit, index) => total + unit * Number(match[index + 1] ?? 0), 0);
  return Number.isSafeInteger(seconds) ? seconds : undefined;
};

const DAY = 86_400;
const HOUR = 3_600;
const MINUTE = 60;

/** ISO 8601 of so many seconds: days from two whole days on, as people write it (`PT24H`, but `P2D`). */
export const durationText = (seconds: number): string => {
  if (seconds >= 2 * DAY && seconds % DAY === 0) return `P${seconds / DAY}D`;
  const parts = [
    [Math.floor(seconds / HOUR), "H"],
    [Math.floor((seconds % HOUR) / MINUTE), "M"],
    [seconds % MINUTE, "S"],
  ] as const;
  return `PT${parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join("")}`;
};
