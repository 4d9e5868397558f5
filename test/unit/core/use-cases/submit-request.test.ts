import { describe, expect, it } from "vitest";
import type { RequestAsk } from "../../../../lambdas/core/contracts/http/requests.ts";
import type { ProtectedAccount } from "../../../../lambdas/core/contracts/environment.ts";
import type { AccessFlow } from "../../../../lambdas/core/domain/access-flow.ts";
import { STATUSES, type AccessRequest } from "../../../../lambdas/core/domain/access-request.ts";
import { DomainError, RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import { RequestIdSchema, secondsAfter, type FlowName } from "../../../../lambdas/core/domain/ids.ts";
import { submitRequest } from "../../../../lambdas/core/use-cases/submit-request.ts";
import {
  aFlow,
  aGroupId,
  aPendingRequest,
  aPermissionSetArn,
  aPerson,
  anAccountId,
  identityCenter,
} from "../../../support/builders.ts";
import { FakeDirectory, FakeOrganization } from "../../../support/fakes/directory.ts";
import { FakeAccessFlowStore, FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../support/fakes/workflow.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { noGuardrails } from "../../../support/guardrails.ts";
import { noPolicies } from "../../../support/policies.ts";

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
    readonly uniqueText?: () => string;
  } = {},
) => {
  const clock = new VirtualClock();
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
    ...noPolicies(),
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
    clock,
    uniqueText: options.uniqueText ?? (() => String((unique += 1))),
    identityCenter,
    protectedAccounts: options.protectedAccounts ?? [],
    guardrails: noGuardrails,
    delegatedAdministrator: options.delegatedAdministrator ?? false,
  });
  return { clock, requests, flows, directory, organization, workflow, submit };
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

  it("is served by another flow that somebody can approve, as with a condition more in the first it would be", async () => {
    const empty = aFlow({ name: "a" as FlowName, approval: { steps: [step("nobodies")] } });
    const staffed = aFlow({
      name: "b" as FlowName,
      approval: {
        steps: [step("payments-leads"), step("payments-leads")],
        sameApproverInSeveralSteps: true,
      },
    });
    const lockstep = await setUp({ flows: [empty, staffed] });
    const { request } = await lockstep.submit({ caller: alice, ask: ask() });
    expect(request).toMatchObject({
      status: "pending",
      flow: { name: "b" },
      approval: { asked: [bob.userId] },
    });
  });

  it("is refused when no flow has somebody, with the reason of each", async () => {
    const flows = ["a", "b"].map((name) =>
      aFlow({ name: name as FlowName, approval: { steps: [step(`nobodies-of-${name}`)] } }),
    );
    const lockstep = await setUp({ flows });
    const refused: unknown = await lockstep
      .submit({ caller: alice, ask: ask() })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "no-approver",
      message:
        "Nothing allows this request: access flow a has nobody who may decide step 1 of its approval: there is no enabled user in it (nobodies-of-a) other than the requester, the beneficiaries and the other steps' approvers; access flow b has nobody who may decide step 1 of its approval: there is no enabled user in it (nobodies-of-b) other than the requester, the beneficiaries and the other steps' approvers.",
    });
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

const idempotency = { key: "key", body: "body" };
/** The id of alice's request under that key. */
const idUnderKey = async () => {
  const { request } = await (await setUp()).submit({ caller: alice, ask: ask(), idempotency });
  return request.id;
};
const automaticFlow = () => aFlow({ approval: { steps: [] } });

describe("the id of a request", () => {
  it("comes from its caller and the key, so that nobody meets another one's request", async () => {
    const lockstep = await setUp();
    const carol = aPerson("carol");
    lockstep.directory.addUser(carol);
    lockstep.directory.join(carol.userId, engineers);
    const made = async (caller: typeof alice, key: string) => {
      const { request, replayed } = await lockstep.submit({
        caller,
        ask: ask(),
        idempotency: { key, body: "body" },
      });
      return { id: request.id, replayed };
    };
    const first = await made(alice, "key");
    expect(RequestIdSchema.safeParse(first.id).success).toBe(true);
    const others = [await made(alice, "another key"), await made(carol, "key")];
    expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(3);
    expect([first, ...others].map(({ replayed }) => replayed)).toEqual([false, false, false]);
    expect(await made(alice, "key")).toEqual({ id: first.id, replayed: true });
    expect(lockstep.requests.all).toHaveLength(3);
  });

  it("is another one each time without a key, and nothing is looked for beforehand", async () => {
    const lockstep = await setUp();
    let reads = 0;
    const get = lockstep.requests.get.bind(lockstep.requests);
    lockstep.requests.get = (id) => {
      reads += 1;
      return get(id);
    };
    const ids = [];
    for (let time = 0; time < 2; time += 1) {
      const { request, replayed } = await lockstep.submit({ caller: alice, ask: ask() });
      expect(replayed).toBe(false);
      ids.push(request.id);
    }
    expect(new Set(ids).size).toBe(2);
    expect(ids.every((id) => RequestIdSchema.safeParse(id).success)).toBe(true);
    expect(reads).toBe(0);
  });

  it("is never shared: one that was derived twice is a defect, and answers with nobody's request", async () => {
    const lockstep = await setUp({ uniqueText: () => "not so unique" });
    const { request } = await lockstep.submit({ caller: alice, ask: ask() });
    await expect(lockstep.submit({ caller: alice, ask: ask() })).rejects.toThrow(
      new Error(`Request id ${request.id} was derived twice`),
    );
    expect(lockstep.requests.history).toHaveLength(1);
  });

  it("is never shared: an item that did not answer the key is nobody's answer either", async () => {
    const lockstep = await setUp();
    const id = await idUnderKey();
    await lockstep.requests.create(aPendingRequest({ id, answered: [{ key: "another", body: "body" }] }));
    await expect(lockstep.submit({ caller: alice, ask: ask(), idempotency })).rejects.toThrow(
      new Error(`Request id ${id} was derived twice`),
    );
    expect(lockstep.workflow.started.size).toBe(0);
  });
});

describe("a POST that comes again", () => {
  /** The answer to it when its request looks like this by now. */
  const repeated = async (request: AccessRequest) => {
    const lockstep = await setUp({ flows: [] });
    const earlier = { ...request, id: await idUnderKey(), answered: [idempotency] };
    await lockstep.requests.create(earlier);
    const answer = await lockstep.submit({ caller: alice, ask: ask(), idempotency });
    expect(answer).toEqual({ request: earlier, replayed: true });
    expect(lockstep.requests.history).toHaveLength(1);
    return [...lockstep.workflow.started.values()];
  };

  it("starts what waits for approval with its first deadline, whatever step it is at by now", async () => {
    const { approval } = aPendingRequest();
    const [step] = approval.steps;
    if (step === undefined) throw new Error("a step expected");
    const decision = { step: 0, by: bob, decision: "approve" as const, at: aPendingRequest().createdAt };
    const steps = [
      { ...step, withinSeconds: 600 },
      { ...step, withinSeconds: 7200 },
    ];
    const request = aPendingRequest({
      approval: { ...approval, steps, decisions: [decision] },
      deadline: secondsAfter(new Date("2026-01-01T00:05:00.000Z"), 7200),
    });
    expect(await repeated(request)).toEqual([
      {
        version: 1,
        requestId: await idUnderKey(),
        begin: "approval",
        deadline: "2026-01-01T00:10:00.000Z",
      },
    ]);
  });

  it.each(["approved", "scheduled"])("starts what is %s by now with its grant", async (status) => {
    const request = { ...aPendingRequest(), status } as AccessRequest;
    expect(await repeated(request)).toEqual([{ version: 1, requestId: await idUnderKey(), begin: "grant" }]);
  });

  it.each(STATUSES.filter((status) => !["pending", "approved", "scheduled"].includes(status)))(
    "starts nothing for what is %s by now",
    async (status) => {
      expect(await repeated({ ...aPendingRequest(), status } as AccessRequest)).toEqual([]);
    },
  );

  it("at the very same moment is one request, and one execution", async () => {
    const lockstep = await setUp();
    const both = await Promise.all([
      lockstep.submit({ caller: alice, ask: ask(), idempotency }),
      lockstep.submit({ caller: alice, ask: ask(), idempotency }),
    ]);
    expect(both.map(({ replayed }) => replayed).toSorted()).toEqual([false, true]);
    expect(both[0].request).toEqual(both[1].request);
    expect(lockstep.requests.history).toHaveLength(1);
    expect(lockstep.workflow.started.size).toBe(1);
  });

  it("at the very same moment with another body is refused", async () => {
    const lockstep = await setUp();
    const both = await Promise.allSettled([
      lockstep.submit({ caller: alice, ask: ask(), idempotency }),
      lockstep.submit({ caller: alice, ask: ask(), idempotency: { ...idempotency, body: "another" } }),
    ]);
    expect(both).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "idempotency-key-reused" } },
    ]);
  });

  it("is a defect when the item that is in its way cannot be read", async () => {
    const lockstep = await setUp();
    lockstep.requests.create = () => Promise.resolve("conflict");
    await expect(lockstep.submit({ caller: alice, ask: ask(), idempotency })).rejects.toThrow(
      new Error(`Request ${await idUnderKey()} exists and cannot be read`),
    );
    expect(lockstep.workflow.started.size).toBe(0);
  });
});

describe("a write that nobody answered", () => {
  const unanswered = new RetryableError("StoreUnavailable", "no answer");
  /** From now on a request is written, or is not, and nobody is told. */
  const loseAnswers = (lockstep: SetUp, failure: Error, isWritten: boolean): void => {
    const create = lockstep.requests.create.bind(lockstep.requests);
    lockstep.requests.create = async (request) => {
      if (isWritten) await create(request);
      throw failure;
    };
  };

  it("is looked for, and goes on when it is there", async () => {
    const lockstep = await setUp();
    loseAnswers(lockstep, unanswered, true);
    const { request, replayed } = await lockstep.submit({ caller: alice, ask: ask() });
    expect(replayed).toBe(false);
    expect(lockstep.requests.all).toEqual([request]);
    expect(lockstep.workflow.started.has(request.id)).toBe(true);
  });

  it("is passed on when it is not there", async () => {
    const lockstep = await setUp();
    loseAnswers(lockstep, unanswered, false);
    await expect(lockstep.submit({ caller: alice, ask: ask() })).rejects.toBe(unanswered);
    expect(lockstep.workflow.started.size).toBe(0);
  });

  it("is passed on when it cannot be looked for", async () => {
    const lockstep = await setUp();
    loseAnswers(lockstep, unanswered, true);
    lockstep.requests.get = () => Promise.reject(new RetryableError("StoreUnavailable", "nor now"));
    await expect(lockstep.submit({ caller: alice, ask: ask() })).rejects.toBe(unanswered);
    expect(lockstep.workflow.started.size).toBe(0);
  });

  it("is passed on when another one's is there", async () => {
    const lockstep = await setUp();
    const id = await idUnderKey();
    const create = lockstep.requests.create.bind(lockstep.requests);
    lockstep.requests.create = async () => {
      await create(aPendingRequest({ id, justification: "another" }));
      throw unanswered;
    };
    await expect(lockstep.submit({ caller: alice, ask: ask(), idempotency })).rejects.toBe(unanswered);
    expect(lockstep.workflow.started.size).toBe(0);
  });

  it("is not looked for when it failed for another reason than the table's being out of reach", async () => {
    const lockstep = await setUp();
    const defect = new TypeError("no such table");
    loseAnswers(lockstep, defect, true);
    await expect(lockstep.submit({ caller: alice, ask: ask() })).rejects.toBe(defect);
    expect(lockstep.workflow.started.size).toBe(0);
  });
});

describe("a request whose workflow could not be started", () => {
  it.each([
    ["pending", aFlow()],
    ["approved", automaticFlow()],
  ])("is withdrawn while it is %s, which its trail tells", async (status, flow) => {
    const lockstep = await setUp({ flows: [flow] });
    lockstep.workflow.unavailable = true;
    await expect(lockstep.submit({ caller: alice, ask: ask() })).rejects.toMatchObject({
      name: "WorkflowUnavailable",
      message: "no answer",
    });
    expect(lockstep.requests.history.map((version) => version.status)).toEqual([status, "cancelled"]);
    const [withdrawn] = lockstep.requests.all;
    expect(withdrawn).toHaveProperty("ended", {
      reason: "cancelled",
      at: "2026-01-01T00:00:00.000Z",
      message: "the workflow could not be started",
    });
    expect(withdrawn?.trail.at(-1)).toMatchObject({
      type: "RequestCancelled",
      at: "2026-01-01T00:00:00.000Z",
      actor: { type: "lockstep", name: "api" },
    });
    expect(withdrawn?.trail.at(-1)?.details).toEqual({ message: "the workflow could not be started" });
    expect(withdrawn).toMatchObject({ requester: alice, justification: "incident 42", flow: { version: 1 } });
  });

  it("stays as it is when it came with a key: the same POST brings it on its way", async () => {
    const lockstep = await setUp();
    lockstep.workflow.unavailable = true;
    await expect(lockstep.submit({ caller: alice, ask: ask(), idempotency })).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
    expect(lockstep.requests.history.map(({ status }) => status)).toEqual(["pending"]);
  });

  it("is answered as it is by now when it was started after all", async () => {
    const lockstep = await setUp({ flows: [automaticFlow()] });
    const { requests, workflow, clock } = lockstep;
    workflow.start = async (_name, { requestId }) => {
      const request = await requests.get(requestId);
      if (request?.status !== "approved") throw new Error("An approved request expected");
      const startAt = secondsAfter(clock.now(), 60);
      const occasion = { actor: { type: "lockstep", name: "workflow" } as const, now: clock.now() };
      const scheduled = evolve("RequestScheduled", request, { ...commonOf(request), startAt }, occasion);
      await requests.replace(scheduled, ["approved"]);
      throw new RetryableError("WorkflowUnavailable", "no answer");
    };
    const { request, replayed } = await lockstep.submit({ caller: alice, ask: ask() });
    expect([request.status, replayed]).toEqual(["scheduled", false]);
    expect(requests.all).toEqual([request]);
    expect(requests.history.map(({ status }) => status)).toEqual(["approved", "scheduled"]);
  });

  it("is a defect when it is not there any more", async () => {
    const lockstep = await setUp();
    const { requests, workflow } = lockstep;
    let id = "";
    workflow.start = (name) => {
      id = name;
      requests.get = () => Promise.resolve(undefined);
      return Promise.reject(new RetryableError("WorkflowUnavailable", "no answer"));
    };
    const failure: unknown = await lockstep
      .submit({ caller: alice, ask: ask() })
      .catch((error: unknown) => error);
    expect(failure).toEqual(new Error(`Request ${id} has vanished`));
  });
});

describe("what starts an execution", () => {
  it("is the grant, where nobody has to approve", async () => {
    const lockstep = await setUp({ flows: [automaticFlow()] });
    const { request, replayed } = await lockstep.submit({ caller: alice, ask: ask() });
    expect([request.status, replayed]).toEqual(["approved", false]);
    expect([...lockstep.workflow.started]).toEqual([
      [request.id, { version: 1, requestId: request.id, begin: "grant" }],
    ]);
  });
});
