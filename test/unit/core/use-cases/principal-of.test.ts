import { beforeEach, describe, expect, it } from "vitest";
import type { RequestAsk } from "../../../../lambdas/core/contracts/http/requests.ts";
import { DomainError } from "../../../../lambdas/core/domain/errors.ts";
import type { GroupId } from "../../../../lambdas/core/domain/ids.ts";
import { beneficiaryOf } from "../../../../lambdas/core/use-cases/principal-of.ts";
import { aGroupId, aPerson } from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";

const alice = aPerson("alice");
const bob = aPerson("bob");
const engineers = aGroupId("payments-engineers");
const leads = aGroupId("payments-leads");
const self = { type: "USER", id: alice.userId, name: "alice" };

/** Remembers which groups were looked for by id. */
class ListeningDirectory extends FakeDirectory {
  readonly looked: GroupId[] = [];
  override group(id: GroupId) {
    this.looked.push(id);
    return super.group(id);
  }
}

let directory: ListeningDirectory;

beforeEach(() => {
  directory = new ListeningDirectory();
  directory.addUser({ ...alice, email: "alice@example.com" });
  directory.addUser({ ...bob, email: "bob@example.com" });
  directory.addGroup({ groupId: engineers, displayName: "payments-engineers", members: [alice.userId] });
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
});

const beneficiary = (asked: RequestAsk["principal"]) => beneficiaryOf({ directory }, alice, asked);
const principal = async (asked: RequestAsk["principal"]) => (await beneficiary(asked)).principal;
/** The whole refusal: its code, its sentence and the fields that it is about. */
const refusal = async (asked: RequestAsk["principal"]): Promise<readonly unknown[]> => {
  const error: unknown = await principal(asked).catch((thrown: unknown) => thrown);
  if (!(error instanceof DomainError)) throw new Error("It was allowed", { cause: error });
  return [error.code, error.message, error.fields];
};

describe("who gets the access", () => {
  it.each([
    ["nobody is named", undefined],
    ["the caller is named by id", { type: "USER", id: alice.userId }],
    ["the caller is named by user name", { type: "USER", name: "alice" }],
    ["the caller is named by address", { type: "USER", name: "alice@example.com" }],
  ] as const)("is the caller when %s", async (_, asked) => {
    expect(await principal(asked)).toEqual(self);
  });

  it.each([{ id: bob.userId }, { name: "bob" }])(
    "is another person as such, whom a flow has to allow: %j",
    async (named) => {
      expect(await beneficiary({ type: "USER", ...named })).toEqual({
        principal: { type: "USER", id: bob.userId, name: "bob" },
        requestFor: "others",
      });
    },
  );

  it("is a direct report where the directory names the caller as the manager, now", async () => {
    directory.setAttributes(bob.userId, { manager: "alice" });
    expect(await beneficiary({ type: "USER", name: "bob" })).toMatchObject({ requestFor: "direct-reports" });
    directory.setAttributes(bob.userId, { manager: "carol" });
    expect(await beneficiary({ type: "USER", name: "bob" })).toMatchObject({ requestFor: "others" });
  });

  it.each([{ id: aPerson("gone").userId }, { id: "alice" }, { name: "nobody" }])(
    "is nobody who is not there, and the refusal repeats only what was sent: %j",
    async (named) => {
      const [code, message] = await refusal({ type: "USER", ...named });
      expect(code).toBe("principal-not-allowed");
      expect(message).toContain(`Access for ${Object.values(named).join("")} cannot be asked for`);
    },
  );

  it("is nobody who is disabled, and the refusal is that for somebody who is not there", async () => {
    directory.addUser({ ...bob, email: "bob@example.com", enabled: false });
    expect((await refusal({ type: "USER", name: "bob" }))[1]).toBe(
      String((await refusal({ type: "USER", name: "bib" }))[1]).replace("bib", "bob"),
    );
  });

  it.each([{ id: engineers }, { name: "payments-engineers" }])(
    "is a group of the caller's, by its id and its name in the directory: %j",
    async (named) => {
      expect(await principal({ type: "GROUP", ...named })).toEqual({
        type: "GROUP",
        id: engineers,
        name: "payments-engineers",
      });
    },
  );

  it.each([
    [{ name: "payments-leads" }, "payments-leads"],
    [{ id: leads }, leads],
  ])(
    "is no group that the caller is not in, and the refusal repeats only what was sent: %j",
    async (named, repeated) => {
      expect(await refusal({ type: "GROUP", ...named })).toEqual([
        "principal-not-allowed",
        `You are not a member of the group ${repeated}.`,
        [],
      ]);
    },
  );

  it("is no group that the caller has left", async () => {
    directory.leave(alice.userId, engineers);
    expect((await refusal({ type: "GROUP", id: engineers }))[0]).toBe("principal-not-allowed");
  });

  it.each([
    [{ name: "nobodies" }, "nobodies"],
    [{ id: aGroupId("nobodies") }, aGroupId("nobodies")],
    [{ id: "payments-engineers" }, "payments-engineers"],
  ])("is no group that does not exist: %j", async (named, repeated) => {
    const detail = `There is no group ${repeated} in the directory.`;
    expect(await refusal({ type: "GROUP", ...named })).toEqual([
      "unknown-name",
      detail,
      [{ pointer: "/principal", detail }],
    ]);
  });

  it("is looked for by what can be an id only", async () => {
    await refusal({ type: "GROUP", id: "../payments-engineers" });
    expect(directory.looked).toEqual([]);
    await principal({ type: "GROUP", id: engineers });
    expect(directory.looked).toEqual([engineers]);
  });
});
