import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applySteps } from "../../../../cli/config/apply.ts";
import { comparable } from "../../../../cli/config/compare.ts";
import { exportTo } from "../../../../cli/config/export.ts";
import { findingLine, lintDirectory, whatWasRead } from "../../../../cli/config/lint.ts";
import { planOf } from "../../../../cli/config/plan.ts";
import { findingsOfPlan } from "../../../../cli/config/server-findings.ts";
import { serverAt } from "../../../../cli/config/server.ts";
import { aFlow, aPerson, anAccountId, identityCenter } from "../../../support/builders.ts";
import { apiUnderTest, mallory, root, type ApiUnderTest } from "../../api/world.ts";

/* Files against the API itself, in this process. */

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lockstep-config-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const write = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
};

const TOKEN = "a-token-that-nobody-sees";

/** The server, as somebody; the calls that were made of it. */
const serverOf = (api: ApiUnderTest, as = root) => {
  const calls: string[] = [];
  const server = serverAt({
    url: "https://api.example.com/",
    token: TOKEN,
    fetch: async (input, { method = "GET", headers, body } = {}) => {
      const { pathname, search } = new URL(input);
      const sent = headers as Readonly<Record<string, string>>;
      expect(sent["authorization"]).toBe(`Bearer ${TOKEN}`);
      calls.push(`${method} ${pathname}`);
      const answer = await api.call(`${method} ${pathname}${search}`, {
        as,
        headers: sent,
        ...(body === undefined ? {} : { body: JSON.parse(body as string) as object }),
      });
      const text = answer.body === undefined ? null : JSON.stringify(answer.body);
      return new Response(text, { status: answer.status });
    },
  });
  return { server, calls };
};

const planFor = async ({ server }: ReturnType<typeof serverOf>, prune = false) => {
  const { documents, findings } = lintDirectory(directory);
  expect(findings.map(findingLine)).toEqual([]);
  return planOf(await comparable(documents), await comparable(await server.documents()), prune);
};

const apply = async (using: ReturnType<typeof serverOf>, prune = false) => {
  const said: string[] = [];
  const { steps } = await planFor(using, prune);
  const isDone = await applySteps(steps, using.server, (line) => said.push(line));
  return { isDone, said };
};

const FILES = {
  "catalogue.yaml": `rotas:
  - name: payments
    timeZone: Europe/Berlin
    rotation: { participants: [alice, bob], startsAt: "2026-01-05T09:00:00+01:00", every: P1W }
accessScopes:
  - name: power
    description: What engineers may ask for
    query: resource_tag["env"] = "prod" and permission_name = "PowerUser"
bundles:
  - name: all
    targets:
      - accounts: [payments-prod]
        permissionSets: [PowerUser]
        exclude: { tags: [{ key: frozen }] }
      - accessScope: power
`,
  "flows.yaml": `integrations:
  - name: lab
    kind: aws-account
    accountId: "999999999999"
    region: eu-west-1
    owner: { users: [alice] }
accessFlows:
  - name: on-call
    requestors: { anyOf: [{ onCall: payments }, { group: payments-leads }] }
    targets: [{ bundle: all }]
    duration: { max: PT120M, default: PT1H }
    timeframe: { timeZone: Europe/Berlin, days: [monday], from: "08:00", to: "18:00" }
    requestFor: [others, self]
    approval:
      steps:
        - anyOf: [owner, { group: payments-leads }]
          within: P1D
          escalation: { tiers: [{ anyOf: [manager] }] }
      automatic: { allOf: [{ durationBelow: PT30M }, { targetTag: { key: env } }] }
    settings: { mfaRequired: false, justification: { required: true }, labels: [payments], maxSessionDuration: PT2H }
  - name: emergency
    requestors: { attribute: { name: department, startsWith: [pay] } }
    targets: [{ organizationalUnits: [/Workloads], permissionSets: [PowerUser] }]
    duration: { max: PT1H }
    breakGlass: { watchers: [{ user: alice }] }
`,
};

const withoutFlows = async () => {
  const api = await apiUnderTest();
  await api.flows.delete(aFlow());
  return api;
};

describe("plan and apply", () => {
  it("make all of it in order, say so as it is done, and find nothing left to do", async () => {
    write(FILES);
    const api = await withoutFlows();
    const using = serverOf(api);
    expect(await apply(using)).toEqual({
      isDone: true,
      said: [
        "✓ create integration lab",
        "✓ create rota payments",
        "✓ create access scope power",
        expect.stringContaining("warning: The query selects nothing"),
        "✓ create bundle all",
        "✓ create access flow emergency",
        "✓ create access flow on-call",
      ],
    });
    const again = await planFor(using);
    expect(again.steps.flatMap(({ lines }) => lines)).toEqual([]);
    expect(again.unchanged).toHaveLength(6);
    const writes = [...api.flows.changes, ...api.bundles.changes, ...api.rotas.changes];
    expect(writes.map(({ via }) => via)).toEqual(["file", "file", "file", "file"]);
    expect(await apply(using)).toEqual({ isDone: true, said: [] });
    expect([...api.flows.changes, ...api.bundles.changes]).toHaveLength(3);
  });

  it("change what differs, line by line, and delete only with prune", async () => {
    write(FILES);
    const api = await withoutFlows();
    const using = serverOf(api);
    await apply(using);
    write({
      "flows.yaml": FILES["flows.yaml"].replace("PT120M", "PT4H").split("  - name: emergency")[0] ?? "",
    });
    const plan = await planFor(using);
    expect(plan.steps).toHaveLength(1);
    expect(plan.steps[0]?.lines).toEqual(expect.arrayContaining(["-   max: PT120M", "+   max: PT4H"]));
    expect(plan.onlyOnServer).toMatchObject([{ name: "emergency" }]);
    expect((await apply(using, true)).said).toEqual([
      "✓ change access flow on-call",
      "✓ delete access flow emergency",
    ]);
    expect((await api.flows.list()).map(({ name }) => name)).toEqual(["on-call"]);
  });

  it("stop at what is refused, with its place in the files, say what is left, and go on next time", async () => {
    write(FILES);
    const api = await withoutFlows();
    const using = serverOf(api);
    api.directory.deleteGroup((await api.directory.groupByName("payments-leads"))?.groupId as never);
    const { isDone, said } = await apply(using);
    expect(isDone).toBe(false);
    expect(said.slice(-5)).toEqual([
      "✓ create access flow emergency",
      expect.stringMatching(/^✗ create access flow on-call: There is no group .*\(unknown-name\)$/),
      expect.stringMatching(/flows\.yaml:9:\d+: There is no group/),
      expect.stringMatching(/flows\.yaml:16:\d+: There is no group/),
      "5 done, 1 failed, 0 not tried. What is done stays; running this again goes on with the rest.",
    ]);
    const leads = aPerson("leads").userId;
    api.directory.addGroup({ groupId: leads as never, displayName: "payments-leads", members: [] });
    expect(await apply(using)).toEqual({ isDone: true, said: ["✓ create access flow on-call"] });
  });

  it("say what is not tried once something failed, and never the token", async () => {
    write(FILES);
    const { isDone, said } = await apply(serverOf(await withoutFlows(), root), false);
    expect(isDone).toBe(true);
    const api = await apiUnderTest();
    const using = serverOf(api);
    api.directory.setEnabled(root.userId, true);
    const { steps } = await planFor(using);
    const lines: string[] = [];
    await applySteps(steps, serverOf(api, mallory).server, (line) => lines.push(line));
    expect(lines[0]).toMatch(/^✗ create integration lab: .*\(not-administrator\)$/);
    expect(lines[1]).toBe("· create rota payments: not tried");
    expect(lines.at(-1)).toContain("0 done, 1 failed, 5 not tried");
    expect([...said, ...lines].join("\n")).not.toContain(TOKEN);
  });
});

it("reads the files in directories below, too, so that prune deletes nothing of theirs, and neither dot files nor node_modules", async () => {
  write({ "catalogue.yaml": FILES["catalogue.yaml"] });
  mkdirSync(join(directory, "teams", "payments"), { recursive: true });
  mkdirSync(join(directory, ".git"));
  mkdirSync(join(directory, "teams", "node_modules", "a-tool"), { recursive: true });
  write({
    "teams/node_modules/a-tool/flows.yaml": FILES["flows.yaml"],
    "teams/payments/flows.yaml": FILES["flows.yaml"],
    ".git/flows.yaml": FILES["flows.yaml"],
    ".#catalogue.yaml": "of an editor",
  });
  const using = serverOf(await withoutFlows());
  expect((await apply(using)).isDone).toBe(true);
  expect((await planFor(using, true)).steps).toEqual([]);
  const below = join(directory, "teams", "payments");
  expect(whatWasRead(lintDirectory(directory))).toBe(`Read 2 files: 1 in ${directory}, 1 in ${below}.`);
  write({ "teams/payments/more.yaml": FILES["catalogue.yaml"] });
  const [first] = lintDirectory(directory).findings.map(findingLine);
  expect(first).toMatch(/teams\/payments\/more\.yaml:2:5: .*it is in .*catalogue\.yaml:2 too/);
});

describe("what the server says of a plan", () => {
  const saidOf = async (using: ReturnType<typeof serverOf>, prune = false) => {
    const { steps } = await planFor(using, prune);
    return (await findingsOfPlan(steps, using.server)).map(findingLine);
  };

  it("is what apply says then: every name that the server does not know, with its place, and nothing is written", async () => {
    write(FILES);
    const api = await withoutFlows();
    const using = serverOf(api);
    api.directory.deleteGroup((await api.directory.groupByName("payments-leads"))?.groupId as never);
    write({ "flows.yaml": FILES["flows.yaml"].replace("users: [alice]", "users: [alicia]") });
    const said = await saidOf(using);
    expect(said.filter((line) => line.includes(": error: "))).toEqual([
      expect.stringMatching(/flows\.yaml:6:22: error: integration lab: There is nobody of the name "alicia"/),
      expect.stringMatching(/flows\.yaml:9:\d+: error: access flow on-call: There is no group/),
      expect.stringMatching(/flows\.yaml:16:\d+: error: access flow on-call: There is no group/),
    ]);
    expect(using.calls.filter((line) => !line.startsWith("GET "))).toEqual(["POST /access-flows/lint"]);
    expect((await apply(using)).isDone).toBe(false);
  });

  it("is nothing of what apply takes, but for warnings, and of what it would not write", async () => {
    write(FILES);
    // The flow that is there names what the inventory has never seen.
    const using = serverOf(await apiUnderTest());
    const said = await saidOf(using);
    expect(said.filter((line) => line.includes(": error: "))).toEqual([]);
    expect(said).toEqual([expect.stringMatching(/: warning: access scope power: The query selects nothing/)]);
    expect((await apply(using)).isDone).toBe(true);
    expect(await saidOf(using)).toEqual([]);
    expect(using.calls.filter((line) => line === "POST /access-flows/lint")).toHaveLength(1);
  });

  it("is said of as many flows as somebody may keep in files, in one question", async () => {
    const names = Array.from({ length: 300 }, (_, index) => `flow-${String(index).padStart(3, "0")}`);
    const flows = names.map(
      (name) => `  - name: ${name}
    requestors: { group: ${name === "flow-299" ? "nobody-knows" : "payments-engineers"} }
    targets: [{ accounts: [payments-prod], permissionSets: [PowerUser] }]
    duration: { max: PT1H }
    approval: { steps: [{ anyOf: [{ group: payments-leads }] }] }
`,
    );
    write({ "flows.yaml": `accessFlows:\n${flows.join("")}` });
    const using = serverOf(await withoutFlows());
    const said = await saidOf(using);
    expect(said.filter((line) => line.includes(": error: "))).toEqual([
      expect.stringMatching(/: error: access flow flow-299: There is no group/),
    ]);
    expect(using.calls.filter((line) => line === "POST /access-flows/lint")).toHaveLength(1);
  });

  it("counts with what is deleted before", async () => {
    const scope = (query: string) => ({
      "scopes.yaml": `accessScopes:\n  - { name: power, query: '${query}' }\n`,
    });
    const whole = `accessFlows:
  - name: whole
    requestors: { group: payments-engineers }
    targets: [{ accessScope: power }]
    duration: { max: PT1H }
`;
    write({ ...scope('permission_name = "PowerUser"'), "flows.yaml": whole });
    const using = serverOf(await withoutFlows());
    await apply(using);
    rmSync(join(directory, "flows.yaml"));
    write(scope('resource_name = "payments-prod"'));
    expect((await saidOf(using)).join()).toMatch(
      /: error: access scope power: .*names the access scope without/,
    );
    expect((await saidOf(using, true)).join()).not.toContain("error");
    expect((await apply(using, true)).isDone).toBe(true);
  });
});

it("says what the server warns of, with its place in the files", async () => {
  write({ "scopes.yaml": 'accessScopes:\n  - name: none\n    query: permission_name = "ReadOnly"\n' });
  const { isDone, said } = await apply(serverOf(await apiUnderTest()));
  expect(isDone).toBe(true);
  expect(said).toEqual([
    "✓ create access scope none",
    expect.stringMatching(/^ {4}.*scopes\.yaml:3:5: warning: The query selects nothing /),
  ]);
});

describe("export", () => {
  it("writes files that say what the server has, so that there is nothing to plan, and the same ones again", async () => {
    write(FILES);
    const api = await apiUnderTest();
    const using = serverOf(api);
    await apply(using);
    await api.call("PUT /integrations/organization", {
      as: root,
      body: {
        kind: "aws-organization",
        managementAccountId: anAccountId(1),
        region: "eu-west-1",
        identityCenterRegion: identityCenter.region,
        accessPortalUrl: identityCenter.accessPortalUrl,
      },
    });
    rmSync(join(directory, "flows.yaml"));
    rmSync(join(directory, "catalogue.yaml"));
    const items = await comparable(await using.server.documents());
    expect(exportTo(directory, items, { force: false })).toHaveLength(5);
    const plan = await planFor(using, true);
    expect(plan.steps.flatMap(({ lines }) => lines)).toEqual([]);
    expect(plan.unchanged).toHaveLength(8);
    const read = () => readdirSync(directory).map((name) => readFileSync(join(directory, name), "utf8"));
    const before = read();
    const again = await comparable(await using.server.documents());
    expect(exportTo(directory, again, { force: false })).toEqual([]);
    expect(read()).toEqual(before);
    mkdirSync(join(directory, "team"));
    write({ "team/ours.yml": "bundles: []\n", "mine.yaml": "bundles: []\n" });
    for (const force of [false, true])
      expect(() => exportTo(directory, items, { force })).toThrow(
        /other files \(mine\.yaml, team\/ours\.yml\)/,
      );
  });

  it("writes over no file that says something else, unless it is told to, and then nothing but those", async () => {
    const using = serverOf(await withoutFlows());
    const items = await comparable(await using.server.documents());
    exportTo(directory, items, { force: false });
    const mine = "# mine\nbundles: []\n";
    write({ "bundles.yaml": mine, "rotas.yaml": mine });
    rmSync(join(directory, "integrations.yaml"));
    expect(() => exportTo(directory, items, { force: false })).toThrow(
      /has rotas\.yaml, bundles\.yaml already, .* nothing was written\. .*--force to write over them/,
    );
    const read = (name: string) => readFileSync(join(directory, name), "utf8");
    expect([read("bundles.yaml"), read("rotas.yaml")]).toEqual([mine, mine]);
    expect(readdirSync(directory)).not.toContain("integrations.yaml");
    expect(exportTo(directory, items, { force: true })).toEqual([
      "integrations.yaml",
      "rotas.yaml",
      "bundles.yaml",
    ]);
    expect(read("bundles.yaml")).not.toContain("mine");
  });

  it("reads every page, and leaves out what the deployment's settings say", async () => {
    const api = await apiUnderTest();
    for (let index = 0; index < 120; index += 1)
      await api.call(`PUT /access-scopes/s${String(index)}`, {
        as: root,
        body: { query: 'permission = "x"' },
      });
    const { server, calls } = serverOf(api);
    const documents = await server.documents();
    expect(documents.filter(({ kind }) => kind === "access-scope")).toHaveLength(120);
    expect(documents.filter(({ kind }) => kind === "integration")).toEqual([]);
    expect(calls.filter((line) => line === "GET /access-scopes")).toHaveLength(2);
  });
});
