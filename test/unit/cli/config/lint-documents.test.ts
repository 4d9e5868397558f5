import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findingLine } from "../../../../cli/config/lint.ts";
import { lintDocuments } from "../../../../cli/config/lint-documents.ts";
import { readDocuments } from "../../../../cli/config/read-documents.ts";
import { sourceOf } from "../../../../cli/config/source.ts";

const linesOf = async (text: string) => {
  const { documents, findings } = readDocuments([sourceOf("a.yaml", text)]);
  expect(findings).toEqual([]);
  return (await lintDocuments(documents)).map(findingLine);
};

const sound = `bundles:
  - name: all
    targets: [{ accounts: [prod], permissionSets: [ReadOnly] }]
accessFlows:
  - name: read
    requestors: { group: engineers }
    targets: [{ bundle: all }]
    duration: { max: PT1H }
    approval:
      steps:
        - { anyOf: [{ user: alice }], within: PT1H }
`;

it("finds nothing wrong where nothing is, and knows no people, accounts or permission sets", async () => {
  expect(await linesOf(sound)).toEqual([]);
});

it("says each error with its place", async () => {
  const broken = sound
    .replace("{ group: engineers }", "{ user: alice }")
    .replace(
      "permissionSets: [ReadOnly] }",
      "permissionSets: [ReadOnly], exclude: { permissionSets: [ReadOnly] } }",
    );
  expect(await linesOf(broken)).toEqual([
    expect.stringMatching(/^a\.yaml:3:5: error: bundle all: Everything that the targets take in /),
    expect.stringMatching(/^a\.yaml:11:11: error: access flow read: Without whoever asks, /),
  ]);
});

const lighter = `${sound}  - name: lighter
    requestors: { group: engineers }
    targets: [{ bundle: all }]
    duration: { max: PT1H }
`;

it("warns of what is probably not meant", async () => {
  expect(await linesOf(lighter)).toEqual([
    expect.stringMatching(
      /^a\.yaml:5:5: warning: access flow read: Access flow lighter lets the same people /,
    ),
  ]);
});

it.each([
  ["an error", sound.replace("{ group: engineers }", "{ user: alice }"), 1, "stderr"],
  ["a warning", lighter, 0, "stdout"],
] as const)("ends the command as %s has to", (_, text, status, stream) => {
  const directory = mkdtempSync(join(tmpdir(), "lockstep-lint-"));
  try {
    writeFileSync(join(directory, "a.yaml"), text);
    const ended = spawnSync(process.execPath, ["cli/config.ts", "lint", "--dir", directory], {
      encoding: "utf8",
    });
    expect(ended.status).toBe(status);
    expect(ended[stream]).toMatch(/a\.yaml:\d+:\d+: (error|warning): access flow read/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
