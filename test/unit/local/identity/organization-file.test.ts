import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { SettingOfRole } from "../../../../lambdas/core/contracts/roles.ts";
import { roleSettingsIn } from "../../../../local/environment/role-groups.ts";
import { readOrganizationFile } from "../../../../local/organization-file.ts";
import { exampleOrganization } from "../../../support/example-organization.ts";

const VALID = `managementAccountId: "111111111111"
accounts:
  - { id: "111111111111", name: management }
  - { id: "222222222222", name: payments-prod, ou: /Workloads/Prod, tags: { owner: payments }, state: ACTIVE }
identityCenter:
  region: eu-west-1
  users: [{ userName: alice, email: alice@example.com, displayName: Alice Ng, status: ENABLED }]
  groups: [{ displayName: payments-oncall, members: [alice] }]
  permissionSets: [{ name: ReadOnly, managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"], sessionDuration: PT1H }]
  assignments: [{ account: payments-prod, permissionSet: ReadOnly, group: payments-oncall }]
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lockstep-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** What reading a file of this content says, without the directory. */
const complaintAbout = (content: string): string => {
  const file = join(directory, "organization.yaml");
  writeFileSync(file, content);
  try {
    readOrganizationFile(file);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(`${directory}/`, "") : String(error);
  }
};

const CdkJsonSchema = z.looseObject({
  context: z.looseObject({ lockstep: z.record(z.string(), z.unknown()) }),
});

const shippedSettings = () => {
  const path = new URL("../../../../cdk.json", import.meta.url);
  return CdkJsonSchema.parse(JSON.parse(readFileSync(path, "utf8"))).context.lockstep;
};

const changed = (from: string, to: string): string => {
  if (!VALID.includes(from)) throw new Error(`The valid file has no ${from}`);
  return VALID.replace(from, to);
};

describe("an organization file", () => {
  it("is read with its defaults", () => {
    const file = join(directory, "valid.yaml");
    writeFileSync(file, VALID);
    const organization = readOrganizationFile(file);
    expect(organization.accounts[0]).toEqual({
      id: "111111111111",
      name: "management",
      ou: "/",
      tags: {},
      state: "ACTIVE",
    });
    expect(organization.identityCenter.assignments).toEqual([
      { account: "payments-prod", permissionSet: "ReadOnly", group: "payments-oncall" },
    ]);
  });

  it.each([
    [
      "is not well-formed",
      changed("tags: { owner: payments }", "tags: { owner: payments"),
      /^organization\.yaml:\d+: found malformed YAML at ".+" \(.+\), expected well-formed YAML/,
    ],
    [
      "is prose and no YAML at all",
      `# Lockstep\n\n${"Lockstep gives people access: for as long as they need it. ".repeat(3)}\n\n${"Try it: now: and see.\n".repeat(50)}`,
      /^organization\.yaml:3: found malformed YAML at "for as long as they need it\. Lockstep gives people access: f …" \([^()]{1,110}\), expected well-formed YAML; \d+ more such errors after it$/,
    ],
    [
      "is prose that happens to be one long text",
      "Lockstep gives people access to AWS. ".repeat(40),
      'organization.yaml:1: found the text "Lockstep gives people access to AWS. Lockstep gives people a …", expected a mapping with the keys managementAccountId, accounts, identityCenter',
    ],
    [
      "ends in the middle",
      "accounts: [\n",
      /^organization\.yaml:\d+: found malformed YAML \(.+\), expected well-formed YAML$/,
    ],
    [
      "has an unknown key",
      changed("name: payments-prod,", "nmae: payments-prod,"),
      "organization.yaml:4: found no accounts[1].name, expected text\norganization.yaml:4: found the unknown key accounts[1].nmae, expected one of the keys id, name, email, ou, tags, state, iam, resources, resourceExplorer",
    ],
    [
      "has an account id that is a number",
      changed('id: "222222222222"', "id: 222222222222"),
      "organization.yaml:4: found the number 222222222222 as accounts[1].id, expected 12 digits in quotes",
    ],
    [
      "gives a group a role that only the settings give",
      changed("displayName: payments-oncall,", "displayName: payments-oncall, role: administrator,"),
      /^organization\.yaml:\d+: found the text "administrator" as identityCenter\.groups\[0\]\.role, expected policy-author or auditor$/,
    ],
    [
      "has a state that AWS does not know",
      changed("state: ACTIVE", "state: GONE"),
      'organization.yaml:4: found the text "GONE" as accounts[1].state, expected one of ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED, PENDING_ACTIVATION',
    ],
    [
      "lacks a part",
      changed("  region: eu-west-1\n", ""),
      "organization.yaml:5: found no identityCenter.region, expected text",
    ],
    [
      "has a list where a mapping belongs",
      changed("tags: { owner: payments }", "tags: [payments]"),
      "organization.yaml:4: found a list as accounts[1].tags, expected a mapping of tags",
    ],
    [
      "has an account twice",
      changed('id: "222222222222"', 'id: "111111111111"'),
      'organization.yaml:4: found the id "111111111111" a second time, expected every id once',
    ],
    [
      "has a member who does not exist",
      changed("members: [alice]", "members: [alice, bob]"),
      'organization.yaml:8: found the unknown user "bob", expected a user that is listed under identityCenter.users',
    ],
    [
      "has an IAM user twice, in another case",
      changed("state: ACTIVE", "iam: { users: [export, Export] }"),
      'organization.yaml:4: found the user "Export" a second time, expected every user once, whatever its case',
    ],
    [
      "has an IAM group with a member who is no IAM user of the account",
      changed("state: ACTIVE", "iam: { users: [export], groups: [{ name: exporters, members: [alice] }] }"),
      'organization.yaml:4: found the unknown user "alice", expected a user that is listed under the account\'s iam.users',
    ],
    [
      "has an IAM group and an IAM role twice",
      changed(
        "state: ACTIVE",
        'iam: { groups: [{ name: a }, { name: a }], roles: [{ name: b, trust: ["*"] }, { name: B, trust: ["*"] }] }',
      ),
      'organization.yaml:4: found the group "a" a second time, expected every group once, whatever its case\norganization.yaml:4: found the role "B" a second time, expected every role once, whatever its case',
    ],
    [
      "has a role that trusts nobody who could be",
      changed("state: ACTIVE", "iam: { roles: [{ name: deploy, trust: [alice] }] }"),
      'organization.yaml:4: found the text "alice" as accounts[1].iam.roles[0].trust[0], expected the ARN of a user, role or session, an account, an AWS service, or *',
    ],
    [
      "has a manager who does not exist",
      changed("displayName: Alice Ng", "displayName: Alice Ng, manager: bob"),
      'organization.yaml:7: found the unknown user "bob", expected a user that is listed under identityCenter.users',
    ],
    [
      "has an assignment in an account that does not exist",
      changed("account: payments-prod", "account: payments"),
      'organization.yaml:10: found the unknown account "payments", expected an account that is listed under accounts',
    ],
    [
      "has an assignment to nobody",
      changed(", group: payments-oncall }]", " }]"),
      "organization.yaml:10: found a mapping as identityCenter.assignments[0], expected either a group or a user",
    ],
    [
      "has a management account that is not listed",
      changed('managementAccountId: "111111111111"', 'managementAccountId: "333333333333"'),
      "organization.yaml:1: found the management account 333333333333 without an entry, expected an account with that id under accounts",
    ],
    [
      "is empty",
      "",
      "organization.yaml:1: found nothing, expected a mapping with the keys managementAccountId, accounts, identityCenter",
    ],
  ])("that %s is refused by line", (_, content, complaint) => {
    const said = complaintAbout(content);
    if (typeof complaint === "string") expect(said).toBe(complaint);
    else expect(said).toMatch(complaint);
  });

  it("that is not there is refused", () => {
    expect(() => readOrganizationFile(join(directory, "missing.yaml"))).toThrow(
      /missing\.yaml:1: found no such file, expected a YAML file$/,
    );
  });

  it("ships with Lockstep: a dozen accounts, forty people, one suspended account", () => {
    const { accounts, identityCenter } = exampleOrganization();
    expect(accounts.length).toBeGreaterThanOrEqual(12);
    expect(accounts.filter(({ state }) => state === "SUSPENDED")).toHaveLength(1);
    expect(identityCenter.users).toHaveLength(40);
    expect(identityCenter.permissionSets).toHaveLength(5);
  });

  it("ships with somebody in each role, of those groups that cdk.json or the file itself gives it to", () => {
    const organization = exampleOrganization();
    const { users, groups } = organization.identityCenter;
    const enabled = new Set(
      users.flatMap(({ userName, status }) => (status === "ENABLED" ? [userName] : [])),
    );
    const settings = { ...shippedSettings(), ...roleSettingsIn(organization) };
    for (const setting of Object.values(SettingOfRole)) {
      const names = z.array(z.string()).parse(settings[setting]);
      expect(names, setting).not.toEqual([]);
      for (const name of names) {
        const members = groups.find(({ displayName }) => displayName === name)?.members ?? [];
        expect(
          members.filter((userName) => enabled.has(userName)),
          `${setting}: ${name}`,
        ).not.toEqual([]);
      }
    }
  });

  it("ships with a manager for each engineer, so that approvals by managers can be tried", () => {
    const { users, groups } = exampleOrganization().identityCenter;
    const managers = new Map(users.map(({ userName, manager }) => [userName, manager]));
    const members = (group: string) => groups.find(({ displayName }) => displayName === group)?.members ?? [];
    const engineers = [...members("payments-engineers"), ...members("ledger-engineers")];
    const left = new Set(["mallory", "oscar"]);
    expect(engineers.filter((name) => !left.has(name) && managers.get(name) === undefined)).toEqual([]);
  });
});
