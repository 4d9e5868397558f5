import * as z from "zod/mini";

/** A day in UTC: `2026-01-31`. Text order is time order. */
export const DaySchema = z
  .string()
  .check(z.regex(/^\d{4}-\d{2}-\d{2}$/))
  .brand<"Day">();
export type Day = z.infer<typeof DaySchema>;

/** The day in UTC that a moment belongs to. */
export const dayOf = (moment: Date): Day => moment.toISOString().slice(0, 10) as Day;

/** The day that many days after `day`, or before it for a negative number. */
export const daysAfter = (day: Day, days: number): Day => {
  const moment = new Date(`${day}T00:00:00.000Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return dayOf(moment);
};
