import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";

const HERE = new URL("./", import.meta.url);

/** The first column of the table in docs/vulnerabilities.md. */
const documented = (): readonly string[] =>
  readFileSync(new URL("../../docs/vulnerabilities.md", HERE), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|")[1]?.trim() ?? "")
    .filter((name) => name !== "incident" && !name.startsWith("---"));

/** Everything that a test's title begins with, up to its colon. */
const tested = (): ReadonlySet<string> =>
  new Set(
    readdirSync(HERE)
      .filter((file) => file.endsWith(".test.ts"))
      .flatMap((file) => [
        ...readFileSync(new URL(file, HERE), "utf8").matchAll(/^ *(?:it\(|"|\])?.*?"([^":]+): /gm),
      ])
      .map(([, name = ""]) => name),
  );

it("every incident of the table has its tests", () => {
  expect(documented()).toHaveLength(19);
  const names = tested();
  for (const name of documented()) expect(names, name).toContain(name);
});
