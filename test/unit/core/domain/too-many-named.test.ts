import { expect, it } from "vitest";
import { MOST_NAMED, tooManyNamed } from "../../../../lambdas/core/domain/too-many-named.ts";

it("a hundred resources may be named one by one, and not one more", () => {
  expect(MOST_NAMED).toBe(100);
  for (const count of [0, 1, 99, 100]) expect(tooManyNamed(count, "bundle")).toBeUndefined();
});

it("too many in one request: says how many, and who could give them all", () => {
  expect(tooManyNamed(101, "request")).toBe(
    "This request names 101 resources one by one; expected at most 100. Ask for what is needed now. Whoever needs them all, all the time, needs an automatic access flow, which takes an organizational unit, a tag or an access scope.",
  );
});

it.each(["access flow", "bundle"] as const)(
  "too many in one %s: says how many, and what to use instead",
  (what) => {
    expect(tooManyNamed(101, what)).toBe(
      `This ${what} names 101 resources one by one; expected at most 100. Use an organizational unit, a tag or an access scope instead: it names them all, also those that come later.`,
    );
  },
);
