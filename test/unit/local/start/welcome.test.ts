import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { AccessFlowSchema } from "../../../../lambdas/core/domain/access-flow.ts";
import { IntegrationBodySchema } from "../../../../lambdas/core/contracts/http/integrations.ts";
import { AccountIdSchema, PermissionSetArnSchema, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { homeIntegration } from "../../../../lambdas/core/use-cases/integrations/all-integrations.ts";
import type { DirectoryRole } from "../../../../lambdas/core/contracts/roles.ts";
import { terminalOn } from "../../../../local/cli/terminal.ts";
import type { DirectoryPerson, RoleHolders } from "../../../../local/environment/people.ts";
import type { AutomaticShowcase, Showcase } from "../../../../local/environment/showcase.ts";
import { groupIdOf, userIdOf } from "../../../../local/identity/ids.ts";
import { welcome, type Welcoming } from "../../../../local/start/welcome.ts";

const ACCOUNT = "222222222222";
const PERMISSION_SET = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";

const person = (userName: string, displayName: string, enabled = true) => ({
  userId: userIdOf(userName),
  userName,
  displayName,
  email: `${userName}@example.com`,
  enabled,
});
const alice = person("alice", "Alice Ng");
const tara = person("tara", "Tara Singh");
const mallory = person("mallory", "Mallory Stone", false);

const automatic: AutomaticShowcase = {
  flow: "look",
  requester: alice,
  account: { id: AccountIdSchema.parse(ACCOUNT), name: "payments-prod" },
  permissionSet: { id: PermissionSetArnSchema.parse(PERMISSION_SET), name: "ReadOnly" },
  moreTime: "at-once",
};
const approved: Showcase = { ...automatic, flow: "power", approver: tara, moreTime: "with-approval" };

const flow = AccessFlowSchema.parse({
  name: "by-unit",
  version: 1,
  requestors: { anyOf: [{ type: "group", id: groupIdOf("engineers"), name: "engineers" }] },
  targets: [
    {
      accounts: [],
      organizationalUnits: [{ id: "ou-abcd-12345678", name: "/Prod" }],
      permissionSets: [{ id: PERMISSION_SET, name: "ReadOnly" }],
    },
  ],
  duration: { max: "PT1H", maxSeconds: 3600 },
  approval: { steps: [] },
  settings: { requesterCanApproveSelf: false },
  updatedAt: "2026-01-01T00:00:00.000Z",
  updatedBy: "test",
});

const fromSettings = homeIntegration({
  identityCenter: { region: "eu-west-1", accessPortalUrl: "https://d-0123456789.awsapps.com/start" },
  managementAccount: "111111111111",
});

/** Nobody has a role who is not named. */
const holders = (named: Partial<Record<DirectoryRole, readonly DirectoryPerson[]>>): RoleHolders => {
  const of = (role: DirectoryRole) => new Set((named[role] ?? []).map(({ userId }) => userId));
  return {
    administrator: of("administrator"),
    "policy-author": of("policy-author"),
    auditor: of("auditor"),
  };
};

const answer =
  <Value>(value: Value) =>
  () =>
    Promise.resolve(value);

const environment: Welcoming = {
  addresses: { api: "http://127.0.0.1:8787", aws: "http://127.0.0.1:4566", issuer: "http://127.0.0.1:1" },
  ids: {
    managementAccountId: "111111111111",
    organizationId: "o-0123456789",
    identityCenter: {
      region: "eu-west-1",
      instanceArn: "arn:aws:sso:::instance/ssoins-0123456789abcdef",
      identityStoreId: "d-0123456789",
      accessPortalUrl: "https://d-0123456789.awsapps.com/start",
    },
  },
  machineArns: [],
  tableNames: [],
  administratorGroups: ["platform-admins"],
  hasMemberRoles: true,
  people: answer([alice, mallory, tara]),
  groupNames: answer(new Map<string, readonly string[]>()),
  roleHolders: answer(holders({ administrator: [tara] })),
  accessFlows: answer([]),
  showcase: answer(undefined),
  automaticShowcase: answer(undefined),
  integrations: answer([fromSettings]),
};

const welcomed = async (overrides: Partial<Welcoming> = {}) =>
  (await welcome(terminalOn(new PassThrough()), { ...environment, ...overrides })).join("\n");

/** The body of the line's curl that writes the integration. */
const integrationIn = (text: string): unknown =>
  JSON.parse(/-X PUT [^ ]+\/integrations\/organization .*\n.*-d '([^']+)'/.exec(text)?.[1] ?? "null");

describe("the welcome of npm start", () => {
  it("says that nobody is an administrator, what that keeps everybody from, and what to do", async () => {
    for (const administrator of [[], [mallory]]) {
      const text = await welcomed({ roleHolders: answer(holders({ administrator })) });
      expect(text).toContain("Nobody is an administrator: no enabled person belongs to platform-admins");
      expect(text).toContain("/inventory, /syncs, /integrations and PUT /access-flows/{name} answer 403");
      expect(text).toContain("or name a group that there is in cdk.json, and start again");
      expect(text).not.toContain("as an administrator");
      expect(text).not.toContain("curl");
    }
    expect(await welcomed()).not.toContain("Nobody is an administrator");
  });

  it("says who is what, and lets a policy author and an auditor try what they may", async () => {
    const roleHolders = answer(
      holders({ administrator: [tara], "policy-author": [alice, tara], auditor: [mallory] }),
    );
    const text = await welcomed({ roleHolders });
    expect(text).toMatch(/alice@example\.com .*\(policy author\)$/m);
    expect(text).toMatch(/tara@example\.com .*\(administrator\) \(policy author\)$/m);
    expect(text).toMatch(/mallory@example\.com .*disabled$/m);
    expect(text).toMatch(/\/access-flows\/lint -H .* alice@example\.com/);
    expect(text).not.toContain("an auditor");
    const audited = await welcomed({ roleHolders: answer(holders({ auditor: [alice] })) });
    expect(audited).toMatch(/# Who asked for what\? Alice Ng, an auditor.*\n.*\/requests\?view=all' -H/);
  });

  it("says how there would be an access flow, and asks nobody for it who is not there", async () => {
    expect(await welcomed()).toContain(
      "There is no access flow, so nobody may request anything: start with --access-flows FILE, or PUT one to /access-flows/{name} as Tara Singh, an administrator.",
    );
    expect(await welcomed({ roleHolders: answer(holders({})) })).toContain(
      "nobody may request anything: start with --access-flows FILE.",
    );
  });

  it("asks for no access flows where there are some, and says why it shows no request", async () => {
    const text = await welcomed({ accessFlows: answer([flow]) });
    expect(text).toContain("no access flow (by-unit) names an account");
    expect(text).not.toContain("--access-flows");
  });

  it("shows a request that is granted at once where none needs one approval", async () => {
    const text = await welcomed({ automaticShowcase: answer(automatic) });
    expect(text).toContain("# Alice Ng asks, and gets it at once");
    expect(text).toContain("/requests/ID/extend");
    expect(text).not.toContain("/decisions");
    const both = await welcomed({ showcase: answer(approved), automaticShowcase: answer(automatic) });
    expect(both).toContain("# Tara Singh approves");
    expect(both).not.toContain("at once");
  });

  it("shows what the inventory answers an administrator", async () => {
    const text = await welcomed({ automaticShowcase: answer(automatic) });
    for (const path of [
      "/inventory/standing-access ",
      `/inventory/users/${alice.userId}/access `,
      "'http://127.0.0.1:8787/syncs?integration=organization' ",
    ])
      expect(text).toContain(`${path}-H "authorization: Bearer $(npm run -s token -- tara@example.com)"`);
  });

  it("shows why somebody may, what would come of asking, and how configuration is kept in files", async () => {
    const text = await welcomed({ automaticShowcase: answer(automatic) });
    for (const part of [
      "'http://127.0.0.1:8787/requests?dryRun=true' ",
      '/explain -H "authorization: Bearer $(npm run -s token -- tara@example.com)"',
      "/configuration/changes?kind=access-flow&name=look'",
      "export LOCKSTEP_URL=http://127.0.0.1:8787 LOCKSTEP_TOKEN=$(npm run -s token -- tara@example.com)",
      "npm run config -- apply --dir local/examples/config",
      `create-group-membership --identity-store-id ${environment.ids.identityCenter.identityStoreId} `,
    ])
      expect(text).toContain(part);
    const withoutRequest = await welcomed();
    expect(withoutRequest).not.toContain("/explain");
    expect(withoutRequest).toContain("npm run config -- export");
  });

  it("shows how to have the accounts looked into, with a body that changes nothing else", async () => {
    const text = await welcomed();
    const body = IntegrationBodySchema.parse(integrationIn(text));
    expect(body).toMatchObject({
      kind: "aws-organization",
      managementAccountId: fromSettings.managementAccountId,
      region: fromSettings.region,
      identityCenterRegion: fromSettings.identityCenterRegion,
      accessPortalUrl: fromSettings.accessPortalUrl,
      memberAccounts: true,
      resourceTypes: fromSettings.resourceTypes,
      exclude: fromSettings.exclude,
    });
    expect(text).toContain("/integrations/organization/refresh -H");
    expect(text).toContain(`-d '{"scope":"resources"}'`);
    expect(text).toContain("/inventory/resources -H");
  });

  it("writes the integration before the files that say more of it", async () => {
    const text = await welcomed();
    expect(text.indexOf("-X PUT")).toBeGreaterThan(0);
    expect(text.indexOf("config -- apply")).toBeGreaterThan(text.indexOf("-X PUT"));
  });

  it("writes over no integration that somebody wrote", async () => {
    const written = { ...fromSettings, updatedAt: timestamp(new Date("2026-01-01T00:00:00Z")) };
    const on = await welcomed({ integrations: answer([{ ...written, memberAccounts: true }]) });
    expect(on).not.toContain("-X PUT");
    expect(on).toContain("# Look into the accounts now");
    const off = await welcomed({ integrations: answer([written]) });
    expect(off).not.toContain("/integrations/organization");
  });

  it("shows no look into accounts that there is no way into", async () => {
    expect(await welcomed({ hasMemberRoles: false })).not.toContain("/integrations/organization");
  });
});
