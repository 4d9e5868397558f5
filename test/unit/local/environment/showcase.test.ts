import { describe, expect, it } from "vitest";
import { AccessFlowSchema } from "../../../../lambdas/core/domain/access-flow.ts";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import type {
  AccountId,
  GroupId,
  OrganizationalUnitId,
  UserId,
} from "../../../../lambdas/core/domain/ids.ts";
import { findAutomaticShowcase, findShowcase } from "../../../../local/environment/showcase.ts";
import type { ShowcaseDependencies } from "../../../../local/environment/showcase.ts";
import { permissionSetArnOf, userIdOf, groupIdOf, instanceArnOf } from "../../../../local/identity/ids.ts";
import { FakeDirectory, FakeOrganization } from "../../../support/fakes/directory.ts";
import { noGuardrails } from "../../../support/guardrails.ts";
import { noPolicies } from "../../../support/policies.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const person = (userName: string, enabled = true) => ({
  userId: userIdOf(userName),
  userName,
  displayName: userName,
  email: `${userName}@example.com`,
  enabled,
});
const group = (name: string) => ({ type: "group", id: groupIdOf(name), name }) as const;
const permissionSet = (name: string) => ({
  id: permissionSetArnOf(instanceArnOf("111111111111"), name),
  name,
});
const account = { id: "222222222222", name: "payments-prod" };

const members: Readonly<Record<string, readonly string[]>> = {
  engineers: ["alice", "bruno", "mallory"],
  oncall: ["alice"],
  leads: ["grace"],
};
const unit = { id: "ou-abcd-12345678", name: "/Prod" };

const directory = new FakeDirectory();
for (const [name, userNames] of Object.entries(members))
  directory.addGroup({
    groupId: groupIdOf(name) as GroupId,
    displayName: name,
    members: userNames.map((userName) => userIdOf(userName) as UserId),
  });
for (const userName of ["alice", "bruno", "grace"])
  directory.addUser({ userId: userIdOf(userName) as UserId, userName });
const organization = new FakeOrganization();
organization.addOrganizationalUnit(unit.name, unit.id as OrganizationalUnitId);
organization.addAccount({ ...account, id: account.id as AccountId, ou: unit.name });

/** Everything that may be asked: PowerUser's sessions last an hour, ReadOnly's four. */
const dependencies: ShowcaseDependencies = {
  ...noPolicies(),
  clock: new VirtualClock(),
  directory,
  organization,
  protectedAccounts: [],
  guardrails: noGuardrails,
  delegatedAdministrator: false,
  catalogue: {
    permissionSet: (arn) => {
      const name = ["PowerUser", "ReadOnly"].find((one) => permissionSet(one).id === (arn as string));
      const sessionDuration = name === "ReadOnly" ? "PT4H" : "PT1H";
      return Promise.resolve(
        name === undefined ? undefined : { arn, name, sessionDuration, inManagementAccount: false },
      );
    },
  },
};

const flow = (name: string, overrides: object): AccessFlow =>
  AccessFlowSchema.parse({
    name,
    version: 1,
    requestors: { anyOf: [group("engineers")] },
    targets: [{ accounts: [account], organizationalUnits: [], permissionSets: [permissionSet("PowerUser")] }],
    duration: { max: "PT1H", maxSeconds: 3600 },
    approval: { steps: [{ anyOf: [group("leads")], withinSeconds: 3600 }] },
    settings: { requesterCanApproveSelf: false },
    updatedAt: "2026-01-01T00:00:00.000Z",
    updatedBy: "test",
    ...overrides,
  });

const people = [person("alice"), person("bruno"), person("grace"), person("mallory", false)];

describe("the request that a newcomer is shown", () => {
  it("is the first person's who needs one approval for a named account", async () => {
    expect(await findShowcase([flow("prod", {})], people, dependencies)).toMatchObject({
      flow: "prod",
      requester: { userName: "alice" },
      approver: { userName: "grace" },
      account: { id: "222222222222" },
      permissionSet: { name: "PowerUser" },
    });
  });

  it("is nobody's whom another flow lets in without approval", async () => {
    const automatic = flow("a-oncall", { requestors: { anyOf: [group("oncall")] }, approval: { steps: [] } });
    expect(await findShowcase([automatic, flow("prod", {})], people, dependencies)).toMatchObject({
      requester: { userName: "bruno" },
    });
  });

  it("is granted at once where nobody has to approve", async () => {
    const automatic = flow("automatic", {
      approval: { steps: [] },
      settings: { requesterCanApproveSelf: false, maxExtensions: 1 },
    });
    expect(await findShowcase([automatic], people, dependencies)).toBeUndefined();
    expect(await findAutomaticShowcase([automatic, flow("prod", {})], people, dependencies)).toEqual({
      flow: "automatic",
      requester: person("alice"),
      account,
      permissionSet: permissionSet("PowerUser"),
      moreTime: "at-once",
    });
    expect(await findAutomaticShowcase([flow("prod", {})], people, dependencies)).toBeUndefined();
    const never = flow("automatic", { approval: { steps: [] } });
    expect(await findAutomaticShowcase([never], people, dependencies)).toMatchObject({ moreTime: "never" });
    const mallory = [person("mallory", false)];
    expect(await findAutomaticShowcase([never], mallory, dependencies)).toBeUndefined();
  });

  it("hangs on no organizational unit where there is a choice", async () => {
    const byUnit = flow("by-unit", {
      requestors: { anyOf: [group("leads")] },
      targets: [
        {
          accounts: [],
          organizationalUnits: [unit],
          permissionSets: [permissionSet("PowerUser")],
        },
      ],
    });
    const both = flow("prod", {
      targets: [
        {
          accounts: [account],
          organizationalUnits: [],
          permissionSets: [permissionSet("PowerUser"), permissionSet("ReadOnly")],
        },
      ],
    });
    expect(await findShowcase([byUnit, both], people, dependencies)).toMatchObject({
      permissionSet: { name: "ReadOnly" },
    });
  });

  it("may be in an account that its flow also names by a unit, with a longest session", async () => {
    const limited = flow("prod-power", {
      targets: [
        { accounts: [account], organizationalUnits: [unit], permissionSets: [permissionSet("PowerUser")] },
      ],
      settings: {
        requesterCanApproveSelf: false,
        maxExtensions: 2,
        extensionSeconds: 3600,
        extensionNeedsApproval: true,
        maxSessionSeconds: 14_400,
      },
    });
    expect(await findShowcase([limited], people, dependencies)).toMatchObject({
      flow: "prod-power",
      requester: { userName: "alice" },
      moreTime: "with-approval",
    });
  });

  it("is for no permission set whose sessions last longer than the flow allows", async () => {
    const short = flow("short", {
      targets: [
        {
          accounts: [account],
          organizationalUnits: [],
          permissionSets: [permissionSet("ReadOnly"), permissionSet("PowerUser")],
        },
      ],
      settings: { requesterCanApproveSelf: false, maxSessionSeconds: 3600 },
    });
    expect(await findShowcase([short], people, dependencies)).toMatchObject({
      permissionSet: { name: "PowerUser" },
    });
  });

  it("is for nothing that the API refuses whatever flows say, and for nothing that is gone", async () => {
    const gone = { accounts: [account], organizationalUnits: [], permissionSets: [permissionSet("Gone")] };
    expect(await findShowcase([flow("gone", { targets: [gone] })], people, dependencies)).toBeUndefined();
    const isProtected = {
      ...dependencies,
      protectedAccounts: [{ id: account.id as AccountId, reason: "listed" as const }],
    };
    expect(await findShowcase([flow("prod", {})], people, isProtected)).toBeUndefined();
  });

  it("says whether its flow gives more time", async () => {
    const moreTimeWith = async (settings: object) => {
      const extending = flow("prod", { settings: { requesterCanApproveSelf: false, ...settings } });
      return (await findShowcase([extending], people, dependencies))?.moreTime;
    };
    expect(await moreTimeWith({})).toBe("never");
    expect(await moreTimeWith({ maxExtensions: 1 })).toBe("with-approval");
    expect(await moreTimeWith({ maxExtensions: 1, extensionNeedsApproval: false })).toBe("at-once");
  });

  it("needs somebody else to approve it", async () => {
    const alone = flow("alone", { approval: { steps: [{ anyOf: [group("oncall")], withinSeconds: 60 }] } });
    expect(await findShowcase([alone], [person("alice")], dependencies)).toBeUndefined();
    expect(await findShowcase([], people, dependencies)).toBeUndefined();
  });

  it("is never a disabled person's", async () => {
    expect(
      await findShowcase([flow("prod", {})], [person("mallory", false), person("grace")], dependencies),
    ).toBeUndefined();
  });
});
