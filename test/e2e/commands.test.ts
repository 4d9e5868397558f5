import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { BUDGETS } from "../bench/budgets.ts";
import { closeServer, listenOnLoopback } from "../../local/loopback-server.ts";
import { runNode, startChild, tokenFrom, type Child } from "./support/child.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lockstep-commands-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const file = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

const lineWith = (part: string) => (line: string) => (line.includes(part) ? line : undefined);

/** What the shell answers to the command that is printed behind those words, as it is. */
const answerOf = async ({ said }: Child, words: string): Promise<unknown> => {
  const [, behind = ""] = said().split(`# ${words}`);
  const [, command = ""] = /^[^\n]*\n((?:.*\\\n)*.*)\n/.exec(behind) ?? [];
  const { stdout } = await run("sh", ["-c", command]);
  return JSON.parse(stdout);
};

const run = promisify(execFile);

/** Without the group that cdk.json names, as other organizations are. */
const NO_ADMINISTRATORS = `
managementAccountId: "111111111111"
accounts:
  - { id: "111111111111", name: management }
  - { id: "222222222222", name: payments-prod }
identityCenter:
  region: eu-west-1
  users: [{ userName: alice, email: alice@example.com, displayName: Alice Ng }]
  groups: [{ displayName: engineers, members: [alice] }]
  permissionSets: [{ name: ReadOnly, managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }]
`;

const AUTOMATIC_FLOW = `
- name: look
  requestors: { anyOf: [{ group: engineers }] }
  targets: [{ accounts: [payments-prod], permissionSets: [ReadOnly] }]
  duration: { max: PT1H }
`;

describe("npm start", { timeout: 60_000 }, () => {
  it("says who there is and what to try, is ready, serves tokens, and stops on SIGTERM", async () => {
    const { child, ready } = await startChild();
    expect(await tokenFrom(ready.api, "alice@example.com")).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/);
    const port = new URL(ready.api).port;
    const unknown = await runNode("local/token.ts", "stranger@example.com", "--port", port).ended;
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr).toMatch(/^Nobody in the directory is 'stranger@example.com': .+\n$/);
    child.kill("SIGTERM");
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("alice@example.com");
    expect(stdout).toMatch(/tara@example\.com .*\(administrator\)/);
    expect(stdout).toMatch(/mallory@example\.com .*disabled/);
    expect(stdout.match(/\(administrator\)/g)).toHaveLength(2);
    expect(stdout).toMatch(/kofi@example\.com .*\(auditor\)/);
    expect(stdout).toMatch(/bea@example\.com .*\(policy author\)/);
    expect(stdout).toContain("curl ");
    expect(stdout).toContain('{"decision":"approve","extension":"ASKED_AT"}');
    expect(stdout).toMatch(/\/sweep -H "authorization: Bearer \$\(npm run -s token -- tara@example\.com /);
    expect(stdout).toContain("aws sso-admin list-account-assignments");
    // Behind it is only how far the first sync has come, and what becomes of it.
    const lines = stdout.trimEnd().split("\n");
    const readyAt = lines.indexOf(JSON.stringify(ready));
    expect(readyAt).toBeGreaterThan(0);
    for (const line of lines.slice(readyAt + 1)) expect(line).toMatch(/^(Sync |Stopping\. Nothing is kept)/);
    expect(lines.findLastIndex((line) => line.startsWith("Stopping."))).toBeGreaterThan(readyAt);
  });

  it("prints commands that have the accounts looked into, and says on SIGTERM what that interrupts", async () => {
    const { child } = await startChild();
    await child.line(lineWith("(identity) is through"));
    expect(await answerOf(child, "Who asked for what? Kofi Mensah, an auditor")).toMatchObject({ items: [] });
    const linted = await answerOf(child, "What is wrong with what is configured? Bea Lund, a policy author");
    expect(linted).toMatchObject({ findings: expect.any(Array) as unknown });
    expect(await answerOf(child, "Look into the accounts too")).toMatchObject({ memberAccounts: true });
    expect(await answerOf(child, "… and do so now")).toMatchObject({ syncs: [{ scope: "resources" }] });
    await child.line(lineWith("Sync organization (resources): in accounts"));
    child.kill("SIGTERM");
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Sync organization (resources) is interrupted: in accounts");
  });

  it("says that nobody is an administrator, and shows a request that is granted at once", async () => {
    const { child } = await startChild(
      "--organization",
      file("no-administrators.yaml", NO_ADMINISTRATORS),
      "--access-flows",
      file("automatic.yaml", AUTOMATIC_FLOW),
    );
    child.kill("SIGTERM");
    const { stdout } = await child.ended;
    expect(stdout).toContain("Nobody is an administrator: no enabled person belongs to platform-admins");
    expect(stdout).toContain("# Alice Ng asks, and gets it at once");
    expect(stdout).not.toContain("--access-flows FILE");
  });

  it.each([
    [["--colour"], "Unknown option --colour: --help lists what there is.\n"],
    [["--port", "http"], "Option --port is 'http': expected a port number from 0 to 65535.\n"],
    [["--data"], "Option --data needs a value: expected DIR.\n"],
  ])("%j is refused with exit code 2", async (args, sentence) => {
    expect(await runNode("local/start.ts", ...args).ended).toMatchObject({
      code: 2,
      stdout: "",
      stderr: sentence,
    });
  });

  it.each([
    ["--port", "--aws-port"],
    ["--aws-port", "--port"],
  ])("says so when the port of %s is in use", async (option, other) => {
    const server = createServer();
    const port = await listenOnLoopback(server, 0);
    const ended = await runNode("local/start.ts", option, String(port), other, "0").ended;
    await closeServer(server);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      `Port ${String(port)} is in use: perhaps another Lockstep runs there; stop it, or choose another port with ${option} N (0: any free one).\n`,
    );
  });

  it("is told of two options that name one port", async () => {
    expect(await runNode("local/start.ts", "--port", "1", "--aws-port", "1").ended).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "Options --port and --aws-port are both 1: expected two different ports, or 0 for any free one.\n",
    });
  });

  it.each([
    [
      "organization",
      "managementAccountId: 7\naccounts: []\nidentityCenter: { region: eu-west-1 }\n",
      ":1: found the number 7",
    ],
    ["organization", "accounts: [\n", ": found "],
    ["access-flows", "- name: a\n  requestors: { anyOf: [] }\n", ":1: found no [0].targets"],
    [
      "access-flows",
      "- name: a\n  colour: red\n",
      ":2: found the unknown key [0].colour, expected one of name, trigger,",
    ],
    [
      "access-flows",
      [
        "- name: a",
        "  requestors: { anyOf: [{ group: nobody }] }",
        "  targets: [{ accounts: [payments-prod], permissionSets: [PowerUser] }]",
        "  duration: { max: PT1H }",
      ].join("\n"),
      ":2: found ",
    ],
  ])(
    "is stopped by a malformed %s file, with file, line, found and expected",
    async (option, text, found) => {
      const path = file(`${option}.yaml`, text);
      const ended = await runNode("local/start.ts", "--port", "0", "--aws-port", "0", `--${option}`, path)
        .ended;
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(`${path}:`);
      expect(ended.stderr).toContain(found);
      expect(ended.stderr).toMatch(/, expected /);
    },
  );
});

describe("npm run token", () => {
  it("says what to do when nothing runs", async () => {
    const server = createServer((_request, response) => response.end("{}"));
    const port = await listenOnLoopback(server, 0);
    const ended = await runNode("local/token.ts", "alice@example.com", "--port", String(port)).ended;
    await closeServer(server);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toBe(
      `No Lockstep environment answers on port ${String(port)}: start one with 'npm start', or name its API port with --port N.\n`,
    );
  });
});

const DemoSchema = z.strictObject({
  requestId: z.string(),
  statuses: z.array(z.string()),
  observed: z.strictObject({ before: z.boolean(), during: z.boolean(), after: z.boolean() }),
  counts: z.strictObject({
    statesEntered: z.number(),
    lambdaInvocations: z.number(),
    dynamodbWrites: z.number(),
    dynamodbReads: z.number(),
    awsCalls: z.number(),
    ssoAdminCalls: z.number(),
  }),
  costUsd: z.number(),
  grantLagMs: z.number(),
  revokeLagMs: z.number(),
});

/** The last column of the table under Budgets in the design. */
const COUNTS = [
  "statesEntered",
  "lambdaInvocations",
  "dynamodbWrites",
  "dynamodbReads",
  "awsCalls",
  "ssoAdminCalls",
] as const;

describe("npm run demo -- --json", () => {
  it("plays one cycle within the design's budgets", { timeout: 90_000 }, async () => {
    const { code, stdout, stderr } = await runNode("local/demo.ts", "--json").ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const result = DemoSchema.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
    expect(result.statuses).toEqual(["pending", "approved", "granting", "active", "revoking", "ended"]);
    expect(result.observed).toEqual({ before: false, during: true, after: false });
    for (const name of COUNTS) {
      expect(result.counts[name], name).toBeGreaterThan(0);
      expect(result.counts[name], name).toBeLessThanOrEqual(BUDGETS[name].atMost);
    }
    expect(result.costUsd).toBeGreaterThan(0.0001);
    expect(result.costUsd).toBeLessThanOrEqual(BUDGETS.costUsd.atMost);
    expect(result.grantLagMs).toBeGreaterThanOrEqual(0);
    expect(result.revokeLagMs).toBeGreaterThanOrEqual(0);
  });
});
