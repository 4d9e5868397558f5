import { describe, expect, it } from "vitest";
import { AccessFlowSchema } from "../../../../lambdas/core/domain/access-flow.ts";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import type { GroupId, UserId } from "../../../../lambdas/core/domain/ids.ts";
import { findShowcase } from "../../../../local/environment/showcase.ts";
import { permissionSetArnOf, userIdOf, groupIdOf, instanceArnOf } from "../../../../local/identity/ids.ts";

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

const directory = {
  members: (id: GroupId) => {
    const name = Object.keys(members).find((candidate) => groupIdOf(candidate) === (id as string)) ?? "";
    return Promise.resolve((members[name] ?? []).map((userName) => userIdOf(userName) as UserId));
  },
  memberships: (user: UserId, groups: readonly GroupId[]) =>
    Promise.resolve(
      new Set(
        groups.filter((id) =>
          Object.entries(members).some(
            ([name, names]) =>
              groupIdOf(name) === (id as string) &&
              names.some((userName) => userIdOf(userName) === (user as string)),
          ),
        ),
      ),
    ),
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
    expect(await findShowcase([flow("prod", {})], people, directory)).toMatchObject({
      flow: "prod",
      requester: { userName: "alice" },
      approver: { userName: "grace" },
      account: { id: "222222222222" },
      permissionSet: { name: "PowerUser" },
    });
  });

  it("is nobody's whom another flow lets in without approval", async () => {
    const automatic = flow("a-oncall", { requestors: { anyOf: [group("oncall")] }, approval: { steps: [] } });
    expect(await findShowcase([automatic, flow("prod", {})], people, directory)).toMatchObject({
      requester: { userName: "bruno" },
    });
  });

  it("hangs on no organizational unit", async () => {
    const byUnit = flow("by-unit", {
      requestors: { anyOf: [group("leads")] },
      targets: [
        {
          accounts: [],
          organizationalUnits: [{ id: "ou-abcd-12345678", name: "/Prod" }],
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
    expect(await findShowcase([byUnit, both], people, directory)).toMatchObject({
      permissionSet: { name: "ReadOnly" },
    });
  });

  it("needs somebody else to approve it", async () => {
    const alone = flow("alone", { approval: { steps: [{ anyOf: [group("oncall")], withinSeconds: 60 }] } });
    expect(await findShowcase([alone], [person("alice")], directory)).toBeUndefined();
    expect(await findShowcase([], people, directory)).toBeUndefined();
  });

  it("is never a disabled person's", async () => {
    expect(
      await findShowcase([flow("prod", {})], [person("mallory", false), person("grace")], directory),
    ).toBeUndefined();
  });
});
