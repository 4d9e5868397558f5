import { describe, expect, it } from "vitest";
import type { FlowStep } from "../../../lambdas/core/domain/access-flow.ts";
import { aFlow, aGroupId, anAccountId, aPerson, identityCenter } from "../../support/builders.ts";
import { anAccountFact, seen } from "../../support/facts.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, root, type ApiUnderTest } from "./world.ts";

/*
 * Who owns resources is said by an integration, which administrators write: whoever changes it gains nothing by it until another
 * administrator has confirmed the change.
 */

const zoe = aPerson("zoe");
const owners: FlowStep = { anyOf: [{ type: "owner" }], withinSeconds: 86_400 };

/** Two administrators, root and zoe; what alice asks for is decided by who owns it. */
const world = async (overrides: Parameters<typeof apiUnderTest>[0] = {}) => {
  const api = await apiUnderTest(overrides);
  const { directory, flows } = api;
  directory.addUser({ userId: zoe.userId, userName: zoe.userName, email: "zoe@example.com" });
  const members = [root.userId, zoe.userId];
  directory.addGroup({ groupId: aGroupId("platform-admins"), displayName: "platform-admins", members });
  await flows.put(aFlow({ version: 2, approval: { steps: [owners] } }));
  await api.inventory.record(seen(anAccountFact(2, { tags: { team: "root" } })));
  return api;
};

const organization = {
  kind: "aws-organization",
  managementAccountId: anAccountId(1),
  region: "eu-west-1",
  identityCenterRegion: identityCenter.region,
  accessPortalUrl: identityCenter.accessPortalUrl,
} as const;

const put = ({ call }: ApiUnderTest, as: typeof root, body: object) =>
  call("PUT /integrations/organization", { as, body: { ...organization, ...body } });
const confirm = ({ call }: ApiUnderTest, as: typeof root, version: number) =>
  call("POST /integrations/organization/confirm", { as, body: { version } });
const approve = ({ call }: ApiUnderTest, as: typeof root, id: string) =>
  call(`POST /requests/${id}/decisions`, { as, body: { decision: "approve" } });

const ownedBy = (...users: (typeof root)[]) => ({
  owner: { users: users.map(({ userName }) => `${userName}@example.com`), groups: [] },
});
const byPlatform = { owner: { users: [], groups: ["platform-admins"] } };
const byTag = { ...ownedBy(bob), resourceOwner: { tagKey: "team", attribute: "userName" } };

/** Each makes root an owner of what alice asks for, and leaves somebody else to decide. */
const waysToOwn: Readonly<Record<string, readonly [object, typeof root]>> = {
  "by name": [ownedBy(root, bob), bob],
  "through a group": [byPlatform, zoe],
};

describe("the owner of an integration", () => {
  it.each(Object.entries(waysToOwn))(
    "is nobody who made themselves one %s, until another administrator has confirmed it",
    async (_, [body, other]) => {
      const api = await world();
      expect((await put(api, root, body)).body).toMatchObject({ unconfirmedEditors: [root.userId] });
      const [first, second] = [await api.submit(), await api.submit()];
      expect(problemIn(await approve(api, root, first))).toMatchObject({
        code: "approver-no-longer-eligible",
      });
      expect((await approve(api, other, first)).body).toMatchObject({ status: "approved" });

      expect((await confirm(api, zoe, 1)).body).toMatchObject({ version: 1, unconfirmedEditors: [] });
      expect((await approve(api, root, second)).body).toMatchObject({ status: "approved" });
    },
  );

  it("is nobody whom the tag names that they chose themselves", async () => {
    const api = await world();
    await put(api, zoe, ownedBy(bob));
    await confirm(api, root, 1);
    const id = await api.submit();
    await put(api, root, byTag);
    const refused = problemIn(await approve(api, root, id));
    expect(refused).toMatchObject({ code: "no-approver" });
    expect(refused.detail).toContain("has not confirmed that yet");
    await confirm(api, zoe, 2);
    expect((await approve(api, root, id)).body).toMatchObject({ status: "approved" });
  });

  it("agrees to nothing that the one asks for who chose them", async () => {
    const api = await world();
    await put(api, root, ownedBy(bob));
    const engineers = [root.userId, alice.userId];
    api.directory.addGroup({
      groupId: aGroupId("payments-engineers"),
      displayName: "payments-engineers",
      members: engineers,
    });
    const ask = () => api.call("POST /requests", { as: root, body: api.ask });
    expect(problemIn(await ask())).toMatchObject({ code: "no-approver" });
    await confirm(api, zoe, 1);
    expect((await ask()).body).toMatchObject({ status: "pending" });
  });

  it("is whoever it says where the settings ask for no second administrator", async () => {
    const api = await world({ secondAdministrator: false });
    await put(api, root, ownedBy(root));
    expect((await approve(api, root, await api.submit())).body).toMatchObject({ status: "approved" });
  });
});

describe("POST /integrations/{name}/confirm", () => {
  it("is refused to the one who changed the owner, of another version, and to other people", async () => {
    const api = await world();
    await put(api, root, ownedBy(bob));
    expect(problemIn(await confirm(api, root, 1))).toMatchObject({ status: 403, code: "self-confirmation" });
    expect(problemIn(await confirm(api, zoe, 2))).toMatchObject({ code: "concurrent-modification" });
    expect(problemIn(await confirm(api, alice, 1))).toMatchObject({ code: "not-administrator" });
    expect((await api.integrations.list())[0]?.unconfirmedEditors).toEqual([root.userId]);
  });

  it("is not asked for what says nothing of owners", async () => {
    const api = await world();
    expect((await put(api, root, { memberAccounts: true })).body).toMatchObject({ unconfirmedEditors: [] });
    await put(api, zoe, { memberAccounts: true, ...ownedBy(bob) });
    expect((await put(api, root, ownedBy(bob))).body).toMatchObject({ unconfirmedEditors: [zoe.userId] });
  });

  it("finds nothing to confirm of an integration that nobody has written", async () => {
    expect(problemIn(await confirm(await world(), zoe, 1))).toMatchObject({ code: "not-found" });
  });
});
