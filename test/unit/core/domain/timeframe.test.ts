import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldErrorsOf } from "../../../../lambdas/core/contracts/invalid-input.ts";
import {
  beginsAt,
  endsAt,
  isWithin,
  TimeframeSchema,
  Weekdays,
  type Timeframe,
} from "../../../../lambdas/core/domain/timeframe.ts";

const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"] as const;
const officeHours: Timeframe = { days: [...weekdays], from: "09:00", to: "17:00", timeZone: "Europe/Berlin" };
const nights: Timeframe = { days: ["friday"], from: "22:00", to: "06:00", timeZone: "Europe/Berlin" };
const frame = (change: Partial<Timeframe>): Timeframe => ({ ...officeHours, ...change });

describe("the hours of a timeframe", () => {
  it.each([
    ["before they begin", officeHours, "2026-01-05T08:59:59.999+01:00", false],
    ["when they begin", officeHours, "2026-01-05T09:00:00+01:00", true],
    ["to the last moment", officeHours, "2026-01-05T16:59:59.999+01:00", true],
    ["when they are over", officeHours, "2026-01-05T17:00:00+01:00", false],
    ["on another day", officeHours, "2026-01-10T12:00:00+01:00", false],
    ["in summer, by the summer's clock", officeHours, "2026-07-06T09:00:00+02:00", true],
    ["in summer, not by the winter's", officeHours, "2026-07-06T09:00:00+03:00", false],
    ["of a night, in the evening", nights, "2026-01-09T22:00:00+01:00", true],
    ["of a night, on the morning of the next day", nights, "2026-01-10T05:59:00+01:00", true],
    ["of a night, after it", nights, "2026-01-10T06:00:00+01:00", false],
    ["of a night, on the morning before it", nights, "2026-01-09T05:00:00+01:00", false],
    ["of a night, in the evening after it", nights, "2026-01-10T22:00:00+01:00", false],
    ["of a whole day", frame({ from: "00:00", to: "00:00" }), "2026-01-05T00:00:00+01:00", true],
    ["of a whole day, to its end", frame({ from: "00:00", to: "00:00" }), "2026-01-09T23:59:59+01:00", true],
    ["of a whole day, after it", frame({ from: "00:00", to: "00:00" }), "2026-01-10T00:00:00+01:00", false],
    [
      "of a whole day that begins at nine",
      frame({ days: ["monday"], from: "09:00", to: "09:00" }),
      "2026-01-06T08:59:00+01:00",
      true,
    ],
    [
      "elsewhere",
      frame({ timeZone: "America/New_York", days: ["sunday"] }),
      "2026-01-05T00:30:00+01:00",
      false,
    ],
    [
      "elsewhere, where it is Sunday still",
      frame({ timeZone: "America/New_York", days: ["sunday"], to: "23:00" }),
      "2026-01-05T03:30:00+01:00",
      true,
    ],
  ])("%s", (_when, timeframe, at, within) => {
    expect(isWithin(timeframe, new Date(at))).toBe(within);
  });
});

describe("the days when clocks change", () => {
  const sundays = frame({ days: ["sunday"], from: "01:00", to: "02:30" });
  const inNewYork = frame({ days: ["sunday"], from: "01:00", to: "01:45", timeZone: "America/New_York" });

  it.each([
    // Berlin, 29 March 2026: at 02:00 clocks go forward to 03:00. There is no 02:30.
    ["Berlin forward, before", sundays, "2026-03-29T01:59:59+01:00", true, "2026-03-29T03:00:00+02:00"],
    ["Berlin forward, after", sundays, "2026-03-29T03:00:00+02:00", false, "2026-03-29T03:00:00+02:00"],
    // Berlin, 25 October 2026: at 03:00 clocks go back to 02:00. 02:00 to 02:30 is there twice.
    ["Berlin back, first 02:15", sundays, "2026-10-25T02:15:00+02:00", true, "2026-10-25T02:30:00+02:00"],
    ["Berlin back, first 02:45", sundays, "2026-10-25T02:45:00+02:00", false, "2026-10-25T02:45:00+02:00"],
    ["Berlin back, second 02:15", sundays, "2026-10-25T02:15:00+01:00", true, "2026-10-25T02:30:00+01:00"],
    ["Berlin back, 25 hours", nights, "2026-10-23T23:00:00+02:00", true, "2026-10-24T06:00:00+02:00"],
    // New York, 8 March 2026: at 02:00 clocks go forward to 03:00; 1 November: at 02:00 back to 01:00.
    ["New York forward", inNewYork, "2026-03-08T01:30:00-05:00", true, "2026-03-08T01:45:00-05:00"],
    ["New York back, first", inNewYork, "2026-11-01T01:30:00-04:00", true, "2026-11-01T01:45:00-04:00"],
    ["New York back, second", inNewYork, "2026-11-01T01:30:00-05:00", true, "2026-11-01T01:45:00-05:00"],
    [
      "a night in which clocks go forward",
      frame({ days: ["saturday"], from: "22:00", to: "06:00" }),
      "2026-03-28T23:00:00+01:00",
      true,
      "2026-03-29T06:00:00+02:00",
    ],
    [
      "a whole day of 23 hours",
      frame({ days: ["sunday"], from: "00:00", to: "00:00", timeZone: "America/New_York" }),
      "2026-03-08T00:00:00-05:00",
      true,
      "2026-03-09T00:00:00-04:00",
    ],
  ])("%s", (_when, timeframe, at, within, ends) => {
    expect(isWithin(timeframe, new Date(at))).toBe(within);
    expect(endsAt(timeframe, new Date(at))).toEqual(new Date(ends));
  });

  it("begins when clocks go forward over its beginning", () => {
    const skipped = frame({ days: ["sunday"], from: "02:15", to: "04:00" });
    expect(beginsAt(skipped, new Date("2026-03-29T00:00:00+01:00"))).toEqual(
      new Date("2026-03-29T03:00:00+02:00"),
    );
  });

  it("begins again when clocks go back into it", () => {
    expect(beginsAt(sundays, new Date("2026-10-25T02:45:00+02:00"))).toEqual(
      new Date("2026-10-25T02:00:00+01:00"),
    );
  });

  it("is left out where clocks go forward over all of it", () => {
    const skipped = frame({ days: ["sunday"], from: "02:15", to: "02:45" });
    expect(beginsAt(skipped, new Date("2026-03-27T00:00:00+01:00"))).toEqual(
      new Date("2026-04-05T02:15:00+02:00"),
    );
  });
});

describe("when a timeframe ends", () => {
  it.each([
    ["today", officeHours, "2026-01-05T12:00:00+01:00", "2026-01-05T17:00:00+01:00"],
    ["tomorrow morning", nights, "2026-01-09T23:00:00+01:00", "2026-01-10T06:00:00+01:00"],
    [
      "with the last of the days that follow each other",
      frame({ from: "00:00", to: "00:00" }),
      "2026-01-05T12:00:00+01:00",
      "2026-01-10T00:00:00+01:00",
    ],
  ])("%s", (_when, timeframe, at, ends) => {
    expect(endsAt(timeframe, new Date(at))).toEqual(new Date(ends));
  });

  it("is never where it is every whole day", () => {
    const always = frame({ days: [...Weekdays], from: "07:00", to: "07:00" });
    expect(endsAt(always, new Date("2026-03-28T12:00:00Z"))).toBeUndefined();
  });

  it("is said of when it begins again, too", () => {
    expect(beginsAt(officeHours, new Date("2026-01-09T17:00:00+01:00"))).toEqual(
      new Date("2026-01-12T09:00:00+01:00"),
    );
    const noon = new Date("2026-01-09T12:00:00+01:00");
    expect(beginsAt(officeHours, noon)).toEqual(noon);
  });
});

const clockTimes = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const timeframes: fc.Arbitrary<Timeframe> = fc.record({
  days: fc.subarray([...Weekdays], { minLength: 1 }),
  from: clockTimes,
  to: clockTimes,
  timeZone: fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
  ),
});
const MINUTE = 60_000;
/** Around the days on which clocks change, and any other day of three years. */
const moments = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        "2026-03-08T07:00Z",
        "2026-03-29T01:00Z",
        "2026-10-25T01:00Z",
        "2026-11-01T06:00Z",
        "2026-04-04T15:00Z",
      ),
      fc.integer({ min: -1500, max: 1500 }),
    )
    .map(([at, minutes]) => new Date(new Date(at).getTime() + minutes * MINUTE)),
  fc
    .integer({ min: 0, max: 3 * 366 * 24 * 60 })
    .map((minutes) => new Date(new Date("2025-01-01T00:00Z").getTime() + minutes * MINUTE)),
);

describe("any timeframe", () => {
  it("lasts to the very moment when it ends, and no longer", () => {
    fc.assert(
      fc.property(timeframes, moments, fc.double({ min: 0, max: 1, noNaN: true }), (timeframe, at, part) => {
        fc.pre(isWithin(timeframe, at));
        const end = endsAt(timeframe, at);
        const until = end ?? new Date(at.getTime() + 20 * 24 * 60 * MINUTE);
        const between = new Date(at.getTime() + Math.floor(part * (until.getTime() - 1 - at.getTime())));
        expect(isWithin(timeframe, between)).toBe(true);
        expect(isWithin(timeframe, new Date(until.getTime() - 1))).toBe(true);
        if (end !== undefined) expect(isWithin(timeframe, end)).toBe(false);
      }),
    );
  });

  it("has no hour before the moment when it begins", () => {
    fc.assert(
      fc.property(timeframes, moments, fc.double({ min: 0, max: 1, noNaN: true }), (timeframe, at, part) => {
        fc.pre(!isWithin(timeframe, at));
        const begin = beginsAt(timeframe, at);
        expect(begin).toBeDefined();
        if (begin === undefined) return;
        const between = new Date(at.getTime() + Math.floor(part * (begin.getTime() - 1 - at.getTime())));
        expect(isWithin(timeframe, between)).toBe(false);
        expect(isWithin(timeframe, begin)).toBe(true);
      }),
    );
  });

  it("is what two frames are that it is cut into", () => {
    fc.assert(
      fc.property(timeframes, clockTimes, moments, (timeframe, cut, at) => {
        fc.pre(timeframe.from < cut && cut < timeframe.to);
        const [first, second] = [
          { ...timeframe, to: cut },
          { ...timeframe, from: cut },
        ];
        expect(isWithin(timeframe, at)).toBe(isWithin(first, at) || isWithin(second, at));
        expect(isWithin(first, at) && isWithin(second, at)).toBe(false);
      }),
    );
  });

  it("has each moment, or the frame from its end to its beginning on the same days has", () => {
    fc.assert(
      fc.property(timeframes, moments, (timeframe, at) => {
        fc.pre(timeframe.from !== timeframe.to);
        const everyDay = { ...timeframe, days: [...Weekdays] };
        const other = { ...everyDay, from: timeframe.to, to: timeframe.from };
        expect(isWithin(everyDay, at)).toBe(!isWithin(other, at));
      }),
    );
  });
});

describe("a timeframe as people write it", () => {
  const errorsOf = (input: unknown) => {
    const parsed = TimeframeSchema.safeParse(input);
    return parsed.success ? [] : fieldErrorsOf(parsed.error, input);
  };

  it("is taken as it is", () => {
    expect(errorsOf(officeHours)).toEqual([]);
    expect(TimeframeSchema.parse(officeHours)).toEqual(officeHours);
  });

  it.each([
    [
      { timeZone: "Europe/Berln" },
      '/timeZone: found "Europe/Berln"; expected the name of a time zone in the IANA database, such as Europe/Berlin',
    ],
    [
      { timeZone: "+02:00" },
      '/timeZone: found "+02:00"; expected the name of a time zone in the IANA database, such as Europe/Berlin',
    ],
    [{ from: "9:00" }, '/from: found "9:00"; expected a time of day from 00:00 to 23:59, such as 09:00'],
    [{ to: "24:00" }, '/to: found "24:00"; expected a time of day from 00:00 to 23:59, such as 17:00'],
    [{ days: [] }, "/days: found an empty list; expected at least 1 item"],
    [{ days: ["monday", "monday"] }, "/days: found a list of 2; expected each day once"],
    [
      { days: ["Monday"] },
      '/days/0: found "Monday"; expected "sunday" or "monday" or "tuesday" or "wednesday" or "thursday" or "friday" or "saturday"',
    ],
  ])("says what is wrong with %j", (change, error) => {
    expect(
      errorsOf({ ...officeHours, ...change }).map(({ pointer, detail }) => `${pointer}: ${detail}`),
    ).toEqual([error]);
  });
});
