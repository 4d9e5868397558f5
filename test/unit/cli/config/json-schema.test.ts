import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { configSchemaText } from "../../../../cli/config/json-schema.ts";
import { lintDirectory } from "../../../../cli/config/lint.ts";

const at = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const EXAMPLE = "local/examples/config";

it("is the one in docs: npm run config:schema", () => {
  expect(readFileSync(at("docs/config.schema.json"), "utf8")).toBe(configSchemaText());
});

it("takes the example, as lint does, and not what lint refuses", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isValid = ajv.compile(JSON.parse(configSchemaText()) as object);
  const example = readFileSync(at(`${EXAMPLE}/on-call.yaml`), "utf8");
  expect(isValid(parse(example)), JSON.stringify(isValid.errors)).toBe(true);
  expect(lintDirectory(at(EXAMPLE)).findings).toEqual([]);
  for (const [from, to] of [
    ["duration:", "durration:"],
    ["accessFlows:", "flows:"],
    ["max: PT4H", "max: 4"],
    ["  - name: payments", "  - nam: payments"],
  ] as const)
    expect(isValid(parse(example.replace(from, to))), to).toBe(false);
});
