import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { onCallAt, type RotaContent, type Shift } from "../../../../lambdas/core/domain/rota.ts";
import { aUserId } from "../../../support/builders.ts";

const at = (text: string) => timestamp(new Date(text));
const participant = (name: string) => ({ id: aUserId(name), name });
const shift = (name: string, from: string, to: string): Shift => ({
  user: participant(name),
  from: at(from),
  to: at(to),
});
const rota = (change: Partial<RotaContent> = {}): RotaContent => ({
  timeZone: "Europe/Berlin",
  shifts: [],
  overrides: [],
  ...change,
});

const named = new Map(["ada", "bela", "cyd"].map((name) => [aUserId(name), name]));
const onCall = (of: RotaContent, moment: string) =>
  onCallAt(of, new Date(moment)).map((id) => named.get(id) ?? id);

/** Mondays at nine. */
const weekly = rota({
  rotation: {
    participants: ["ada", "bela", "cyd"].map(participant),
    startsAt: at("2026-01-05T09:00:00+01:00"),
    everyDays: 7,
  },
});

describe("a weekly rotation", () => {
  it.each([
    ["before it starts", "2026-01-05T08:59:59.999+01:00", []],
    ["when it starts", "2026-01-05T09:00:00+01:00", ["ada"]],
    ["to the last moment of the turn", "2026-01-12T08:59:59.999+01:00", ["ada"]],
    ["at the hand-over", "2026-01-12T09:00:00+01:00", ["bela"]],
    ["with the third", "2026-01-20T00:00:00+01:00", ["cyd"]],
    ["with the first again", "2026-01-26T09:00:00+01:00", ["ada"]],
    // Clocks go forward on Sunday, 29 March 2026: Monday's hand-over is at nine still, an hour earlier in UTC.
    ["before the hand-over of summer", "2026-03-30T08:59:59+02:00", ["cyd"]],
    ["at the hand-over of summer", "2026-03-30T09:00:00+02:00", ["ada"]],
    ["before the hand-over of winter", "2026-10-26T08:59:59+01:00", ["cyd"]],
    ["at the hand-over of winter", "2026-10-26T09:00:00+01:00", ["ada"]],
  ])("%s", (_when, moment, people) => {
    expect(onCall(weekly, moment)).toEqual(people);
  });
});

describe("a hand-over in the hour when clocks change", () => {
  const daily = (startsAt: string) =>
    rota({
      rotation: { participants: ["ada", "bela"].map(participant), startsAt: at(startsAt), everyDays: 1 },
    });

  it.each([
    ["is when they go forward over it", "2026-03-27T02:30:00+01:00", "2026-03-29T03:00:00+02:00"],
    ["is the first of two", "2026-10-23T02:30:00+02:00", "2026-10-25T02:30:00+02:00"],
  ])("%s", (_what, startsAt, handOver) => {
    const moment = new Date(handOver).getTime();
    expect(onCall(daily(startsAt), timestamp(new Date(moment - 1)))).toEqual(["bela"]);
    expect(onCall(daily(startsAt), handOver)).toEqual(["ada"]);
    // An hour later clocks may show an hour before the hand-over again.
    expect(onCall(daily(startsAt), timestamp(new Date(moment + 45 * 60_000)))).toEqual(["ada"]);
  });
});

describe("shifts and overrides", () => {
  const january = {
    shifts: [
      shift("bela", "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"),
      shift("cyd", "2026-01-06T12:00:00Z", "2026-01-07T00:00:00Z"),
      shift("bela", "2026-01-06T18:00:00Z", "2026-01-06T19:00:00Z"),
    ],
    overrides: [shift("ada", "2026-01-06T10:00:00Z", "2026-01-06T13:00:00Z")],
  };

  it.each([
    ["a shift comes before the rotation", "2026-01-06T09:59:59Z", ["bela"]],
    ["an override comes before both", "2026-01-06T10:00:00Z", ["ada"]],
    ["it stands in for everybody", "2026-01-06T12:30:00Z", ["ada"]],
    ["it is over at its end", "2026-01-06T13:00:00Z", ["bela", "cyd"]],
    ["nobody is on call twice", "2026-01-06T18:30:00Z", ["bela", "cyd"]],
    ["after the shifts it is the rotation's turn", "2026-01-07T00:00:00Z", ["ada"]],
  ])("%s", (_what, moment, people) => {
    expect(onCall({ ...weekly, ...january }, moment)).toEqual(people);
  });

  it("without a rotation, nobody is on call between the shifts", () => {
    expect(onCall(rota(january), "2026-01-08T00:00:00Z")).toEqual([]);
  });
});

const timeZone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe");
const MINUTE = 60_000;
const momentBetween = (from: string, to: string) =>
  fc
    .integer({ min: 0, max: (Date.parse(to) - Date.parse(from)) / MINUTE })
    .map((minutes) => new Date(Date.parse(from) + minutes * MINUTE));
const starts = momentBetween("2025-01-01T00:00Z", "2025-12-31T00:00Z");
const moments = momentBetween("2026-01-01T00:00Z", "2029-01-01T00:00Z");
const people = fc.uniqueArray(fc.constantFrom("ada", "bela", "cyd", "dee", "eve"), { minLength: 1 });
interface SomeRotation {
  readonly people: readonly string[];
  readonly startsAt: Date;
  readonly everyDays: number;
  readonly timeZone: string;
}
const rotations: fc.Arbitrary<SomeRotation> = fc.record({
  people,
  startsAt: starts,
  everyDays: fc.integer({ min: 1, max: 28 }),
  timeZone,
});
const rotating = ({ people: of, startsAt, everyDays, timeZone: zone }: SomeRotation) =>
  rota({
    timeZone: zone,
    rotation: { participants: of.map(participant), startsAt: timestamp(startsAt), everyDays },
  });
const periods = fc
  .tuple(moments, fc.integer({ min: 1, max: 60 * 24 * 60 }))
  .map(([from, minutes]) => ({ from, to: new Date(from.getTime() + minutes * MINUTE) }));
/** One behind the other, with or without a gap. */
const overridesOf = fc
  .uniqueArray(moments, { minLength: 2, maxLength: 9, selector: Number })
  .map((bounds) => {
    const sorted = bounds.toSorted((a, b) => Number(a) - Number(b));
    return sorted.slice(1).flatMap((to, index) => {
      const from = sorted[index];
      return from === undefined || index % 3 === 2
        ? []
        : [{ user: participant("stand-in"), from: timestamp(from), to: timestamp(to) }];
    });
  });

describe("any rotation", () => {
  it("has exactly one of its participants on call at any time", () => {
    fc.assert(
      fc.property(rotations, moments, (of, moment) => {
        const [only, ...others] = onCallAt(rotating(of), moment);
        expect(others).toEqual([]);
        expect(of.people.map(aUserId)).toContain(only);
      }),
    );
  });

  it("has the same one on call again when everybody had a turn, at the same local time", () => {
    fc.assert(
      fc.property(rotations, moments, (of, moment) => {
        // In UTC, where the same local time is a whole number of days later.
        const period = of.people.length * of.everyDays * 24 * 60 * MINUTE;
        const inUtc = rotating({ ...of, timeZone: "UTC" });
        expect(onCallAt(inUtc, new Date(moment.getTime() + period))).toEqual(onCallAt(inUtc, moment));
      }),
    );
  });

  it("hands over to the next, within a turn and the two hours that clocks change by", () => {
    fc.assert(
      fc.property(rotations, moments, (of, moment) => {
        const turn = of.everyDays * 24 * 60 * MINUTE;
        const [now] = onCallAt(rotating(of), moment);
        const index = of.people.map(aUserId).findIndex((id) => id === now);
        const next = aUserId(of.people[(index + 1) % of.people.length] ?? "");
        const later = onCallAt(rotating(of), new Date(moment.getTime() + turn));
        // Where clocks change meanwhile, a turn is an hour shorter or longer.
        const soon = onCallAt(rotating(of), new Date(moment.getTime() + turn + 60 * MINUTE));
        const sooner = onCallAt(rotating(of), new Date(moment.getTime() + turn - 60 * MINUTE));
        expect([...later, ...soon, ...sooner]).toContain(next);
      }),
    );
  });
});

describe("any override", () => {
  it("changes nothing before it begins and after it ends, and makes nobody more be on call", () => {
    fc.assert(
      fc.property(
        rotations,
        fc.array(periods, { maxLength: 4 }),
        overridesOf,
        moments,
        (of, shifts, overrides, moment) => {
          const without: RotaContent = {
            ...rotating(of),
            shifts: shifts.map(({ from, to }, index) => ({
              user: participant(`shift ${String(index)}`),
              from: timestamp(from),
              to: timestamp(to),
            })),
          };
          const before = onCallAt(without, moment);
          const after = onCallAt({ ...without, overrides }, moment);
          const isInForce = overrides.some(
            ({ from, to }) => from <= timestamp(moment) && timestamp(moment) < to,
          );
          expect(after).toEqual(isInForce ? [aUserId("stand-in")] : before);
          expect(after.length).toBeLessThanOrEqual(before.length);
        },
      ),
    );
  });
});
