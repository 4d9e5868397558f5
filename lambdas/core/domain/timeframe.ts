import * as z from "zod/mini";
import {
  clockChangesBetween,
  DAY,
  dayOf,
  isTimeZone,
  localTimeAt,
  MINUTE,
  momentsOf,
  type LocalTime,
} from "./local-time.ts";

/** In the order of `Date.getUTCDay`. */
export const Weekdays = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;

const clockTime = (example: string) =>
  z.string().check(
    z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, {
      error: `a time of day from 00:00 to 23:59, such as ${example}`,
    }),
  );

export const TimeZoneSchema = z
  .string()
  .check(
    z.refine(isTimeZone, { error: "the name of a time zone in the IANA database, such as Europe/Berlin" }),
    z.meta({ description: "A time zone of the IANA database", examples: ["Europe/Berlin"] }),
  );

/**
 * Hours of some days of the week. What counts is what clocks in the time zone show: where they go back over an hour of the
 * frame it is within it twice, and where they go forward over one it is not there.
 */
export const TimeframeSchema = z.strictObject({
  days: z.array(z.enum(Weekdays)).check(
    z.minLength(1),
    z.maxLength(Weekdays.length),
    z.refine((days) => new Set(days).size === days.length, { error: "each day once" }),
    z.meta({ description: "The days on which the frame begins" }),
  ),
  from: clockTime("09:00").check(z.meta({ description: "When it begins on each of the days" })),
  to: clockTime("17:00").check(
    z.meta({
      description:
        "When it ends: on the next day where that is no later than `from`, so that the same time as `from` means a whole day",
    }),
  ),
  timeZone: TimeZoneSchema,
});
export type Timeframe = z.infer<typeof TimeframeSchema>;

/** The frame in words: "on monday, friday from 09:00 to 17:00 (Europe/Berlin)". */
export const timeframeWords = ({ days, from, to, timeZone }: Timeframe): string =>
  `on ${days.join(", ")} from ${from} to ${to} (${timeZone})`;

/** Whether clocks show an hour of the frame. It begins with `from`, and is over at `to`. */
export const isWithin = (timeframe: Timeframe, at: Date): boolean => {
  const local = localTimeAt(timeframe.timeZone, at);
  const time = local - dayOf(local);
  const [from, to] = [sinceMidnight(timeframe.from), sinceMidnight(timeframe.to)];
  const isBegunToday = time >= from && (to <= from || time < to) && beginsOn(timeframe, local);
  const isBegunYesterday = to <= from && time < to && beginsOn(timeframe, local - DAY);
  return isBegunToday || isBegunYesterday;
};

/**
 * When what began before ends: the first moment from `at` on that is not within the frame, which is `at` itself outside of it.
 * Frames that follow each other without a gap are one: a whole Monday and a whole Tuesday end with Tuesday. Undefined when
 * there is no such moment: whole days, every day.
 */
export const endsAt = (timeframe: Timeframe, at: Date): Date | undefined =>
  firstMoment(timeframe, at, (moment) => !isWithin(timeframe, moment));

/** The first moment from `at` on that is within the frame. */
export const beginsAt = (timeframe: Timeframe, at: Date): Date | undefined =>
  firstMoment(timeframe, at, (moment) => isWithin(timeframe, moment));

/** `HH:MM`, in milliseconds since midnight. */
const sinceMidnight = (clockTime: string): number => {
  const [hours = 0, minutes = 0] = clockTime.split(":").map(Number);
  return (hours * 60 + minutes) * MINUTE;
};

const beginsOn = ({ days }: Timeframe, local: LocalTime): boolean => {
  const day = Weekdays[new Date(local).getUTCDay()];
  return day !== undefined && days.includes(day);
};

/** A week finds every hour of a frame; where clocks go forward over the only one of the week, it is there in the next. */
const DAYS_AHEAD = 16;

/** The frame begins and ends only when clocks show `from` or `to`, or when they go forward or back. */
const firstMoment = (
  timeframe: Timeframe,
  at: Date,
  isSought: (moment: Date) => boolean,
): Date | undefined => {
  if (isSought(at)) return at;
  const { timeZone, from, to } = timeframe;
  const today = dayOf(localTimeAt(timeZone, at));
  const horizon = new Date(at.getTime() + DAYS_AHEAD * DAY);
  const showings = Array.from({ length: DAYS_AHEAD + 1 }, (_, day) => today + day * DAY).flatMap((midnight) =>
    [from, to].flatMap((time) => momentsOf(timeZone, midnight + sinceMidnight(time))),
  );
  return [...showings, ...clockChangesBetween(timeZone, at, horizon)]
    .filter((moment) => moment > at)
    .sort((a, b) => a.getTime() - b.getTime())
    .find(isSought);
};
