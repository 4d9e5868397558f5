import { describe, expect, it } from "vitest";
import type { RequestAsk } from "../../../../lambdas/core/contracts/http/requests.ts";
import type { ProtectedAccount } from "../../../../lambdas/core/contracts/environment.ts";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import { DomainError } from "../../../../lambdas/core/domain/errors.ts";
import type { FlowName } from "../../../../lambdas/core/domain/ids.ts";
import { submitRequest } from "../../../../lambdas/core/use-cases/submit-request.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aPerson,
  anAccountId,
  identityCenter,
} from "../../../support/builders.ts";
import { FakeDirectory, FakeOrganization } from "../../../support/fakes/directory.ts";
import { FakeAccessFlowStore, FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../support/fakes/workflow.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const alice = aPerson("alice");
const bob = aPerson("bob");
const engineers = aGroupId("payments-engineers");
const leads = aGroupId("payments-leads");

const setUp = async (
  options: {
    readonly flows?: readonly AccessFlow[];
    readonly protectedAccounts?: readonly ProtectedAccount[];
    readonly inManagementAccount?: boolean;
    readonly delegatedAdministrator?: boolean;
  } = {},
) => {
  const requests = new FakeAccessRequestStore();
  const flows = new FakeAccessFlowStore();
  const directory = new FakeDirectory();
  const organization = new FakeOrganization();
  const workflow = new FakeWorkflow();
  for (const { userId, userName } of [alice, bob]) directory.addUser({ userId, userName });
  directory.addGroup({ groupId: engineers, displayName: "payments-engineers", members: [alice.userId] });
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  organization.addAccount({ id: anAccountId(2), name: "payments-prod" });
  organization.addAccount({ id: anAccountId(3), name: "retired", state: "SUSPENDED" });
  for (const flow of options.flows ?? [aFlow()]) await flows.put(flow);
  let unique = 0;
  const submit = submitRequest({
    requests,
    flows,
    names: {
      account: (text) => Promise.resolve({ id: text as never, name: `account ${text}` }),
      permissionSet: (text) =>
        Promise.resolve({
          arn: aPermissionSetArn(text),
          name: text,
          sessionDuration: "PT1H",
          inManagementAccount: options.inManagementAccount ?? false,
        }),
    },
    directory,
    organization,
    workflow,
    clock: new VirtualClock(),
    uniqueText: () => String((unique += 1)),
    identityCenter,
    protectedAccounts: options.protectedAccounts ?? [],
    delegatedAdministrator: options.delegatedAdministrator ?? false,
  });
  return { requests, flows, directory, organization, workflow, submit };
};

const ask = (overrides: Partial<RequestAsk> = {}): RequestAsk => ({
  entitlements: [{ account: anAccountId(2), permissionSet: "PowerUser" }],
  duration: "PT1H",
  justification: "incident 42",
  ...overrides,
});

type SetUp = Awaited<ReturnType<typeof setUp>>;

/** The refusal's code, once it is sure that nothing was written and nothing was started. */
const refusal = async (lockstep: SetUp, overrides: Partial<RequestAsk> = {}): Promise<string> => {
  const error: unknown = await lockstep
    .submit({ caller: alice, ask: ask(overrides) })
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof DomainError)) throw new Error("Expected a refusal", { cause: error });
  expect(lockstep.requests.all).toEqual([]);
  expect(lockstep.workflow.started.size).toBe(0);
  return error.code;
};

describe("submitting a request", () => {
  it("writes it, pending with its deadline, and starts its execution by its own id", async () => {
    const lockstep = await setUp();
    const { request } = await lockstep.submit({ caller: alice, ask: ask() });
    expect(request).toMatchObject({
      status: "pending",
      requester: alice,
      principal: { type: "USER", id: alice.userId },
      flow: { name: "prod-power" },
      deadline: "2026-01-02T00:00:00.000Z",
      approval: { asked: [bob.userId], decisions: [] },
    });
    expect(lockstep.workflow.started.get(request.id)).toEqual({
      version: 1,
      requestId: request.id,
      begin: "approval",
      deadline: "2026-01-02T00:00:00.000Z",
    });
  });

  it("stores with the entitlement all that its removal will need", async () => {
    const { submit } = await setUp();
    const { request } = await submit({ caller: alice, ask: ask() });
    expect(request.entitlements[0]?.entitlement).toEqual({
      provider: "identity-center/account-assignment",
      region: identityCenter.region,
      instanceArn: identityCenter.instanceArn,
      identityStoreId: identityCenter.identityStoreId,
      accountId: anAccountId(2),
      permissionSetArn: aPermissionSetArn("PowerUser"),
      principalType: "USER",
      principalId: alice.userId,
    });
  });

  it("is for a group only if the caller belongs to it", async () => {
    const lockstep = await setUp();
    const { request } = await lockstep.submit({
      caller: alice,
      ask: ask({ principal: { type: "GROUP", name: "payments-engineers" } }),
    });
    expect(request.principal).toEqual({ type: "GROUP", id: engineers, name: "payments-engineers" });
    const other = await setUp();
    expect(await refusal(other, { principal: { type: "GROUP", id: leads } })).toBe("principal-not-allowed");
    expect(await refusal(other, { principal: { type: "GROUP", name: "nobody" } })).toBe("unknown-name");
    expect(await refusal(other, { principal: { type: "USER", id: bob.userId } })).toBe(
      "principal-not-allowed",
    );
    expect(await refusal(other, { principal: { type: "USER", name: "bob" } })).toBe("principal-not-allowed");
  });

  it.each(["management", "lockstep", "listed"] as const)(
    "into a protected account (%s) is refused",
    async (reason) => {
      const lockstep = await setUp({ protectedAccounts: [{ id: anAccountId(2), reason }] });
      const codes = {
        management: "management-account",
        lockstep: "lockstep-account",
        listed: "protected-account",
      };
      expect(await refusal(lockstep)).toBe(codes[reason]);
    },
  );

  it("with a permission set of the management account is refused from the delegated administrator account only", async () => {
    const delegated = await setUp({ inManagementAccount: true, delegatedAdministrator: true });
    expect(await refusal(delegated)).toBe("managed-from-management-account");
    const management = await setUp({ inManagementAccount: true });
    await expect(management.submit({ caller: alice, ask: ask() })).resolves.toMatchObject({
      replayed: false,
    });
  });

  it("into an account that is not ACTIVE is refused", async () => {
    const target = { accounts: [{ id: anAccountId(3), name: "retired" }], organizationalUnits: [] };
    const permissionSets = [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }];
    const lockstep = await setUp({ flows: [aFlow({ targets: [{ ...target, permissionSets }] })] });
    expect(
      await refusal(lockstep, { entitlements: [{ account: anAccountId(3), permissionSet: "PowerUser" }] }),
    ).toBe("account-not-active");
  });

  it("that no flow allows is refused", async () => {
    expect(await refusal(await setUp({ flows: [] }))).toBe("no-matching-flow");
    expect(await refusal(await setUp(), { duration: "PT9H" })).toBe("duration-above-maximum");
  });

  it("for the same thing twice is refused, however it is named", async () => {
    const lockstep = await setUp();
    const [one] = ask().entitlements;
    if (one === undefined) throw new Error("one entitlement expected");
    expect(await refusal(lockstep, { entitlements: [one, { ...one }] })).toBe("duplicate-entitlement");
  });

  it.each(["2025-12-31T23:59:59Z", "2026-04-02T00:00:00Z"])("to start at %s is refused", async (startAt) => {
    expect(await refusal(await setUp(), { startAt })).toBe("start-out-of-bounds");
  });
});

describe("a request that nobody could approve", () => {
  const step = (...groups: string[]) => ({
    anyOf: groups.map((name) => ({ type: "group" as const, id: aGroupId(name), name })),
    withinSeconds: 3600,
  });

  it("is refused when the approvers' group is empty, gone, or holds only the requester", async () => {
    const empty = await setUp();
    empty.directory.leave(bob.userId, leads);
    expect(await refusal(empty)).toBe("no-approver");
    const gone = await setUp();
    gone.directory.deleteGroup(leads);
    expect(await refusal(gone)).toBe("no-approver");
    const own = await setUp();
    own.directory.leave(bob.userId, leads);
    own.directory.join(alice.userId, leads);
    expect(await refusal(own)).toBe("no-approver");
  });

  it("is refused when every approver is disabled", async () => {
    const lockstep = await setUp();
    lockstep.directory.setEnabled(bob.userId, false);
    expect(await refusal(lockstep)).toBe("no-approver");
  });

  it("is refused when the approvers are the group that would get the access", async () => {
    const lockstep = await setUp({ flows: [aFlow({ approval: { steps: [step("payments-engineers")] } })] });
    expect(await refusal(lockstep, { principal: { type: "GROUP", id: engineers } })).toBe("no-approver");
  });

  it("is refused when one person would have to decide two steps, and not when two can share them", async () => {
    const flow = aFlow({ approval: { steps: [step("payments-leads"), step("payments-leads")] } });
    expect(await refusal(await setUp({ flows: [flow] }))).toBe("no-approver");
    const carol = aPerson("carol");
    const shared = await setUp({
      flows: [aFlow({ approval: { steps: [step("payments-leads", "security"), step("payments-leads")] } })],
    });
    shared.directory.addUser(carol);
    shared.directory.addGroup({
      groupId: aGroupId("security"),
      displayName: "security",
      members: [carol.userId],
    });
    await expect(shared.submit({ caller: alice, ask: ask() })).resolves.toMatchObject({ replayed: false });
  });
});

describe("an idempotency key", () => {
  const idempotency = { key: "key", body: "body" };

  it("makes a repeated POST the same request, even when the flow is gone by then", async () => {
    const lockstep = await setUp();
    const first = await lockstep.submit({ caller: alice, ask: ask(), idempotency });
    await lockstep.flows.delete(aFlow({ name: "prod-power" as FlowName }));
    const second = await lockstep.submit({ caller: alice, ask: ask(), idempotency });
    expect(second).toEqual({ request: first.request, replayed: true });
    expect(lockstep.requests.all).toHaveLength(1);
  });

  it("with another body is refused", async () => {
    const lockstep = await setUp();
    await lockstep.submit({ caller: alice, ask: ask(), idempotency });
    await expect(
      lockstep.submit({
        caller: alice,
        ask: ask({ duration: "PT2H" }),
        idempotency: { key: "key", body: "other" },
      }),
    ).rejects.toMatchObject({ code: "idempotency-key-reused" });
    expect(lockstep.requests.all).toHaveLength(1);
  });

  it("brings a request on its way whose workflow could not be started", async () => {
    const lockstep = await setUp();
    lockstep.workflow.unavailable = true;
    await expect(lockstep.submit({ caller: alice, ask: ask(), idempotency })).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
    lockstep.workflow.unavailable = false;
    const { request } = await lockstep.submit({ caller: alice, ask: ask(), idempotency });
    expect(lockstep.workflow.started.has(request.id)).toBe(true);
  });

  it("is not needed: a request that could not be started is withdrawn", async () => {
    const lockstep = await setUp();
    lockstep.workflow.unavailable = true;
    await expect(lockstep.submit({ caller: alice, ask: ask() })).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
    expect(lockstep.requests.all).toMatchObject([{ status: "cancelled" }]);
  });
});
