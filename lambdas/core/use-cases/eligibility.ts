import type { ProtectedAccount } from "../contracts/environment.ts";
import type { AccessFlow } from "../domain/access-flow.ts";
import { DomainError } from "../domain/errors.ts";
import { accountsToLocate, evaluate, groupsNamedIn, type Ask } from "../domain/evaluate.ts";
import type { Person } from "../domain/principal.ts";
import { sessionSecondsOf } from "../domain/sessions.ts";
import type { CatalogueAccount, CataloguePermissionSet } from "../ports/catalogue.ts";
import type { Directory, Organization } from "../ports/directory.ts";
import { inBatches } from "./in-batches.ts";

/** What somebody may have, as things are now: asked when access is requested, and again when more time on it is. */
export interface EligibilityDependencies {
  readonly directory: Directory;
  readonly organization: Pick<Organization, "account" | "ancestorsOf">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  /** Deployed in the delegated administrator account, not in the management account. */
  readonly delegatedAdministrator: boolean;
}

export interface Target {
  readonly account: CatalogueAccount;
  readonly permissionSet: CataloguePermissionSet;
}

interface Wanted {
  readonly caller: Person;
  readonly targets: readonly Target[];
  readonly durationSeconds: number;
}

/** Accounts that are looked up at once. */
const AT_A_TIME = 5;

const protection = {
  management: ["management-account", "is the organization's management account"],
  lockstep: ["lockstep-account", "is the account that Lockstep itself runs in"],
  listed: ["protected-account", "is listed as protected"],
} as const;

/** Deny by default, in code; the grant function's role denies the same accounts again in IAM. */
export const assertGrantable = (
  { protectedAccounts, delegatedAdministrator }: EligibilityDependencies,
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

/** The one of `flows` that allows all of it to the caller, as the directory is now; throws DomainError with the reasons when none does. */
export const servingFlow = async (
  { directory, organization }: EligibilityDependencies,
  flows: readonly AccessFlow[],
  { caller, targets, durationSeconds }: Wanted,
): Promise<AccessFlow> => {
  const ask: Ask = {
    requester: caller.userId,
    targets: targets.map(({ account, permissionSet }) => ({
      accountId: account.id,
      permissionSetArn: permissionSet.arn,
    })),
    durationSeconds,
    sessions: targets.map(({ permissionSet }) => ({
      permissionSetName: permissionSet.name,
      sessionSeconds: sessionSecondsOf(permissionSet.sessionDuration),
    })),
  };
  const groups = groupsNamedIn(flows.flatMap(({ requestors }) => requestors.anyOf));
  const memberships =
    groups.length === 0 ? new Set<never>() : await directory.memberships(caller.userId, groups);
  const located = await inBatches(
    accountsToLocate(ask, flows),
    AT_A_TIME,
    async (account) => [account, await organization.ancestorsOf(account)] as const,
  );
  const evaluation = evaluate(ask, { flows, memberships, ancestors: new Map(located) });
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

/** Throws DomainError `account-not-active`. */
export const assertAccountsActive = async (
  { organization }: EligibilityDependencies,
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
