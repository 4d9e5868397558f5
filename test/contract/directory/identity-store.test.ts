import { describe, expect, it } from "vitest";
import { directory } from "../../../lambdas/adapters/identity-store/directory.ts";
import { aGroupId, aUserId } from "../../support/builders.ts";
import {
  connectionReset,
  scriptedAws,
  type ScriptedAnswer,
  type SentCall,
} from "../../support/fakes/scripted-aws.ts";

const [alice, bob] = [aUserId("alice"), aUserId("bob")];

const scripted = (answer: (call: SentCall) => ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(answer);
  const identity = { claim: "email", match: "emails.value" } as const;
  const store = directory({ clientsFor, region: "eu-west-1", identityStoreId: "d-1234567890", identity });
  return { store, operations: () => calls.map(({ operation }) => operation) };
};

const identified = (UserId: string): ScriptedAnswer => ({
  body: { UserId, IdentityStoreId: "d-1234567890" },
});
const described = (UserStatus?: string): ScriptedAnswer => ({
  body: { UserId: alice, IdentityStoreId: "d-1234567890", UserName: "alice", UserStatus },
});

describe("who somebody is", () => {
  it("takes two calls", async () => {
    const { store, operations } = scripted(({ operation }) =>
      operation === "GetUserId" ? identified(alice) : described("ENABLED"),
    );
    expect(await store.userByIdentity("alice@example.com")).toMatchObject({ userId: alice, enabled: true });
    expect(operations()).toEqual(["GetUserId", "DescribeUser"]);
  });

  it.each([
    ["ENABLED", true],
    [undefined, true],
    ["DISABLED", false],
    ["SUSPENDED", false],
    ["", false],
  ])("status %s counts as enabled: %s", async (status, enabled) => {
    const { store } = scripted(() => described(status));
    expect(await store.user(alice)).toMatchObject({ enabled });
  });

  it("is nobody when they were deleted between the two calls", async () => {
    const { store } = scripted(({ operation }) =>
      operation === "GetUserId" ? identified(alice) : { error: "ResourceNotFoundException" },
    );
    expect(await store.userByIdentity("alice@example.com")).toBeUndefined();
  });

  it("is nobody when AWS calls the name malformed", async () => {
    const { store } = scripted(() => ({ error: "ValidationException" }));
    expect(await store.userByIdentity("<>;:%")).toBeUndefined();
  });

  it("is not guessed when one person's user name is another's email", async () => {
    const { store } = scripted(({ input }) =>
      identified(JSON.stringify(input).includes("userName") ? alice : bob),
    );
    await expect(store.userByName("alice@example.com")).rejects.toMatchObject({ code: "ambiguous-name" });
  });
});

describe("what a directory says of somebody", () => {
  const enterprise = (attributes: unknown): ScriptedAnswer => ({
    body: {
      UserId: alice,
      IdentityStoreId: "d-1234567890",
      UserName: "alice",
      Title: "",
      Extensions: { "aws:identitystore:enterprise": attributes },
    },
  });

  it("takes one call, which asks for the enterprise's attributes", async () => {
    const sent: unknown[] = [];
    const { store, operations } = scripted(({ input }) => {
      sent.push(input);
      return enterprise({ department: "Ledger" });
    });
    expect(await store.attributes(alice)).toEqual({ userName: "alice", department: "Ledger" });
    expect(operations()).toEqual(["DescribeUser"]);
    expect(sent).toMatchObject([{ Extensions: ["aws:identitystore:enterprise"] }]);
  });

  it.each([
    ["no text", { department: 7, costCenter: "CC-1", manager: "bob" }, { costCenter: "CC-1" }],
    ["empty", { department: "", manager: { value: "" } }, {}],
    ["no attributes", "enterprise", {}],
  ])("leaves out what is %s", async (_what, attributes, expected) => {
    const { store } = scripted(() => enterprise(attributes));
    expect(await store.attributes(alice)).toEqual({ userName: "alice", ...expected });
    expect(await store.managerOf(alice)).toBeUndefined();
  });

  it("names no manager where that is one person's user name and another's email", async () => {
    const { store } = scripted(({ operation, input }) =>
      operation === "DescribeUser"
        ? enterprise({ manager: { value: "boss@example.com" } })
        : identified(JSON.stringify(input).includes("userName") ? alice : bob),
    );
    expect(await store.managerOf(alice)).toBeUndefined();
  });

  it("finds a manager in at most three calls, and two by id", async () => {
    const byName = scripted(({ operation }) =>
      operation === "DescribeUser" ? enterprise({ manager: { value: "boss@example.com" } }) : identified(bob),
    );
    expect(await byName.store.managerOf(alice)).toBe(bob);
    expect(byName.operations()).toEqual(["DescribeUser", "GetUserId", "GetUserId"]);
    const byId = scripted(() => enterprise({ manager: { value: alice } }));
    expect(await byId.store.managerOf(alice)).toBe(alice);
    expect(byId.operations()).toEqual(["DescribeUser", "DescribeUser"]);
  });
});

describe("a directory that cannot be asked", () => {
  it.each([
    ["throttles", { error: "ThrottlingException" }],
    ["breaks", { error: "InternalServerException", status: 500 }],
    ["does not answer", { unanswered: connectionReset() }],
  ] satisfies (readonly [string, ScriptedAnswer])[])("says so when it %s", async (_how, answer) => {
    const { store } = scripted(() => answer);
    const unavailable = { name: "DirectoryUnavailable" };
    await expect(store.userByIdentity("alice@example.com")).rejects.toMatchObject(unavailable);
    await expect(store.memberships(alice, [aGroupId("leads")])).rejects.toMatchObject(unavailable);
    await expect(store.members(aGroupId("leads"))).rejects.toMatchObject(unavailable);
  });

  it("does not take a refusal for an absence", async () => {
    const { store } = scripted(() => ({ error: "AccessDeniedException" }));
    await expect(store.memberships(alice, [aGroupId("leads")])).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await expect(store.user(alice)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("memberships", () => {
  it("of no groups need no call", async () => {
    const { store, operations } = scripted(() => ({ body: {} }));
    await store.memberships(alice, []);
    expect(operations()).toEqual([]);
  });

  it("of any number of groups need one call for a person of up to a hundred groups", async () => {
    const { store, operations } = scripted(() => ({ body: { GroupMemberships: [] } }));
    await store.memberships(
      alice,
      Array.from({ length: 250 }, (_, index) => aGroupId(String(index))),
    );
    expect(operations()).toEqual(["ListGroupMembershipsForMember"]);
  });
});
