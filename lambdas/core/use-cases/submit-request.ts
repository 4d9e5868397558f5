import type { ProtectedAccount, IdentityCenterSettings } from "../contracts/environment.ts";
import type { RequestAsk } from "../contracts/http/requests.ts";
import { PAYLOAD_VERSION } from "../contracts/workflow.ts";
import type { AccessFlow } from "../domain/access-flow.ts";
import type { AccessRequest, RequestedEntitlement } from "../domain/access-request.ts";
import { parseDuration } from "../domain/duration.ts";
import { entitlementKey } from "../domain/entitlement.ts";
import { DomainError, RetryableError } from "../domain/errors.ts";
import { accountsToLocate, evaluate, groupsNamedIn, type Ask } from "../domain/evaluate.ts";
import { begin, commonOf, evolve } from "../domain/evolve.ts";
import { frozenHash } from "../domain/frozen.ts";
import { shortHashOf } from "../domain/hash.ts";
import { secondsAfter, timestamp, wholeSecondAfter, type RequestId, type Timestamp } from "../domain/ids.ts";
import type { Person, Principal } from "../domain/principal.ts";
import type { CatalogueAccount, CataloguePermissionSet } from "../ports/catalogue.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory, Organization } from "../ports/directory.ts";
import type { AccessFlowStore, AccessRequestStore, WriteOutcome } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";
import { eligibleApprovers } from "./eligible-approvers.ts";
import { isReplay, type Idempotency } from "./idempotency.ts";
import { inBatches } from "./in-batches.ts";
import { persistOrReread } from "./persist.ts";
import { principalOf } from "./principal-of.ts";

export interface SubmitDependencies {
  readonly requests: AccessRequestStore;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly names: {
    readonly account: (nameOrId: string, pointer: string) => Promise<CatalogueAccount>;
    readonly permissionSet: (nameOrArn: string, pointer: string) => Promise<CataloguePermissionSet>;
  };
  readonly directory: Directory;
  readonly organization: Organization;
  readonly workflow: Workflow;
  readonly clock: Clock;
  /** Something that no other request has, for a request that came without an idempotency key. */
  readonly uniqueText: () => string;
  readonly identityCenter: IdentityCenterSettings;
  readonly protectedAccounts: readonly ProtectedAccount[];
  /** Deployed in the delegated administrator account, not in the management account. */
  readonly delegatedAdministrator: boolean;
}

interface SubmitInput {
  readonly caller: Person;
  readonly ask: RequestAsk;
  readonly idempotency?: Idempotency;
}

const LATEST_START_SECONDS = 90 * 24 * 3600;

/** Accounts that one request looks up at once. */
const AT_A_TIME = 5;

interface Target {
  readonly account: CatalogueAccount;
  readonly permissionSet: CataloguePermissionSet;
}

/** Makes an access request and starts its workflow, or says why not and leaves no trace. */
export const submitRequest =
  (dependencies: SubmitDependencies) =>
  async (input: SubmitInput): Promise<{ readonly request: AccessRequest; readonly replayed: boolean }> => {
    const { requests } = dependencies;
    const id = requestId(dependencies, input);
    if (input.idempotency !== undefined) {
      const earlier = await requests.get(id);
      if (earlier !== undefined) return replay(dependencies, earlier, input.idempotency);
    }
    const request = await compose(dependencies, id, input);
    if ((await create(requests, request)) === "conflict") {
      const earlier = await requests.get(id);
      if (earlier === undefined) throw new Error(`Request ${id} exists and cannot be read`);
      return replay(dependencies, earlier, input.idempotency);
    }
    return { request: await startOrWithdraw(dependencies, request, input), replayed: false };
  };

/** Writes the request. A write that nobody answered is looked for, so that it does not stay behind without its workflow. */
const create = async (requests: AccessRequestStore, request: AccessRequest): Promise<WriteOutcome> => {
  try {
    return await requests.create(request);
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    const found = await requests.get(request.id).catch(() => undefined);
    if (found?.trail[0]?.hash === request.trail[0]?.hash) return "written";
    throw error;
  }
};

const requestId = ({ uniqueText }: SubmitDependencies, { caller, idempotency }: SubmitInput): RequestId =>
  `r-${shortHashOf({ caller: caller.userId, key: idempotency?.key ?? uniqueText() }, 26)}` as RequestId;

/** A repeated POST is answered by the item that the first one made, and starts what the first one may not have started. */
const replay = async (
  dependencies: SubmitDependencies,
  earlier: AccessRequest,
  idempotency: Idempotency | undefined,
): Promise<{ readonly request: AccessRequest; readonly replayed: boolean }> => {
  if (!isReplay(earlier, idempotency)) throw new Error(`Request id ${earlier.id} was derived twice`);
  await start(dependencies, earlier);
  return { request: earlier, replayed: true };
};

const start = async ({ workflow }: SubmitDependencies, request: AccessRequest): Promise<void> => {
  const common = { version: PAYLOAD_VERSION, requestId: request.id } as const;
  if (request.status === "pending") {
    // The first deadline, whatever step the request is at by now: a repeated start has to bring the same input.
    const deadline = firstDeadline(request.createdAt, request.approval.steps[0]?.withinSeconds ?? 0);
    await workflow.start(request.id, { ...common, begin: "approval", deadline });
  }
  // Approved before its workflow was started, if it ever was: then it begins with the grant.
  if (request.status === "approved" || request.status === "scheduled") {
    await workflow.start(request.id, { ...common, begin: "grant" });
  }
};

const firstDeadline = (createdAt: Timestamp, withinSeconds: number): Timestamp =>
  secondsAfter(new Date(createdAt), withinSeconds);

/** Without an idempotency key nobody can come back for this request: one that could not be started is withdrawn. */
const startOrWithdraw = async (
  dependencies: SubmitDependencies,
  request: AccessRequest,
  { idempotency }: SubmitInput,
): Promise<AccessRequest> => {
  try {
    await start(dependencies, request);
    return request;
  } catch (error) {
    if (idempotency !== undefined) throw error;
    const left = await withdraw(dependencies, request.id);
    if (left.status === "cancelled") throw error;
    // It was started after all, only the answer was lost: it has gone on.
    return left;
  }
};

const withdraw = ({ requests, clock }: SubmitDependencies, id: RequestId): Promise<AccessRequest> =>
  persistOrReread(requests, id, (request) => {
    if (request === undefined) throw new Error(`Request ${id} has vanished`);
    if (request.status !== "pending" && request.status !== "approved") return { done: request };
    const now = clock.now();
    const ended = {
      reason: "cancelled" as const,
      at: timestamp(now),
      message: "the workflow could not be started",
    };
    const occasion = {
      actor: { type: "lockstep", name: "api" } as const,
      now,
      details: { message: ended.message },
    };
    return {
      name: "RequestCancelled",
      next: evolve("RequestCancelled", request, { ...commonOf(request), ended }, occasion),
    };
  });

const compose = async (
  dependencies: SubmitDependencies,
  id: RequestId,
  { caller, ask, idempotency }: SubmitInput,
): Promise<AccessRequest> => {
  const { clock } = dependencies;
  const durationSeconds = parseDuration(ask.duration) ?? 0;
  assertStart(ask.startAt, clock.now());
  const targets = await targetsOf(dependencies, ask);
  assertGrantable(dependencies, targets);
  const principal = await principalOf(dependencies, caller, ask.principal);
  const flow = await flowFor(dependencies, caller, targets, durationSeconds);
  await assertAccountsActive(dependencies, targets);
  const { requesterCanApproveSelf } = flow.settings;
  const { steps } = flow.approval;
  const who = { requester: caller.userId, principal, requesterCanApproveSelf };
  const asked = await eligibleApprovers(dependencies)(steps, who);
  const now = clock.now();
  const content = {
    id,
    requester: caller,
    principal,
    entitlements: entitlementsOf(dependencies.identityCenter, targets, principal),
    flow: { name: flow.name, version: flow.version },
    duration: ask.duration,
    durationSeconds,
    justification: ask.justification,
    createdAt: timestamp(now),
    ...(ask.startAt === undefined ? {} : { startAt: timestamp(wholeSecondAfter(new Date(ask.startAt))) }),
    approval: { steps, asked: [...asked], requesterCanApproveSelf, decisions: [] },
    answered: idempotency === undefined ? [] : [{ ...idempotency }],
  };
  const draft = { ...content, frozen: frozenHash(content) };
  const occasion = {
    actor: { type: "user", userId: caller.userId } as const,
    now,
    details: {
      flow: flow.name,
      duration: ask.duration,
      entitlements: content.entitlements.map(({ entitlement }) => entitlementKey(entitlement)),
    },
  };
  const [first] = steps;
  return first === undefined
    ? begin("AutomaticallyApproved", draft, occasion)
    : begin("ApprovalNeeded", { ...draft, deadline: secondsAfter(now, first.withinSeconds) }, occasion);
};

const assertStart = (startAt: string | undefined, now: Date): void => {
  if (startAt === undefined) return;
  const start = new Date(startAt);
  const latest = new Date(secondsAfter(now, LATEST_START_SECONDS));
  if (start < now || start > latest) {
    const detail = `startAt is ${startAt}; expected a time between now and 90 days ahead (${latest.toISOString()}).`;
    throw new DomainError("start-out-of-bounds", detail, [{ pointer: "/startAt", detail }]);
  }
};

const targetsOf = async (dependencies: SubmitDependencies, ask: RequestAsk): Promise<readonly Target[]> => {
  const targets: Target[] = [];
  for (const [index, { account, permissionSet }] of ask.entitlements.entries()) {
    const target = {
      account: await dependencies.names.account(account, `/entitlements/${String(index)}/account`),
      permissionSet: await dependencies.names.permissionSet(
        permissionSet,
        `/entitlements/${String(index)}/permissionSet`,
      ),
    };
    const twin = targets.findIndex(
      (other) =>
        other.account.id === target.account.id && other.permissionSet.arn === target.permissionSet.arn,
    );
    if (twin >= 0) {
      const detail = `Entitlements ${String(twin + 1)} and ${String(index + 1)} are the same: ${target.permissionSet.name} in ${target.account.name}.`;
      throw new DomainError("duplicate-entitlement", detail, [
        { pointer: `/entitlements/${String(index)}`, detail },
      ]);
    }
    targets.push(target);
  }
  return targets;
};

const protection = {
  management: ["management-account", "is the organization's management account"],
  lockstep: ["lockstep-account", "is the account that Lockstep itself runs in"],
  listed: ["protected-account", "is listed as protected"],
} as const;

/** Deny by default, in code; the grant function's role denies the same accounts again in IAM. */
const assertGrantable = (
  { protectedAccounts, delegatedAdministrator }: SubmitDependencies,
  targets: readonly Target[],
): void => {
  for (const { account, permissionSet } of targets) {
    const found = protectedAccounts.find(({ id }) => id === account.id);
    if (found !== undefined) {
      const [code, why] = protection[found.reason];
      throw new DomainError(
        code,
        `Account ${account.id} (${account.name}) ${why}: nothing is granted there.`,
      );
    }
    if (delegatedAdministrator && permissionSet.inManagementAccount) {
      throw new DomainError(
        "managed-from-management-account",
        `Permission set ${permissionSet.name} is provisioned in the management account, and Lockstep runs in a delegated administrator account, from where AWS does not let anyone manage it.`,
      );
    }
  }
};

const flowFor = async (
  { flows, directory, organization }: SubmitDependencies,
  caller: Person,
  targets: readonly Target[],
  durationSeconds: number,
): Promise<AccessFlow> => {
  const all = await flows.list();
  const ask: Ask = {
    requester: caller.userId,
    targets: targets.map(({ account, permissionSet }) => ({
      accountId: account.id,
      permissionSetArn: permissionSet.arn,
    })),
    durationSeconds,
  };
  const groups = groupsNamedIn(all.flatMap(({ requestors }) => requestors.anyOf));
  const memberships =
    groups.length === 0 ? new Set<never>() : await directory.memberships(caller.userId, groups);
  const located = await inBatches(
    accountsToLocate(ask, all),
    AT_A_TIME,
    async (account) => [account, await organization.ancestorsOf(account)] as const,
  );
  const evaluation = evaluate(ask, { flows: all, memberships, ancestors: new Map(located) });
  if (evaluation.allowed) return evaluation.flow;
  const detail = `Nothing allows this request: ${evaluation.reasons.join("; ")}.`;
  throw new DomainError(
    evaluation.code,
    detail,
    evaluation.code === "duration-above-maximum"
      ? [{ pointer: "/duration", detail: evaluation.reasons.join("; ") }]
      : [],
  );
};

const assertAccountsActive = async (
  { organization }: SubmitDependencies,
  targets: readonly Target[],
): Promise<void> => {
  const ids = [...new Set(targets.map(({ account }) => account.id))];
  const accounts = await inBatches(ids, AT_A_TIME, async (id) => ({
    id,
    account: await organization.account(id),
  }));
  for (const { id, account } of accounts) {
    if (account?.state !== "ACTIVE") {
      const found = account === undefined ? "not in the organization any more" : account.state;
      throw new DomainError(
        "account-not-active",
        `Account ${id} is ${found}; access is granted only into ACTIVE accounts.`,
      );
    }
  }
};

const entitlementsOf = (
  { region, instanceArn, identityStoreId }: IdentityCenterSettings,
  targets: readonly Target[],
  principal: Principal,
): RequestedEntitlement[] =>
  targets.map(({ account, permissionSet }) => ({
    entitlement: {
      provider: "identity-center/account-assignment",
      region,
      instanceArn,
      identityStoreId,
      accountId: account.id,
      permissionSetArn: permissionSet.arn,
      principalType: principal.type,
      principalId: principal.id,
    },
    accountName: account.name,
    permissionSetName: permissionSet.name,
    status: "requested",
    standing: false,
  }));
