import { readFileSync } from "node:fs";
import { SHARES, pacedAdmission } from "../../lambdas/adapters/admission.ts";
import { sharedAdmission } from "../../lambdas/adapters/shared-admission.ts";
import {
  GrantAccessInputSchema,
  RevokeAccessInputSchema,
  type ExecutionInput,
} from "../../lambdas/core/contracts/workflow.ts";
import { entitlementKey, type Entitlement } from "../../lambdas/core/domain/entitlement.ts";
import { begin, commonOf, evolve } from "../../lambdas/core/domain/evolve.ts";
import { frozenHash } from "../../lambdas/core/domain/frozen.ts";
import {
  timestamp,
  type AccountId,
  type PermissionSetArn,
  type RequestId,
  type UserId,
} from "../../lambdas/core/domain/ids.ts";
import type { RequestIn } from "../../lambdas/core/domain/access-request.ts";
import { grantAccess } from "../../lambdas/core/use-cases/grant-access.ts";
import { revokeAccess } from "../../lambdas/core/use-cases/revoke-access.ts";
import { accountAssignmentProvider } from "../../lambdas/providers/identity-center-account-assignment/provider.ts";
import { createIdentityServices } from "../../local/identity/identity-services.ts";
import { identityCenterDocuments } from "../../local/identity-center/records.ts";
import type { OrganizationFile } from "../../local/organization-file.ts";
import { createStepFunctions } from "../../local/step-functions/step-functions.ts";
import type { InvocationAnswer } from "../../local/step-functions/ports.ts";
import type { Json, JsonObject } from "../../local/wire/json.ts";
import { simulatedClients } from "../simulation/aws/clients.ts";
import { MemoryStore } from "../simulation/aws/memory-store.ts";
import { VirtualTime } from "../simulation/virtual-time.ts";
import { aPendingRequest, aRequestId, identityCenter } from "../support/builders.ts";
import { FakePaceItem } from "../support/fakes/pace-item.ts";
import { FakeAccessRequestStore, FakeEntitlementStore } from "../support/fakes/stores.ts";
import { FakeTurns } from "../support/fakes/turns.ts";
import { administratorOf } from "../support/in-process-aws.ts";
import { flowStoreWith } from "../support/policies.ts";
import { noGuardrails } from "../support/guardrails.ts";

/** So many accesses that expire at one moment, and what else goes on then. */
export interface Burst {
  readonly expiring: number;
  readonly accounts: number;
  /** Invocations that Lambda runs at once, of all functions together. */
  readonly concurrency: number;
  /** Approved requests whose grants begin at the same moment. */
  readonly granting: number;
}

export interface BurstResult {
  /** From the expiry until the last access was gone. */
  readonly seconds: number;
  /** `max(calls ÷ 20, operations × 3 s ÷ 15, most per account × 3 s)`. */
  readonly floorSeconds: number;
  /** From the expiry until the last request said so. */
  readonly endedAfterSeconds: number;
  readonly calls: Readonly<Record<string, number>>;
  /** The most requests that sso-admin saw in any one second. */
  readonly mostInOneSecond: number;
  /** Calls that AWS refused because too many came, or too many operations were outstanding. */
  readonly refused: number;
  readonly invocations: number;
}

/** What the issue takes for an operation of Identity Center. */
const OPERATION_MILLISECONDS = 3_000;
const REQUESTS_PER_SECOND = 20;
const OUTSTANDING = 15;

/** An invocation's own time, beside what it waits for: DynamoDB and a warm start. */
const INVOCATION_MILLISECONDS = 100;

const MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:lockstep-access-request";
const definition = readFileSync(
  new URL("../../statemachines/access-request.asl.json", import.meta.url),
  "utf8",
).replaceAll(/\$\{(\w+)\}/g, "$1");

const EXPIRY = Date.parse("2026-01-01T12:00:00.000Z");

const accountId = (index: number): AccountId => String(200_000_000_000 + index) as AccountId;

const LOCKSTEP = { type: "lockstep", name: "workflow" } as const;

const organizationOf = (accounts: number, users: number): OrganizationFile => ({
  managementAccountId: "100000000000",
  accounts: [
    { id: "100000000000", name: "management", ou: "/", state: "ACTIVE", tags: {} },
    ...Array.from({ length: accounts }, (_, index) => ({
      id: accountId(index),
      name: `account-${String(index)}`,
      ou: "/",
      state: "ACTIVE" as const,
      tags: {},
    })),
  ],
  identityCenter: {
    region: identityCenter.region,
    users: Array.from({ length: users }, (_, index) => ({
      userName: `user-${String(index)}`,
      email: `user-${String(index)}@example.com`,
      displayName: `User ${String(index)}`,
      status: "ENABLED" as const,
      externalIds: [],
    })),
    groups: [],
    permissionSets: [{ name: "PowerUser", managedPolicies: [], sessionDuration: "PT1H", tags: {} }],
    assignments: [],
  },
});

/** A request for one entitlement, approved, at `now`. */
const approved = (name: string, entitlement: Entitlement, now: Date): RequestIn<"approved"> => {
  const pending = aPendingRequest({ id: aRequestId(name) }, now);
  const requested = {
    ...pending.entitlements[0],
    entitlement,
  } as RequestIn<"approved">["entitlements"][number];
  const content = { ...commonOf(pending), entitlements: [requested] };
  return begin(
    "AutomaticallyApproved",
    { ...content, frozen: frozenHash(content) },
    { actor: { type: "user", userId: pending.requester.userId }, now },
  );
};

/** The same access, granted, until `expiresAt`. */
const active = (request: RequestIn<"approved">, now: Date, expiresAt: Date): RequestIn<"active"> => {
  const occasion = { actor: LOCKSTEP, now };
  const expiry = { expiresAt: timestamp(expiresAt) };
  const granting = evolve("GrantStarted", request, { ...commonOf(request), ...expiry }, occasion);
  const entitlements = request.entitlements.map((one) => ({ ...one, status: "granted" as const }));
  const draft = { ...commonOf(granting), ...expiry, entitlements, activeAt: timestamp(now) };
  return evolve("AccessGranted", granting, draft, occasion);
};

/** Lets everything expire at one moment, on a virtual clock: the real machine, use cases and provider on the simulated Identity Center. */
export const playBurst = async (burst: Burst): Promise<BurstResult> => {
  const time = new VirtualTime(EXPIRY - 1_000);
  const store = new MemoryStore();
  const perAccount = Math.ceil((burst.expiring + burst.granting) / burst.accounts);
  const counted = { refused: 0, invocations: 0 };
  const calls: Record<string, number> = {};
  const seen: number[] = [];
  const identity = createIdentityServices({
    clock: time,
    store,
    organization: organizationOf(burst.accounts, perAccount),
    limits: { requestsPerSecond: REQUESTS_PER_SECOND, outstandingOperations: OUTSTANDING },
    operations: { durationOf: () => OPERATION_MILLISECONDS },
  });
  const documents = identityCenterDocuments(store);
  const [permissionSet] = documents.permissionSets.all();
  if (permissionSet === undefined) throw new Error("There is no permission set");

  const caller = administratorOf(identity.managementAccountId);
  const serviceOf = { "sso-admin": identity.identityCenter, identitystore: identity.identityStore } as const;
  const clientsFor = simulatedClients(async ({ service, operation, input }) => {
    if (service !== "sso-admin" && service !== "identitystore")
      throw new Error(`Nobody needs ${service} here`);
    if (service === "sso-admin") {
      calls[operation] = (calls[operation] ?? 0) + 1;
      seen.push(time.milliseconds);
    }
    try {
      return await serviceOf[service].operations[operation]?.(input as JsonObject, caller);
    } catch (error) {
      counted.refused += 1;
      throw error;
    }
  });

  const requests = new FakeAccessRequestStore();
  const entitlements = new FakeEntitlementStore(time);
  const turns = new FakeTurns(time);
  const granting = sharedAdmission({ pace: new FakePaceItem(), share: SHARES.grant, clock: time });
  const providersWith = (admission: Parameters<typeof accountAssignmentProvider>[0]["admission"]) => {
    const provider = accountAssignmentProvider({
      clientsFor,
      clock: time,
      admission,
      accessPortalUrl: "https://portal",
    });
    return { [provider.kind]: provider };
  };
  const revoke = revokeAccess({
    requests,
    entitlements,
    index: entitlements,
    turns,
    providers: providersWith(pacedAdmission({ clock: time, share: SHARES.revoke })),
    clock: time,
  });
  const grant = grantAccess({
    requests,
    entitlements,
    providers: providersWith(granting),
    admission: granting,
    protectedAccounts: [],
    guardrails: noGuardrails,
    flows: flowStoreWith(),
    whyNotBegin: () => Promise.resolve(undefined),
    clock: time,
  });

  let running = 0;
  const invokeFunction = async (arn: string, payload: Json): Promise<InvocationAnswer> => {
    if (running >= burst.concurrency) {
      return {
        functionError: { errorType: "Lambda.TooManyRequestsException", errorMessage: "Rate Exceeded." },
      };
    }
    running += 1;
    counted.invocations += 1;
    try {
      await time.sleep(INVOCATION_MILLISECONDS);
      const output = arn.endsWith("GrantAccessFunction")
        ? await grant(GrantAccessInputSchema.parse(payload))
        : await revoke(RevokeAccessInputSchema.parse(payload));
      return { payload: output };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { functionError: { errorType: error.name, errorMessage: error.message } };
    } finally {
      running -= 1;
    }
  };
  let ids = 0;
  let jitter = 0;
  const machine = createStepFunctions({
    clock: time,
    store,
    invokeFunction,
    publish: () => undefined,
    region: identityCenter.region,
    accountId: "111111111111",
    newId: () => `id-${String((ids += 1))}`,
    random: () => ((jitter = (jitter * 16_807 + 11) % 2_147_483_647), jitter / 2_147_483_647),
  });
  machine.registerMachine({
    arn: MACHINE,
    name: "lockstep-access-request",
    definition,
    roleArn: "arn:aws:iam::111111111111:role/machine",
    type: "STANDARD",
  });
  machine.start();
  const start = async (requestId: RequestId, from: ExecutionInput["begin"]): Promise<void> => {
    const input: JsonObject = {
      stateMachineArn: MACHINE,
      name: requestId,
      input: JSON.stringify({ version: 1, requestId, begin: from }),
    };
    await machine.service.operations["StartExecution"]?.(input, administratorOf("111111111111"));
  };

  const users = store.list("identity-store/users").map(({ id }) => id as UserId);
  const entitlementOf = (index: number): Entitlement => ({
    provider: "identity-center/account-assignment",
    region: identity.region,
    instanceArn: identity.instanceArn,
    identityStoreId: identity.identityStoreId,
    accountId: accountId(index % burst.accounts),
    permissionSetArn: permissionSet.arn as PermissionSetArn,
    principalType: "USER",
    principalId: users[Math.floor(index / burst.accounts)] ?? "",
  });
  const before = new Date(EXPIRY - 3_600_000);
  const expiring: RequestId[] = [];
  for (let index = 0; index < burst.expiring; index += 1) {
    const entitlement = entitlementOf(index);
    const request = active(
      approved(`expiring ${String(index)}`, entitlement, before),
      before,
      new Date(EXPIRY),
    );
    await requests.create(request);
    await entitlements.put({
      entitlement,
      version: 1,
      holders: { [request.id]: { expiresAt: request.expiresAt } },
      state: "ours",
    });
    documents.assignments.put(entitlement);
    documents.provisioned.put(entitlement);
    expiring.push(request.id);
    await start(request.id, "revoke");
  }
  const waiting: RequestId[] = [];
  for (let index = 0; index < burst.granting; index += 1) {
    const request = approved(`granting ${String(index)}`, entitlementOf(burst.expiring + index), time.now());
    await requests.create(request);
    waiting.push(request.id);
  }
  time.at(EXPIRY, () => {
    for (const id of waiting) void start(id, "grant");
  });

  const keys = new Set(
    Array.from({ length: burst.expiring }, (_, index) => entitlementKey(entitlementOf(index))),
  );
  const deletions = () =>
    documents.operations.all().filter(({ kind, status }) => kind === "DELETE" && status === "SUCCEEDED");
  const isOver = (): boolean =>
    entitlements.all.every(
      (record) => !keys.has(entitlementKey(record.entitlement)) || record.state === "absent",
    );
  while (!isOver()) await time.run(() => false, time.milliseconds + 10_000);
  const goneAt = Math.max(...deletions().map(({ completesAt }) => completesAt ?? 0));
  const ended = async () =>
    (await Promise.all(expiring.map((id) => requests.get(id)))).every((one) => one?.status === "ended");
  while (!(await ended())) await time.run(() => false, time.milliseconds + 10_000);
  const endings = (await Promise.all(expiring.map((id) => requests.get(id)))).map((one) =>
    one?.status === "ended" ? Date.parse(one.ended.at) : Infinity,
  );

  const ofRevokes = Object.entries(calls)
    .filter(([operation]) => !operation.includes("Creat"))
    .reduce((sum, [, count]) => sum + count, 0);
  return {
    seconds: (goneAt - EXPIRY) / 1000,
    floorSeconds: Math.max(
      ofRevokes / REQUESTS_PER_SECOND,
      (burst.expiring * OPERATION_MILLISECONDS) / 1000 / OUTSTANDING,
      (Math.ceil(burst.expiring / burst.accounts) * OPERATION_MILLISECONDS) / 1000,
    ),
    endedAfterSeconds: (Math.max(...endings) - EXPIRY) / 1000,
    calls,
    mostInOneSecond: mostWithinASecond(seen),
    refused: counted.refused,
    invocations: counted.invocations,
  };
};

const mostWithinASecond = (moments: readonly number[]): number => {
  let most = 0;
  let first = 0;
  for (const [index, moment] of moments.entries()) {
    while (moment - (moments[first] ?? moment) >= 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
};
