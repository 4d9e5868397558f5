import { readdirSync, readFileSync } from "node:fs";
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

it("takes the examples, as lint does, and not what lint refuses", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isValid = ajv.compile(JSON.parse(configSchemaText()) as object);
  const textOf = (name: string) => readFileSync(at(`${EXAMPLE}/${name}`), "utf8");
  for (const name of readdirSync(at(EXAMPLE)))
    expect(isValid(parse(textOf(name))), `${name}: ${JSON.stringify(isValid.errors)}`).toBe(true);
  const example = textOf("on-call.yaml");
  expect(lintDirectory(at(EXAMPLE)).findings).toEqual([]);
  for (const [from, to] of [
    ["duration:", "durration:"],
    ["accessFlows:", "flows:"],
    ["max: PT4H", "max: 4"],
    ["  - name: payments", "  - nam: payments"],
  ] as const)
    expect(isValid(parse(example.replace(from, to))), to).toBe(false);
});
