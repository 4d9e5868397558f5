import type { ProtectedAccount, IdentityCenterSettings } from "../contracts/environment.ts";
import type { RequestAsk } from "../contracts/http/requests.ts";
import type { AccessFlow } from "../domain/access-flow.ts";
import type { AccessRequest, RequestedEntitlement } from "../domain/access-request.ts";
import { parseDuration } from "../domain/duration.ts";
import { entitlementKey } from "../domain/entitlement.ts";
import { DomainError } from "../domain/errors.ts";
import { accountsToLocate, evaluate, groupsNamedIn, type Ask } from "../domain/evaluate.ts";
import { begin } from "../domain/evolve.ts";
import { frozenHash } from "../domain/frozen.ts";
import { secondsAfter, timestamp, wholeSecondAfter, type RequestId } from "../domain/ids.ts";
import type { Person, Principal } from "../domain/principal.ts";
import type { CatalogueAccount, CataloguePermissionSet } from "../ports/catalogue.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory, Organization } from "../ports/directory.ts";
import type { AccessFlowStore } from "../ports/stores.ts";
import { eligibleApprovers } from "./eligible-approvers.ts";
import { type Idempotency } from "./idempotency.ts";
import { inBatches } from "./in-batches.ts";
import { principalOf } from "./principal-of.ts";

export interface ComposeDependencies {
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly names: {
    readonly account: (nameOrId: string, pointer: string) => Promise<CatalogueAccount>;
    readonly permissionSet: (nameOrArn: string, pointer: string) => Promise<CataloguePermissionSet>;
  };
  readonly directory: Directory;
  readonly organization: Organization;
  readonly clock: Clock;
  readonly identityCenter: IdentityCenterSettings;
  readonly protectedAccounts: readonly ProtectedAccount[];
  /** Deployed in the delegated administrator account, not in the management account. */
  readonly delegatedAdministrator: boolean;
}

export interface SubmitInput {
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

/** What a person asks for, as a request that may be written; throws DomainError with the reason why not. */
export const composeRequest = async (
  dependencies: ComposeDependencies,
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

const targetsOf = async (dependencies: ComposeDependencies, ask: RequestAsk): Promise<readonly Target[]> => {
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
  { protectedAccounts, delegatedAdministrator }: ComposeDependencies,
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
  { flows, directory, organization }: ComposeDependencies,
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
  { organization }: ComposeDependencies,
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
