import { describe, expect, it } from "vitest";
import { parseSchedule } from "../../../../local/events/schedule.ts";

const next = (expression: string, from: string) =>
  parseSchedule(expression).next(new Date(from))?.toISOString();

describe("schedule expressions", () => {
  it.each([
    ["rate(5 minutes)", "2026-01-01T00:00:30.000Z", "2026-01-01T00:05:30.000Z"],
    ["rate(1 hour)", "2026-01-01T00:00:00.000Z", "2026-01-01T01:00:00.000Z"],
    ["rate(7 days)", "2026-01-01T00:00:00.000Z", "2026-01-08T00:00:00.000Z"],
    ["cron(0 12 * * ? *)", "2026-01-01T12:00:00.000Z", "2026-01-02T12:00:00.000Z"],
    ["cron(0/15 * * * ? *)", "2026-01-01T00:14:59.000Z", "2026-01-01T00:15:00.000Z"],
    ["cron(15 10 ? * MON-FRI *)", "2026-01-02T10:15:00.000Z", "2026-01-05T10:15:00.000Z"],
    ["cron(0 8 1 * ? *)", "2026-01-15T00:00:00.000Z", "2026-02-01T08:00:00.000Z"],
    ["cron(0 0 29 FEB ? *)", "2026-01-01T00:00:00.000Z", "2028-02-29T00:00:00.000Z"],
    ["cron(0 0 1,15 * ? *)", "2026-01-01T00:00:00.000Z", "2026-01-15T00:00:00.000Z"],
  ])("%s after %s is %s", (expression, from, expected) => {
    expect(next(expression, from)).toBe(expected);
  });

  it("ends with the last year that is named", () => {
    expect(next("cron(0 0 1 1 ? 2026)", "2026-06-01T00:00:00.000Z")).toBeUndefined();
  });

  it.each([
    "every minute",
    "rate(0 minutes)",
    "rate(5 fortnights)",
    "cron(0 12 * *)",
    "cron(0 12 L * ? *)",
    "cron(61 * * * ? *)",
  ])("refuses %s", (expression) => {
    expect(() => parseSchedule(expression)).toThrow();
  });
});
