import type { Problem } from "./problem.ts";

/*
 * Every problem in words: what was found, and what to do. Here and nowhere else, so that the API, a sync and `npm start`
 * say the same sentence. None of them holds a token, a session's name or anything about a person.
 */

/** Where it was found; absent where it concerns everything that is looked at. */
export interface Place {
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * Which policy is in the way, as AWS says: `denied` by a statement in it, or `not-allowed` by any of its kind
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
 */
export interface Refusal {
  readonly how: "denied" | "not-allowed";
  /** `identity-based policy`, `permissions boundary`, `service control policy`, … */
  readonly policy: string;
  readonly policyArn?: string | undefined;
}

export const accessDenied = ({
  action,
  principal,
  refusal,
  ...place
}: Place & {
  /** Such as `sso:ListAccountAssignments`. */
  readonly action: string;
  /** Who was refused: an ARN, or nothing when AWS did not say. */
  readonly principal?: string | undefined;
  readonly refusal?: Refusal | undefined;
}): Problem => {
  const who = principal ?? "the role that Lockstep reads with";
  return inPlace(place, {
    code: "access-denied",
    severity: "warning",
    message: `AWS does not let ${who} do ${action}${where(place)}: ${whyRefused(refusal)}.`,
    fix: howToAllow(action, refusal),
  });
};

export const regionDeniedByPolicy = ({
  action,
  principal,
  refusal,
  accountId,
  region,
}: {
  readonly action: string;
  readonly principal?: string | undefined;
  readonly refusal: Refusal;
  readonly accountId?: string | undefined;
  readonly region: string;
}): Problem =>
  inPlace(
    { accountId, region },
    {
      code: "region-denied-by-policy",
      severity: "warning",
      message: `A ${named(refusal)} of the organization does not let ${principal ?? "the role that Lockstep reads with"} do ${action} in ${region}.`,
      fix: `Exempt the role from that policy, or let the policy allow ${region} (it usually names regions under aws:RequestedRegion).`,
    },
  );

/** AWS refuses a call about one account, and answers it for others. */
export const accessNotSeen = (accountId: string, refusal: Problem): Problem => ({
  ...refusal,
  accountId,
  message: `Who has access to account ${accountId} cannot be seen: ${refusal.message}`,
});

/** Identity Center's data can be encrypted with a key of the organization's own; whoever reads it has to use that key too. */
export const encryptionKeyUnusable = ({
  action,
  reason,
  ...place
}: Place & {
  readonly action: string;
  /** As AWS names it: `KMS_AccessDeniedException`, `KMS_KEY_DISABLED`, … */
  readonly reason: string;
}): Problem =>
  inPlace(place, {
    code: "access-denied",
    severity: "error",
    message: `${action} cannot use the KMS key that the data of IAM Identity Center is encrypted with${where(place)} (${reason}).`,
    fix: "See that the key exists and is enabled, and let its policy allow kms:Decrypt to the role that Lockstep reads with.",
  });

export const regionDisabled = ({ accountId, region }: Place & { readonly region: string }): Problem =>
  inPlace(
    { accountId, region },
    {
      code: "region-disabled",
      severity: "warning",
      message: `${region} refuses credentials that are valid elsewhere: ${accountId === undefined ? "the account" : `account ${accountId}`} has not enabled this region.`,
      fix: `Enable ${region} for the account (Account Management, "AWS Regions").`,
    },
  );

export const credentialsExpired = (place: Place = {}): Problem =>
  inPlace(place, {
    code: "credentials-expired",
    severity: "error",
    message:
      "The credentials that Lockstep reads AWS with have expired, or AWS does not accept them any more.",
    fix: "Refresh the integration: every sync takes new credentials. With credentials of your own, sign in to AWS again first.",
  });

export const externalIdRefused = ({ roleArn, ...place }: Place & { readonly roleArn: string }): Problem =>
  inPlace(place, {
    code: "external-id-refused",
    severity: "error",
    message: `The role ${roleArn} is there and does not accept Lockstep's ExternalId.`,
    fix: "Update the stack that made the role with the ExternalId that the integration shows.",
  });

export const connectorRoleMissing = ({ roleArn, ...place }: Place & { readonly roleArn: string }): Problem =>
  inPlace(place, {
    code: "connector-role-missing",
    severity: "error",
    message: `Lockstep cannot assume the integration's role ${roleArn}: it does not exist, or it does not trust Lockstep's functions.`,
    fix: "Deploy the stack of docs/connectors.md into that account (LockstepConnector for an organization, LockstepMember for an account), and write the role ARN of its outputs into the integration.",
  });

export const memberRoleMissing = ({
  accountId,
  roleArn,
}: {
  readonly accountId: string;
  readonly roleArn: string;
}): Problem =>
  inPlace(
    { accountId },
    {
      code: "member-role-missing",
      severity: "warning",
      message: `Account ${accountId} has no role ${roleArn} that Lockstep can assume.`,
      fix: "Let the StackSet of the member roles reach this account, or exclude the account from the integration: then nothing of it is shown any more, standing access included, and none can be asked for. Where the integration is of this account alone, see whether its accountId is the right one, and deploy the stack LockstepMember there.",
    },
  );

/** The account that is asked belongs to no organization. */
export const organizationNotInUse = (place: Place = {}): Problem =>
  inPlace(place, {
    code: "trusted-access-missing",
    severity: "error",
    message: "The account that Lockstep reads with belongs to no organization.",
    fix: "Connect the management account (or the delegated administrator account of IAM Identity Center), or make this an integration of kind aws-account.",
  });

/** AWS Organizations answers only the management account and delegated administrators, whatever a role's policy says. */
export const organizationsTrustMissing = ({
  action,
  ...place
}: Place & { readonly action: string }): Problem =>
  inPlace(place, {
    code: "trusted-access-missing",
    severity: "error",
    message: `AWS Organizations refuses ${action}: the account that Lockstep reads with is neither the management account nor a delegated administrator.`,
    fix: "Enable trusted access for IAM Identity Center and register this account as its delegated administrator, or connect the management account.",
  });

/** An instance of Identity Center as it is listed. */
export interface ListedInstance {
  readonly instanceArn: string;
  readonly ownerAccountId?: string | undefined;
}

export const twoIdentityCenterInstances = ({
  region,
  instances,
  used,
}: {
  readonly region: string;
  readonly instances: readonly ListedInstance[];
  /** The one that is read all the same; absent when none of them can be told to be the organization's. */
  readonly used?: string | undefined;
}): Problem =>
  inPlace(
    { region },
    {
      code: "two-identity-center-instances",
      severity: used === undefined ? "error" : "warning",
      message: `IAM Identity Center has ${String(instances.length)} instances in ${region}: ${listed(instances)}. ${
        used === undefined
          ? "None of them can be told to be the organization's."
          : `Lockstep reads ${used}, the organization's.`
      }`,
      fix: "An account instance beside the organization's grants no access to accounts: delete it if nothing uses it, or connect the management account, which sees the organization's instance alone.",
    },
  );

export const identityCenterNotFound = ({
  region,
  instances = [],
  wanted = "organization instance",
}: {
  readonly region?: string | undefined;
  /** What is seen instead. */
  readonly instances?: readonly ListedInstance[];
  /** What was looked for, as the end of "shows no …". */
  readonly wanted?: string;
}): Problem =>
  inPlace(
    { region },
    {
      code: "identity-center-not-found",
      severity: "error",
      message: `IAM Identity Center shows no ${wanted}${where({ region })}${
        instances.length === 0 ? "" : `, only ${listed(instances)}`
      }.`,
      fix: "Write the region in which IAM Identity Center is enabled for the organization into the integration, and read with the management account or the delegated administrator account of IAM Identity Center.",
    },
  );

export const resourceExplorerNotEnabled = (place: Place): Problem =>
  inPlace(place, {
    code: "resource-explorer-not-enabled",
    severity: "warning",
    message: `Resource Explorer is not enabled${where(place)}; resources are looked for region by region, by their tags only.`,
    fix: "Turn on Resource Explorer with an aggregator index and a default view that includes tags.",
  });

export const resourceExplorerIndexLocal = (place: Place & { readonly region: string }): Problem =>
  inPlace(place, {
    code: "resource-explorer-index-local",
    severity: "warning",
    message: `Resource Explorer's index${where(place)} is local: it shows the resources of that region alone.`,
    fix: "Make it the aggregator index, or write the region of the aggregator index into the integration.",
  });

export const accountSuspended = ({
  accountId,
  state,
}: {
  readonly accountId: string;
  /** As AWS names it. */
  readonly state: string;
}): Problem =>
  inPlace(
    { accountId },
    {
      code: "account-suspended",
      severity: "warning",
      message: `Account ${accountId} is ${state}: AWS lets nobody look into it.`,
      fix: "Reopen the account, or exclude it from the integration: then nothing of it is shown any more, standing access included.",
    },
  );

export const throttled = ({ action, ...place }: Place & { readonly action: string }): Problem =>
  inPlace(place, {
    code: "throttled",
    severity: "warning",
    message: `AWS kept asking to slow down at ${action}${where(place)}.`,
    fix: "Nothing: the next sync goes on. If it stays so, find out what else calls this API, or ask AWS for a higher rate.",
  });

export const unreachable = ({ action, ...place }: Place & { readonly action: string }): Problem =>
  inPlace(place, {
    code: "unreachable",
    severity: "warning",
    message: `AWS did not answer ${action}${where(place)}.`,
    fix: "Nothing: the next sync goes on. If it stays so, see the AWS Health Dashboard and the function's way to the network.",
  });

const inPlace = ({ accountId, region }: Place, problem: Omit<Problem, "accountId" | "region">): Problem => ({
  ...problem,
  ...(accountId === undefined ? {} : { accountId }),
  ...(region === undefined ? {} : { region }),
});

const where = ({ accountId, region }: Place): string =>
  `${accountId === undefined ? "" : ` in account ${accountId}`}${region === undefined ? "" : ` in ${region}`}`;

const named = ({ policy, policyArn }: Refusal): string =>
  policyArn === undefined ? policy : `${policy} (${policyArn})`;

const whyRefused = (refusal: Refusal | undefined): string => {
  if (refusal === undefined) return "AWS does not say which policy is in the way";
  return refusal.how === "denied"
    ? `a statement of its ${named(refusal)} denies it`
    : `no ${named(refusal)} allows it`;
};

const howToAllow = (action: string, refusal: Refusal | undefined): string => {
  if (refusal === undefined || (refusal.policy === "identity-based policy" && refusal.how === "not-allowed"))
    return `Allow ${action} in the role's policy; for a role of the LockstepConnector stack, update that stack.`;
  return refusal.how === "denied"
    ? `Exempt the role from the deny in the ${refusal.policy}, or take ${action} out of it.`
    : `Allow ${action} in the ${refusal.policy} that applies to the role.`;
};

const listed = (instances: readonly ListedInstance[]): string =>
  instances
    .map(({ instanceArn, ownerAccountId }) =>
      ownerAccountId === undefined ? instanceArn : `${instanceArn} of account ${ownerAccountId}`,
    )
    .join(" and ");

/** Somebody deleted the integration while it was synced. */
export const integrationGone = (): Problem => ({
  code: "integration-gone",
  severity: "error",
  message: "The integration was deleted, or made another kind, while it was synced.",
  fix: "Nothing is to be done; an integration of the same name is synced anew.",
});

/** Somebody changed the integration, and nobody works any more on a pass that was begun before. */
export const integrationChanged = (): Problem => ({
  code: "integration-gone",
  severity: "error",
  message: "The integration was changed after this sync was begun, and the sync did not get on.",
  fix: "Nothing is to be done: a sync of the integration as it is now was begun in its place.",
});

/** The integration names no connector any more, and is not what Lockstep's own permissions show. */
export const connectorGone = (accountId: string): Problem => ({
  code: "connector-role-missing",
  severity: "error",
  message: `Lockstep has no way into ${accountId} any more: the integration names no connector's role.`,
  fix: "PUT the integration with the connector.roleArn that the stack of docs/connectors.md tells.",
  accountId,
});

/** Executions that look into accounts ended without an answer. */
export const accountsNotLookedInto = (accounts: number): Problem => ({
  code: "unreachable",
  severity: "warning",
  message: `${accounts} accounts were not looked into: the executions that should have done so failed.`,
  fix: "Look at the failed child executions of the sync's execution, and refresh the integration.",
});

/** Invocations that looked into the account were killed, or threw what nobody expected: their log says it. */
export const lookNeverEnded = (accountId: string, attempts: number): Problem => ({
  code: "unreachable",
  severity: "warning",
  accountId,
  message: `${attempts} attempts to look into account ${accountId} came to no end.`,
  fix: "See the log of the function lockstep-sync-accounts. Where a type has very many resources there, take it out of the integration's resourceTypes, or exclude the account: then nothing of it is shown any more, standing access included.",
});

/** The state machine's attempts ended with this error, by its name. */
export const syncGaveUp = (error: string): Problem => ({
  code: "unreachable",
  severity: "error",
  message: `The sync did not get on: its attempts ended with ${error}.`,
  fix: "Look at the log of the function lockstep-sync, and refresh the integration: the sync goes on where it was.",
});
