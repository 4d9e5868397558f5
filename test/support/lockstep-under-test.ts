import { readFileSync } from "node:fs";
import {
  AwaitApprovalInputSchema,
  GrantAccessInputSchema,
  GrantAccessOutputSchema,
  RevokeAccessInputSchema,
  RevokeAccessOutputSchema,
  type ExecutionInput,
} from "../../lambdas/core/contracts/workflow.ts";
import { FailedExecutionSchema, requestOfExecution } from "../../lambdas/core/contracts/sweep.ts";
import type { SweepReport } from "../../lambdas/core/contracts/http/sweep.ts";
import type { ExtensionAsk, RequestAsk } from "../../lambdas/core/contracts/http/requests.ts";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import { entitlementKey } from "../../lambdas/core/domain/entitlement.ts";
import type { FlowName, RequestId, Timestamp } from "../../lambdas/core/domain/ids.ts";
import type { Person } from "../../lambdas/core/domain/principal.ts";
import { RetryableError } from "../../lambdas/core/domain/errors.ts";
import type { AccessRequestStore, EntitlementStore, Turns } from "../../lambdas/core/ports/stores.ts";
import type { Idempotency } from "../../lambdas/core/use-cases/idempotency.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Providers } from "../../lambdas/core/ports/provider.ts";
import type { Workflow } from "../../lambdas/core/ports/workflow.ts";
import { awaitApproval } from "../../lambdas/core/use-cases/await-approval.ts";
import { decideRequest } from "../../lambdas/core/use-cases/decide-request.ts";
import { extendRequest } from "../../lambdas/core/use-cases/extend-request.ts";
import { grantAccess } from "../../lambdas/core/use-cases/grant-access.ts";
import { removeWhatIsQueued } from "../../lambdas/core/use-cases/removals.ts";
import { reportStuck } from "../../lambdas/core/use-cases/report-stuck.ts";
import { revokeAccess } from "../../lambdas/core/use-cases/revoke-access.ts";
import { cancelRequest, revokeRequest } from "../../lambdas/core/use-cases/revoke-request.ts";
import { submitRequest } from "../../lambdas/core/use-cases/submit-request.ts";
import { replaceExecution } from "../../lambdas/core/use-cases/sweep/resume-request.ts";
import { sweep } from "../../lambdas/core/use-cases/sweep/sweep.ts";
import { lastErrorOf } from "../../lambdas/workflow/revoke-access/last-error.ts";
import { createStepFunctions } from "../../local/step-functions/step-functions.ts";
import type { InvocationAnswer, InvokeFunction } from "../../local/step-functions/ports.ts";
import { openLocalStore } from "../../local/store.ts";
import type { Json, JsonObject } from "../../local/wire/json.ts";
import { AwsError } from "../../local/wire/service.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aPerson,
  anAccountId,
  anEntitlement,
  identityCenter,
} from "./builders.ts";
import { FakeDirectory, FakeOrganization } from "./fakes/directory.ts";
import { FakeEventPublisher } from "./fakes/event-publisher.ts";
import { FakeProvider } from "./fakes/provider.ts";
import {
  FakeAccessFlowStore,
  FakeAccessRequestStore,
  FakeAuditTrail,
  FakeEntitlementStore,
  FakeWakeupStore,
} from "./fakes/stores.ts";
import { FakeTurns } from "./fakes/turns.ts";
import { VirtualClock } from "./virtual-clock.ts";

const MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:lockstep-access-request";
const today = readFileSync(new URL("../../statemachines/access-request.asl.json", import.meta.url), "utf8");
const withFunctions = (definition: string): string =>
  definition
    .replaceAll("${AwaitApprovalFunction}", "await-approval")
    .replaceAll("${GrantAccessFunction}", "grant-access")
    .replaceAll("${RevokeAccessFunction}", "revoke-access");

export const alice = aPerson("alice");
export const bob = aPerson("bob");
export const carol = aPerson("carol");
export const engineers = aGroupId("payments-engineers");
export const leads = aGroupId("payments-leads");
export const powerUser = anEntitlement({ principalId: alice.userId });

const powerUserPermissionSet = {
  arn: aPermissionSetArn("PowerUser"),
  name: "PowerUser",
  sessionDuration: "PT1H",
  inManagementAccount: false,
};

/** Killed before its work, at its first wait for AWS's answer, or after all of its work. */
type Moment = "before" | "before-answer" | "after";

const killed = (): Error =>
  Object.assign(new Error("Runtime exited with error: signal: killed"), { name: "Runtime.ExitError" });

/** The machine lost the connection to an invocation, which may run on. */
const cutOff = (): Error =>
  Object.assign(new Error("The connection was closed"), { name: "Lambda.SdkClientException" });

const isFailure = (status: unknown): boolean =>
  status === "FAILED" || status === "TIMED_OUT" || status === "ABORTED";

/** Where an invocation can be held up while the machine goes on without it. */
type Gate = "before it takes hold" | "before its Create" | "before its turn" | "before its Delete";

export type FunctionName = "await-approval" | "grant-access" | "revoke-access";

/** One invocation of a function by an execution. */
export interface TaskCall {
  readonly execution: string;
  readonly function: FunctionName;
  readonly payload: Json;
}

interface Options {
  readonly flow?: AccessFlow;
  /** Another state machine than today's: the text of its definition, as it is in statemachines/. */
  readonly definition?: string;
  /** Answers in a function's place, as far as it has an answer. */
  readonly answerInstead?: (call: TaskCall) => Promise<InvocationAnswer | undefined>;
  /** The rule that replaces an execution that failed, timed out or was aborted; without it, nobody does. */
  readonly replacesExecutions?: boolean;
}

/**
 * All of Lockstep on a virtual clock: the real state machine and use cases, over fakes that hold state.
 * Alice and carol are payments engineers, bob is a payments lead.
 */
export const lockstepUnderTest = async (options: Options = {}) => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const entitlements = new FakeEntitlementStore();
  const wakeups = new FakeWakeupStore();
  const flows = new FakeAccessFlowStore();
  const directory = new FakeDirectory();
  const organization = new FakeOrganization();
  /** By how much the functions' clock is off (milliseconds). */
  let offBy = 0;
  const functionClock: Clock = {
    now: () => new Date(clock.now().getTime() + offBy),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
  const provider = new FakeProvider(clock, functionClock);
  const turns = new FakeTurns(functionClock);
  const audit = new FakeAuditTrail();
  const events = new FakeEventPublisher();
  /** Whether too many grants wait for their calls. */
  let crowded = false;
  for (const { userId, userName } of [alice, bob, carol]) {
    directory.addUser({ userId, userName, email: `${userName}@example.com` });
  }
  directory.addGroup({
    groupId: engineers,
    displayName: "payments-engineers",
    members: [alice.userId, carol.userId],
  });
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  organization.addAccount({ id: anAccountId(2), name: "payments-prod" });
  await flows.put(options.flow ?? aFlow());

  /** Errors that a function throws, before it does its work or after, once each. */
  const crashes: { readonly function: FunctionName; readonly when: Moment }[] = [];
  const failing = new Map<FunctionName, Error>();
  const invocations: { readonly function: FunctionName; readonly at: Date }[] = [];

  let kill = (_error: Error): void => undefined;
  /** Where the next invocation is cut off from the machine, which sees an error; the rest of it runs when a test says so. */
  const gates = new Map<Gate, Promise<void>>();
  const passing = async (gate: Gate): Promise<void> => {
    const opened = gates.get(gate);
    if (opened === undefined) return;
    gates.delete(gate);
    kill(cutOff());
    await opened;
  };
  /** The provider as the functions reach it: a function that is killed at its call never sees the answer. */
  const providers: Providers = {
    [provider.kind]: {
      kind: provider.kind,
      observe: (entitlement) => provider.observe(entitlement),
      apply: async (entitlement) => {
        await passing("before its Create");
        const answer = provider.apply(entitlement);
        if (!planned("grant-access", "before-answer")) return answer;
        kill(killed());
        return new Promise(() => undefined);
      },
      remove: async (entitlement, before) => {
        await passing("before its Delete");
        return provider.remove(entitlement, before);
      },
      observeAll: (entitlements) => provider.observeAll(entitlements),
      instructions: (entitlement, names) => provider.instructions(entitlement, names),
    },
  };
  const entitlementsOfFunctions: EntitlementStore = {
    get: async (key) => {
      await passing("before it takes hold");
      return entitlements.get(key);
    },
    put: (next) => entitlements.put(next),
  };
  /** What cannot be reached: Step Functions, or the table, for the write that bars a removal after an unanswered Delete. */
  const lost: ("start" | "bar")[] = [];
  const entitlementsOfRemovals: EntitlementStore = {
    get: (key) => entitlements.get(key),
    put: (next) => {
      const bars = next.state === "removing" && next.leaseUntil !== undefined;
      if (bars && lost.includes("bar")) throw new RetryableError("StoreUnavailable", "no answer");
      return entitlements.put(next);
    },
  };
  const call = async (operation: string, input: JsonObject): Promise<JsonObject> =>
    (await engine.service.operations[operation]?.(input, {
      accessKeyId: "test",
      principalArn: "arn:aws:iam::111111111111:root",
      accountId: "111111111111",
      region: "eu-west-1",
    })) ?? {};
  const workflow: Workflow = {
    start: async (name, input: ExecutionInput) => {
      try {
        if (lost.includes("start")) throw new RetryableError("WorkflowUnavailable", "no answer");
        await call("StartExecution", { stateMachineArn: MACHINE, name, input: JSON.stringify(input) });
        return "started";
      } catch (error) {
        if (!(error instanceof AwsError && error.name === "ExecutionAlreadyExists")) throw error;
        return "exists";
      }
    },
    wake: async (taskToken) => {
      try {
        await call("SendTaskSuccess", { taskToken, output: "{}" });
      } catch (error) {
        if (!(
          error instanceof AwsError &&
          ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"].includes(error.name)
        ))
          throw error;
      }
    },
  };

  const grant = grantAccess({
    requests,
    entitlements: entitlementsOfFunctions,
    providers,
    admission: { setApart: () => Promise.resolve(crowded ? "later" : "ready") },
    protectedAccounts: [],
    clock: functionClock,
  });
  const turnsOfFunctions: Turns = {
    take: async (name, seconds) => {
      await passing("before its turn");
      return turns.take(name, seconds);
    },
    keep: (turn, seconds) => turns.keep(turn, seconds),
    end: (turn) => turns.end(turn),
  };
  const removals = {
    entitlements: entitlementsOfRemovals,
    index: entitlements,
    turns: turnsOfFunctions,
    providers,
    clock: functionClock,
  };
  const revoke = revokeAccess({ requests, ...removals });
  const report = reportStuck({ requests, clock: functionClock });
  const functions: Readonly<Record<FunctionName, (payload: Json) => Promise<Json>>> = {
    "await-approval": async (payload) => {
      await awaitApproval({ requests, wakeups, workflow })(AwaitApprovalInputSchema.parse(payload));
      return {};
    },
    "grant-access": async (payload) =>
      GrantAccessOutputSchema.parse(await grant(GrantAccessInputSchema.parse(payload))),
    "revoke-access": async (payload) => {
      const { requestId, enteredAt, begin, stuck } = RevokeAccessInputSchema.parse(payload);
      const output =
        stuck === undefined
          ? await revoke({ requestId, enteredAt, begin })
          : await report({ requestId, lastError: lastErrorOf(stuck) });
      return RevokeAccessOutputSchema.parse(output);
    },
  };

  const planned = (name: FunctionName, when: Moment): boolean => {
    const index = crashes.findIndex((crash) => crash.function === name && crash.when === when);
    if (index >= 0) crashes.splice(index, 1);
    return index >= 0;
  };

  const crash = (name: FunctionName, when: Moment): void => {
    if (planned(name, when)) throw killed();
  };

  const invokeFunction: InvokeFunction = async (arn, payload, { executionArn }) => {
    const name = arn.slice(arn.lastIndexOf(":") + 1) as FunctionName;
    const execution = executionArn.slice(executionArn.lastIndexOf(":") + 1);
    const instead = await options.answerInstead?.({ execution, function: name, payload });
    if (instead !== undefined) return instead;
    invocations.push({ function: name, at: clock.now() });
    try {
      crash(name, "before");
      const failure = failing.get(name);
      // A stuck report comes through the same function, and has to get through.
      if (failure !== undefined && !JSON.stringify(payload).includes('"stuck"')) throw failure;
      const killedMidway = new Promise<never>((_, reject) => {
        kill = (error) => {
          reject(error);
        };
      });
      const output = await Promise.race([functions[name](payload), killedMidway]);
      crash(name, "after");
      return { payload: output };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { functionError: { errorType: error.name, errorMessage: error.message } };
    }
  };

  let ids = 0;
  const newId = () => `id-${String((ids += 1))}`;
  const engine = createStepFunctions({
    clock,
    store: openLocalStore(),
    invokeFunction,
    publish: async ({ detail }) => {
      if (options.replacesExecutions !== true || !isFailure(detail["status"])) return;
      const { name, input } = FailedExecutionSchema.shape.detail.parse(detail);
      const requestId = requestOfExecution(input);
      if (requestId !== undefined) await replaceExecution({ requests, workflow })({ name, requestId });
    },
    region: "eu-west-1",
    accountId: "111111111111",
    newId,
    random: () => 0.5,
  });
  engine.registerMachine({
    arn: MACHINE,
    name: "lockstep-access-request",
    definition: withFunctions(options.definition ?? today),
    roleArn: "arn:aws:iam::111111111111:role/machine",
    type: "STANDARD",
  });
  const states: string[] = [];
  engine.observe(({ state }) => states.push(state));
  engine.start();

  const sweepNow = sweep({
    requests,
    due: requests,
    entitlements,
    index: entitlements,
    turns,
    audit,
    events,
    workflow,
    // Invoked without waiting for it.
    removals: {
      drain: () => {
        void removeWhatIsQueued(removals)();
        return Promise.resolve();
      },
    },
    counts: requests,
    providers,
    clock: functionClock,
  });

  const isAdministrator = () => Promise.resolve(false);
  /** What happens between a person's read of a request and the next write that follows from it. */
  let meanwhile: (() => Promise<void>) | undefined;
  const requestsOfPeople: AccessRequestStore = {
    get: (id) => requests.get(id),
    create: (request) => requests.create(request),
    replace: async (next, from) => {
      const happens = meanwhile;
      meanwhile = undefined;
      await happens?.();
      return requests.replace(next, from);
    },
    listByRequester: (requester, page) => requests.listByRequester(requester, page),
    listByStatus: (status, page) => requests.listByStatus(status, page),
    listWaitingExtensions: (now, page) => requests.listWaitingExtensions(now, page),
    list: (page) => requests.list(page),
  };
  /** When the extension that waits was asked for, by which a decision names it. */
  const waitingExtension = async (id: RequestId): Promise<Timestamp> => {
    const request = await requests.get(id);
    if (request?.status !== "active" || request.extension === undefined) {
      throw new Error(`No extension of ${id} waits`);
    }
    return request.extension.askedAt;
  };
  const parties = { requests: requestsOfPeople, directory, isAdministrator, wakeups, workflow, clock };
  /** Decides on the request itself, or on the extension that is named. */
  const decide = async (
    requestId: RequestId,
    decision: "approve" | "reject" = "approve",
    caller: Person = bob,
    extension?: Timestamp,
  ): Promise<void> => {
    const on = extension === undefined ? {} : { extension };
    await decideRequest(parties)({ caller, requestId, decision, ...on });
    await clock.advanceBy(0);
  };
  const extend = extendRequest({
    ...parties,
    flows,
    catalogue: { permissionSet: () => Promise.resolve(powerUserPermissionSet) },
    organization,
    protectedAccounts: [],
    delegatedAdministrator: false,
  });
  const submit = submitRequest({
    requests,
    flows,
    names: {
      account: () => Promise.resolve({ id: anAccountId(2), name: "payments-prod" }),
      permissionSet: () => Promise.resolve(powerUserPermissionSet),
    },
    directory,
    organization,
    workflow,
    clock,
    uniqueText: newId,
    identityCenter,
    protectedAccounts: [],
    delegatedAdministrator: false,
  });

  const ask = (overrides: Partial<RequestAsk> = {}): RequestAsk => ({
    entitlements: [{ account: "payments-prod", permissionSet: "PowerUser" }],
    duration: "PT1H",
    justification: "incident 42",
    ...overrides,
  });

  return {
    clock,
    requests,
    entitlements,
    wakeups,
    flows,
    directory,
    organization,
    provider,
    turns,
    workflow,
    call,
    states,
    invocations,
    /** Today's functions, as the machine invokes them. */
    functions,
    crashes,
    failing,
    lost,
    /** Cuts the next invocation that comes to `gate` off; the answer lets it run on. */
    holdUp: (gate: Gate): (() => Promise<void>) => {
      let open = (): void => undefined;
      gates.set(
        gate,
        new Promise((resolve) => {
          open = resolve;
        }),
      );
      return async () => {
        open();
        await clock.advanceBy(0);
      };
    },
    stopExecutions: async (): Promise<void> => {
      const { executions } = await call("ListExecutions", {
        stateMachineArn: MACHINE,
        statusFilter: "RUNNING",
      });
      for (const { executionArn } of executions as readonly { executionArn: string }[]) {
        await call("StopExecution", { executionArn });
      }
    },
    setCrowded: (value: boolean): void => {
      crowded = value;
    },
    /** Removes what is queued, as the sweep asks for. */
    drain: async () => {
      const drained = removeWhatIsQueued(removals)();
      await clock.runUntilIdle();
      return drained;
    },
    audit,
    events,
    /** One scheduled sweep. */
    sweep: async (): Promise<SweepReport> => {
      const swept = sweepNow({ seconds: 240, counting: false });
      await clock.advanceBy(0);
      const { report, defect } = await swept;
      if (defect !== undefined) throw defect as Error;
      await clock.advanceBy(0);
      return report;
    },
    setFunctionClock: (milliseconds: number): void => {
      offBy = milliseconds;
    },
    submit: async (
      caller: Person = alice,
      overrides: Partial<RequestAsk> = {},
      idempotency?: Idempotency,
    ): Promise<RequestId> => {
      const { request } = await submit({
        caller,
        ask: ask(overrides),
        ...(idempotency === undefined ? {} : { idempotency }),
      });
      await clock.advanceBy(0);
      return request.id;
    },
    decide,
    /** Decides on the extension that waits, as somebody does who sees it. */
    decideExtension: async (requestId: RequestId, decision: "approve" | "reject" = "approve") =>
      decide(requestId, decision, bob, await waitingExtension(requestId)),
    waitingExtension,
    /** What `happens` after a person's action has read the request, and before its write. */
    betweenReadAndWrite: (happens: () => Promise<void>): void => {
      meanwhile = happens;
    },
    extend: async (
      requestId: RequestId,
      ask: Partial<ExtensionAsk> = {},
      idempotency?: Idempotency,
    ): Promise<void> => {
      await extend({
        caller: alice,
        requestId,
        ask: { duration: "PT1H", justification: "not done yet", ...ask },
        ...(idempotency === undefined ? {} : { idempotency }),
      });
      await clock.advanceBy(0);
    },
    revoke: async (requestId: RequestId, caller: Person = alice) => {
      await revokeRequest(parties)({ caller, requestId });
      await clock.advanceBy(0);
    },
    cancel: async (requestId: RequestId, caller: Person = alice) => {
      await cancelRequest(parties)({ caller, requestId });
      await clock.advanceBy(0);
    },
    request: async (id: RequestId) => {
      const request = await requests.get(id);
      if (request === undefined) throw new Error(`No request ${id}`);
      return request;
    },
    /** The statuses that a request went through. */
    statuses: (id: RequestId) =>
      requests.history.filter((request) => request.id === id).map(({ status }) => status),
    /** The transitions that a request went through. */
    transitions: (id: RequestId) =>
      requests.history.filter((request) => request.id === id).map(({ trail }) => trail.at(-1)?.type),
    /** Whether AWS has the assignment of `person` (PowerUser in payments-prod). */
    has: (person: Person = alice) =>
      provider.present.has(entitlementKey(anEntitlement({ principalId: person.userId }))),
    runningExecutions: async () =>
      (
        (await call("ListExecutions", { stateMachineArn: MACHINE, statusFilter: "RUNNING" }))[
          "executions"
        ] as readonly Json[]
      ).length,
  };
};

export type LockstepUnderTest = Awaited<ReturnType<typeof lockstepUnderTest>>;

/** The same flow without approval. */
export const automaticFlow = aFlow({ name: "automatic" as FlowName, approval: { steps: [] } });

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
