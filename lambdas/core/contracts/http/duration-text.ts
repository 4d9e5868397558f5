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
