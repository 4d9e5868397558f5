import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FindingCodes } from "../../../lambdas/core/domain/lint/finding.ts";

const page = readFileSync(new URL("../../../docs/explain-and-lint.md", import.meta.url), "utf8");

it("lists every code of lint once, and none that there is not", () => {
  const listed = [...page.matchAll(/^\| `([a-z-]+)` +\| (?:error|warning)/gm)].map(([, code]) => code);
  expect(listed.toSorted()).toEqual(FindingCodes.toSorted());
});

it("shows what lint can say alone", () => {
  const shown = [...page.matchAll(/^(?:error|warning) ([a-z-]+) \//gm)].map(([, code]) => code);
  expect(shown.length).toBeGreaterThan(0);
  for (const code of shown) expect(FindingCodes).toContain(code);
});
