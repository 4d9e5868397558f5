import { describe, expect, it } from "vitest";
import { looksOf } from "../../../../lambdas/core/domain/inventory/cloudtrail.ts";
import type { Look } from "../../../../lambdas/core/domain/inventory/looks/look.ts";
import type { BusEvent } from "../../../../local/events/event.ts";
import { permissionSetArnOf } from "../../../../local/identity/ids.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import { PAYMENTS_PROD, create, openOffice, remove, userIdOf } from "../identity/office.ts";

/** The example organization, and where its events say to look, call by call. */
const openWatchedOffice = () => {
  const events: BusEvent[] = [];
  const office = openOffice({ onEvent: (event) => events.push(event) });
  /** What the events of `call` lead to. */
  const after = async (call: () => Promise<unknown>) => {
    events.length = 0;
    await call();
    await office.clock.advanceBy(0);
    const looks: readonly Look[] = events.flatMap((event) => looksOf(event));
    return looks.map(({ eventId: _, at: __, by: ___, ...look }) => look);
  };
  const rootId = async () => {
    const { Roots } = await office.organizations("ListRoots", {});
    return (Roots as readonly JsonObject[])[0]?.["Id"] ?? "";
  };
  return { office, events, after, rootId };
};

describe("the events of the embedded AWS lead to looks", () => {
  it("at a pair, with the operation to wait for", async () => {
    const { office, after } = openWatchedOffice();
    const assignment = office.assignment(PAYMENTS_PROD, "ReadOnly", "ines");
    const pair = {
      look: "pair",
      accountId: PAYMENTS_PROD,
      permissionSetArn: permissionSetArnOf(office.identity.instanceArn, "ReadOnly"),
      principal: { principalType: "USER", principalId: userIdOf("ines") },
    };
    const requestId = expect.any(String) as string;
    expect(await after(() => create(office, assignment))).toEqual([
      { ...pair, operation: { kind: "creation", requestId } },
    ]);
    await office.clock.advanceBy(60_000);
    expect(await after(() => remove(office, assignment))).toEqual([
      { ...pair, operation: { kind: "deletion", requestId } },
    ]);
  });

  it("at a permission set", async () => {
    const { office, after } = openWatchedOffice();
    const arn = permissionSetArnOf(office.identity.instanceArn, "ReadOnly");
    const update = () =>
      office.center("UpdatePermissionSet", { PermissionSetArn: arn, Description: "To look around" });
    expect(await after(update)).toEqual([{ look: "permission-set", arn }]);
  });

  it("at users, groups and memberships", async () => {
    const { office, after } = openWatchedOffice();
    const name = { GivenName: "Eve", FamilyName: "Example" };
    const user = () =>
      office.directory("CreateUser", { UserName: "eve@example.com", DisplayName: "Eve", Name: name });
    expect(await after(user)).toEqual([{ look: "user", id: expect.any(String) as string }]);
    const { GroupId } = await office.directory("CreateGroup", { DisplayName: "newcomers" });
    const UserId = userIdOf("ines");
    let membership: JsonObject = {};
    const join = async () => {
      membership = await office.directory("CreateGroupMembership", { GroupId, MemberId: { UserId } });
    };
    expect(await after(join)).toEqual([{ look: "members", groupId: GroupId, userId: UserId }]);
    const { MembershipId } = membership;
    const leave = () => office.directory("DeleteGroupMembership", { MembershipId });
    expect(await after(leave)).toEqual([{ look: "membership", id: MembershipId }]);
    expect(await after(() => office.directory("DeleteGroup", { GroupId }))).toEqual([
      { look: "group", id: GroupId },
    ]);
  });

  it("at accounts and organizational units", async () => {
    const { office, after, rootId } = openWatchedOffice();
    const ParentId = await rootId();
    let unit: JsonObject = {};
    const found = await after(async () => {
      const answer = await office.organizations("CreateOrganizationalUnit", { ParentId, Name: "New" });
      unit = answer["OrganizationalUnit"] as JsonObject;
    });
    expect(found).toEqual([{ look: "organizational-unit", id: unit["Id"] }]);
    const open = () =>
      office.organizations("CreateAccount", { AccountName: "New", Email: "new@example.com" });
    expect(await after(open)).toEqual([{ look: "account", id: expect.any(String) as string }]);
    const tag = () =>
      office.organizations("TagResource", { ResourceId: PAYMENTS_PROD, Tags: [{ Key: "a", Value: "b" }] });
    expect(await after(tag)).toEqual([{ look: "account", id: PAYMENTS_PROD }]);
  });

  it("nowhere after a call that AWS refused", async () => {
    const { office, events, after } = openWatchedOffice();
    const missing = () =>
      office.directory("DeleteUser", { UserId: userIdOf("nobody") }).catch(() => undefined);
    expect(await after(missing)).toEqual([]);
    expect(events).toHaveLength(1);
  });
});
