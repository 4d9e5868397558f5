import fc from "fast-check";
import { expect, it } from "vitest";
import { parseDuration } from "../../../../lambdas/core/domain/duration.ts";

it.each([
  ["PT1S", 1],
  ["PT8H", 28_800],
  ["PT1H30M", 5_400],
  ["P1W", 604_800],
  ["P180D", 15_552_000],
  ["P1DT1S", 86_401],
])("%s is %i seconds", (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

it.each(["", "P", "PT", "P1DT", "P1Y", "P1M", "PT0.5H", "PT1,5S", "-PT1H", "1H", "pt1h", "PT1H ", "PT1S1H"])(
  "%j is not a duration",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

it("adds up its parts", () => {
  const part = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(part, part, part, part, part, (weeks, days, hours, minutes, seconds) => {
      const text = `P${String(weeks)}W${String(days)}DT${String(hours)}H${String(minutes)}M${String(seconds)}S`;
      expect(parseDuration(text)).toBe((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds);
    }),
  );
});
