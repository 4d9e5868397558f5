import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { AccessFlowFileSchema } from "../../../lambdas/core/contracts/configuration/access-flow.ts";
import { fieldErrorsOf, namingKnownKeys } from "../../../lambdas/core/contracts/invalid-input.ts";

const page = readFileSync(new URL("../../../docs/access-flows.md", import.meta.url), "utf8");

const examples = [...page.matchAll(/```yaml\n([^`]+)```/g)].map(([, block = ""]) => block);

it("has examples", () => {
  expect(examples.length).toBeGreaterThanOrEqual(5);
});

it.each(examples)("shows flows that can be saved: %s", (example) => {
  const written: unknown = parse(example);
  const parsed = AccessFlowFileSchema.safeParse(written, namingKnownKeys);
  expect(parsed.success ? [] : fieldErrorsOf(parsed.error, written)).toEqual([]);
});
