import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runNode, type Ended } from "./support/child.ts";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";

const EXAMPLES = "local/examples/config";

let running: RunningEnvironment;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lockstep-configuration-"));
  running = await runEnvironment();
}, 180_000);

afterAll(async () => {
  await running.environment.close();
  rmSync(directory, { recursive: true });
});

/** `npm run config -- ACTION --dir DIR` as somebody: as Tara, an administrator, where nobody is named. */
const config = async (action: string, dir: string, userName = "tara"): Promise<Ended> => {
  const { environment } = running;
  const token = await environment.tokenFor(`${userName}@example.com`);
  const address = ["--url", environment.addresses.api, "--token", token];
  return runNode("cli/config.ts", action, "--dir", dir, ...address).ended;
};

/** A directory of configuration with one file. */
const written = (name: string, text: string): string => {
  const dir = join(directory, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "all.yaml"), text);
  return dir;
};

/** What was done, line by line: what the server warns of meanwhile depends on the whole organization. */
const withoutWarnings = ({ stdout }: Ended): readonly string[] =>
  stdout.split("\n").filter((line) => !line.includes(": warning: "));

const changesOf = (kind: string, name: string) =>
  running.as("tara", `GET /configuration/changes?kind=${kind}&name=${name}`);

describe("npm run config", { timeout: 120_000 }, () => {
  it("applies the examples, changes nothing the second time, and finds nothing to do in what it exports", async () => {
    const planned = await config("plan", EXAMPLES);
    expect(planned).toMatchObject({ code: 2 });
    expect(planned.stdout).toContain("create access flow ledger-administrator");
    const applied = await config("apply", EXAMPLES);
    expect(applied).toMatchObject({ code: 0 });
    const [first, ...others] = applied.stdout.trimEnd().split("\n");
    expect(first).toBe("✓ create integration organization");
    expect(others).toContain("✓ create bundle on-call");
    expect(others.slice(-2)).toEqual([
      "8 changes made.",
      expect.stringContaining("whoever applied it once another administrator has confirmed it"),
    ]);
    expect(await config("apply", EXAMPLES)).toMatchObject({
      code: 0,
      stdout: "Nothing to change.\n",
      stderr: expect.stringMatching(/^Read \d+ files?: \d+ in .*\.\n/) as string,
    });
    expect((await changesOf("bundle", "on-call")).body).toMatchObject({
      items: [{ type: "ConfigurationSaved", version: 1, via: "file" }],
    });

    const exported = join(directory, "exported");
    expect(await config("export", exported)).toMatchObject({ code: 0 });
    const again = await config("plan", exported);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(
      /^0 to create, 0 to change, 0 to delete, \d+ unchanged, 0 only on the server\.\n$/,
    );
  });

  it("has managers in the shipped organization, so that an approval by them can be tried", async () => {
    const dir = written(
      "managed",
      `
accessFlows:
  - name: managed
    requestors: { group: payments-engineers }
    targets: [{ accounts: [payments-dev], permissionSets: [DatabaseOperator] }]
    duration: { max: PT2H }
    approval: { steps: [{ anyOf: [manager] }] }
`,
    );
    expect(await config("apply", dir)).toMatchObject({ code: 0 });
    const { body } = await running.as("alice", "POST /requests?dryRun=true", {
      body: {
        entitlements: [{ account: "payments-dev", permissionSet: "DatabaseOperator" }],
        duration: "PT1H",
        justification: "only asking",
      },
    });
    expect(body).toMatchObject({
      allowed: true,
      flow: "managed",
      steps: [{ people: [{ userName: "grace" }] }],
    });
  });

  it("shows where it failed half-way, and goes on from there once that is put right", async () => {
    const half = (group: string) => `
accessScopes:
  - { name: half, query: permission_name = "ReadOnly" }
accessFlows:
  - name: half-a
    requestors: { group: payments-engineers }
    targets: [{ accessScope: half }]
    duration: { max: PT1H }
  - name: half-b
    requestors: { group: ${group} }
    targets: [{ accessScope: half }]
    duration: { max: PT1H }
  - name: half-c
    requestors: { group: payments-engineers }
    targets: [{ accessScope: half }]
    duration: { max: PT1H }
`;
    const dir = written("half", half("payments-enginers"));
    const unknown = /all\.yaml:10:19: error: access flow half-b: There is no group .*"payments-enginers"/;
    const planned = await config("plan", dir);
    expect(planned).toMatchObject({ code: 1 });
    expect(planned.stdout).toContain("create access flow half-b");
    expect(planned.stderr).toMatch(unknown);
    const linted = await config("lint", dir);
    expect(linted).toMatchObject({ code: 1 });
    expect(linted.stderr).toMatch(unknown);
    // Without a server nobody knows who is there.
    expect(await runNode("cli/config.ts", "lint", "--dir", dir).ended).toMatchObject({ code: 0 });
    const failed = await config("apply", dir);
    expect(failed.code).toBe(1);
    const lines = withoutWarnings(failed);
    expect(lines.slice(0, 2)).toEqual(["✓ create access scope half", "✓ create access flow half-a"]);
    expect(lines[2]).toMatch(/^✗ create access flow half-b: There is no group .*"payments-enginers"/);
    expect(lines[3]).toMatch(/all\.yaml:10:19: There is no group .*"payments-enginers"/);
    expect(lines[4]).toBe("· create access flow half-c: not tried");
    expect(lines[5]).toMatch(/^2 done, 1 failed, 1 not tried\. What is done stays/);
    expect(await running.as("tara", "GET /access-flows/half-a")).toMatchObject({ status: 200 });
    expect(await running.as("tara", "GET /access-flows/half-c")).toMatchObject({ status: 404 });

    written("half", half("payments-engineers"));
    const goneOn = await config("apply", dir);
    expect(goneOn.code).toBe(0);
    expect(withoutWarnings(goneOn).slice(0, 3)).toEqual([
      "✓ create access flow half-b",
      "✓ create access flow half-c",
      "2 changes made.",
    ]);
    expect((await running.as("tara", "GET /access-flows/half-a")).body).toMatchObject({ version: 1 });
  });

  it("narrows a flow before the scope that it took whole grows", async () => {
    const grown = (target: string, query: string) =>
      written(
        "grown",
        `
accessScopes: [{ name: grown, query: '${query}' }]
accessFlows:
  - name: grown
    requestors: { group: payments-engineers }
    targets: [${target}]
    duration: { max: PT1H }
`,
      );
    const narrow = grown("{ accessScope: grown }", 'permission_name = "ReadOnly"');
    expect(await config("apply", narrow)).toMatchObject({ code: 0 });
    const wide = grown(
      "{ accessScope: grown, permissionSets: [ReadOnly] }",
      'resource_path starts_with "/Workloads/"',
    );
    const applied = await config("apply", wide);
    expect(applied.code).toBe(0);
    expect(withoutWarnings(applied).slice(0, 3)).toEqual([
      "✓ change access flow grown",
      "✓ change access scope grown",
      "2 changes made.",
    ]);
  });

  it("says in one sentence that somebody may not", async () => {
    const refused = await config("plan", EXAMPLES, "alice");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    // A slow machine says how far it has come first.
    expect(refused.stderr.trimEnd().split("\n").at(-1)).toMatch(/^This needs the role .+ \(role-missing\)$/);
  });

  it("refuses a wrong key with its file, its line and the nearest key that is known, and writes nothing", async () => {
    const dir = written(
      "wrong",
      `
accessScopes:
  - { name: wrong, query: permission_name = "ReadOnly" }
accessFlows:
  - name: wrong
    requestors: { group: payments-engineers }
    targets: [{ accessScope: wrong }]
    durration: { max: PT1H }
`,
    );
    const refused = await config("apply", dir);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain(`${join(dir, "all.yaml")}:8:5: `);
    expect(refused.stderr).toMatch(/durration.* expected duration \(did you mean that\?\)/);
    expect(refused.stderr).toContain("nothing was done");
    expect(await running.as("tara", "GET /access-scopes/wrong")).toMatchObject({ status: 404 });
  });
});
