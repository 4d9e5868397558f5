import { describe, expect, it } from "vitest";
import { organization } from "../../../lambdas/adapters/organizations/organization.ts";
import { anAccountId } from "../../support/builders.ts";
import {
  connectionReset,
  scriptedAws,
  type ScriptedAnswer,
  type SentCall,
} from "../../support/fakes/scripted-aws.ts";

const id = anAccountId(2);

const scripted = (answer: (call: SentCall) => ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(answer);
  return { adapter: organization({ clientsFor }), operations: () => calls.map(({ operation }) => operation) };
};

describe("an account's state", () => {
  it.each([
    [{ State: "SUSPENDED", Status: "ACTIVE" }, "SUSPENDED"],
    [{ Status: "ACTIVE" }, "ACTIVE"],
    [{}, "UNKNOWN"],
  ])("of %o is %s", async (account, state) => {
    const { adapter } = scripted(() => ({
      body: { Account: { Id: id, Name: "payments-prod", ...account } },
    }));
    expect(await adapter.account(id)).toEqual({ id, name: "payments-prod", state });
  });
});

describe("what is above an account", () => {
  it("is read from its path, in one call, where AWS gives one", async () => {
    const { adapter, operations } = scripted(() => ({
      body: { Account: { Id: id, Paths: [`o-abcdefghij/r-abcd/ou-abcd-11111111/ou-abcd-22222222/${id}/`] } },
    }));
    expect(await adapter.ancestorsOf(id)).toEqual(["ou-abcd-22222222", "ou-abcd-11111111", "r-abcd"]);
    expect(operations()).toEqual(["DescribeAccount"]);
  });

  it("is walked up to, where AWS gives none", async () => {
    const parents: Readonly<Record<string, string>> = {
      [id]: "ou-abcd-22222222",
      "ou-abcd-22222222": "r-abcd",
    };
    const { adapter, operations } = scripted(({ operation, input }) =>
      operation === "DescribeAccount"
        ? { body: { Account: { Id: id } } }
        : { body: { Parents: [{ Id: parents[String(input["ChildId"])], Type: "ROOT" }] } },
    );
    expect(await adapter.ancestorsOf(id)).toEqual(["ou-abcd-22222222", "r-abcd"]);
    expect(operations()).toEqual(["DescribeAccount", "ListParents", "ListParents"]);
  });

  it("ends, even in a circle", async () => {
    const { adapter } = scripted(({ operation }) =>
      operation === "DescribeAccount"
        ? { body: { Account: { Id: id } } }
        : { body: { Parents: [{ Id: "ou-abcd-22222222" }] } },
    );
    expect(await adapter.ancestorsOf(id)).toHaveLength(6);
  });
});

describe("an organization that cannot be asked", () => {
  it.each([
    ["throttles", { error: "TooManyRequestsException" }],
    ["breaks", { error: "ServiceException", status: 500 }],
    ["does not answer", { unanswered: connectionReset() }],
  ] satisfies (readonly [string, ScriptedAnswer])[])("says so when it %s", async (_how, answer) => {
    const { adapter } = scripted(() => answer);
    await expect(adapter.account(id)).rejects.toMatchObject({ name: "DirectoryUnavailable" });
    await expect(adapter.ancestorsOf(id)).rejects.toMatchObject({ name: "DirectoryUnavailable" });
    await expect(adapter.organizationalUnitAt("/")).rejects.toMatchObject({ name: "DirectoryUnavailable" });
  });

  it("does not take a refusal for an absence", async () => {
    const { adapter } = scripted(() => ({ error: "AccessDeniedException" }));
    await expect(adapter.account(id)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});
