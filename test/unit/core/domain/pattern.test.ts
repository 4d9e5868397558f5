import { expect, it } from "vitest";
import { isUsablePattern, matchesWhole } from "../../../../lambdas/core/domain/pattern.ts";
import { timedOnOneCore } from "../../../bench/stopwatch.ts";

it.each([
  ["OPS-\\d+", "OPS-42", true],
  ["OPS-\\d+", "see OPS-42", false],
  ["OPS-\\d+", "OPS-42\n", false],
  ["OPS|DEV", "OPS-42", false],
  [".*OPS-\\d+.*", "see OPS-42, please", true],
])("%s matches %j as a whole: %s", (pattern, text, matches) => {
  expect(matchesWhole(pattern, text)).toBe(matches);
});

it.each([
  "OPS-\\d+",
  "[A-Z][A-Z0-9]+-\\d+",
  ".*(OPS|DEV|NET)-\\d+.*",
  "(?:INC|CHG)[0-9]{7,10}(?: .*)?",
  "(?<project>[A-Z]{2,5})-[0-9]{1,6}",
  "\\p{L}+ [(]\\d+[)]",
  "[*+?{}|()]+",
  "\\(\\d+\\)\\+?",
])("takes %s", (pattern) => {
  expect(isUsablePattern(pattern)).toBe(true);
});

/** Each with a text on which it is slow. */
it.each([
  ["a group that is repeated and matches in two ways", "(a|a)*b"],
  ["the same with different alternatives", "(a|aa)+b"],
  ["the same with a number", "(?:a|a){25}b"],
  ["repetitions within repetitions", "(a+)+b"],
  ["many repetitions after each other", "a*a*a*a*b"],
  ["many repetitions with bounds", "a{0,99}a{0,99}a{0,99}a{0,99}a{0,99}b"],
  ["a few more with smaller bounds", `${"a{0,9}".repeat(9)}b`],
  ["thirty that may be left out", `${"a?".repeat(30)}${"a".repeat(30)}`],
  ["many that may be left out", `${"a?".repeat(40)}${"a".repeat(40)}b`],
  ["many alternatives", `${"(a|a)".repeat(39)}b`],
  ["what is no regular expression", "OPS-["],
  ["what only means something without u", "OPS-{"],
  ["what is longer than any format", "a".repeat(201)],
])("refuses %s: %s", (_, pattern) => {
  expect(isUsablePattern(pattern)).toBe(false);
});

it.each(["a*a*a*b", ".*a.*a.*b", "(a|b)(a|b)a*a*a*b"])("is done soon with %s on any text", (pattern) => {
  expect(isUsablePattern(pattern)).toBe(true);
  const milliseconds = timedOnOneCore(() => matchesWhole(pattern, "a".repeat(1000)));
  expect(milliseconds).toBeLessThan(5000);
});
