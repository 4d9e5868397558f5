import type { Problem } from "../../core/domain/inventory/problem.ts";
import {
  accessDenied,
  credentialsExpired,
  encryptionKeyUnusable,
  identityCenterNotFound,
  organizationNotInUse,
  organizationsTrustMissing,
  regionDeniedByPolicy,
  regionDisabled,
  type Place,
  type Refusal,
} from "../../core/domain/inventory/problem-words.ts";
import { describeError, isNamed } from "../aws-errors.ts";

/** What was asked, and where. */
export interface CallContext extends Place {
  /** As IAM names the action: `sso:ListAccountAssignments`. */
  readonly operation: string;
}

/** The problem behind AWS's refusal; undefined for an error that is none of those that have words. */
export const problemOf = (error: unknown, asked: CallContext): Problem | undefined => {
  const context = GLOBAL_SERVICE.test(asked.operation) ? { ...asked, region: undefined } : asked;
  if (isNamed(error, ...EXPIRED)) return credentialsExpired(placeOf(context));
  if (isNamed(error, ...NOT_ACCEPTED)) return ofRefusedCredentials(context);
  if (isNamed(error, "AWSOrganizationsNotInUseException")) return organizationNotInUse(placeOf(context));
  const reason = kmsReasonOf(error);
  if (reason !== undefined)
    return encryptionKeyUnusable({ ...placeOf(context), action: context.operation, reason });
  if (isWithoutIdentityCenter(error, context))
    return identityCenterNotFound({
      region: context.region,
      wanted: "instance or identity store of the id that Lockstep asks for",
    });
  return isNamed(error, ...DENIED) ? ofDeniedAccess(error, context) : undefined;
};

/** Services with one endpoint for all regions of a partition: what they refuse, they refuse in no region. */
const GLOBAL_SERVICE = /^(?:iam|organizations):/;

/**
 * AWS's name of the error and its sentence, without what must not be written down: the names of sessions and of IAM users,
 * email addresses, keys and tokens.
 */
export const plainError = (error: unknown): string =>
  describeError(error)
    .replaceAll(/(:assumed-role\/[^/\s]+)\/[^\s,;]+/g, "$1")
    .replaceAll(/(:(?:user|federated-user)\/)[^\s,;]+/g, "$1…")
    .replaceAll(/[^\s@<>"',;:]+@[^\s@<>"',;:]+/g, "…@…")
    .replaceAll(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, "…")
    .replaceAll(TOKEN, "…");

/** Tokens, and the messages that AWS encodes; nothing else in a sentence of AWS's is so long without a mark. */
const TOKEN = /[A-Za-z0-9+/_=-]{64,}/g;

/**
 * Services name it differently. CredentialsProviderError is the SDK's own: it has no credentials, or those of a profile
 * have expired (@smithy/property-provider).
 */
const EXPIRED = ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "CredentialsProviderError"];

const NOT_ACCEPTED = [
  "AuthFailure",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidToken",
  "OptInRequired",
  "UnrecognizedClientException",
];

const DENIED = [
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "AuthorizationErrorException",
  "UnauthorizedOperation",
];

/**
 * "Regions launched before March 20, 2019 are enabled by default"; all others of this partition an account has to enable
 * (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
 */
const DEFAULT_REGIONS: ReadonlySet<string> = new Set([
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
]);

/** China, GovCloud and the isolated partitions, whose regions are not enabled one by one. */
const OTHER_PARTITIONS = /^(?:cn|us-gov|us-iso|us-isob|us-isof|eu-isoe|eusc)-/;

/** A region that an account has not enabled knows nobody (https://github.com/ekristen/aws-nuke/issues/774). */
const ofRefusedCredentials = ({ region, ...context }: CallContext): Problem =>
  region !== undefined && !DEFAULT_REGIONS.has(region) && !OTHER_PARTITIONS.test(region)
    ? regionDisabled({ accountId: context.accountId, region })
    : credentialsExpired({ accountId: context.accountId, region });

const placeOf = ({ accountId, region }: CallContext): Place => ({ accountId, region });

/** Why a service of Identity Center could not use the KMS key of its data, where that is the reason. */
const kmsReasonOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !("Reason" in error)) return undefined;
  const { Reason: reason } = error;
  return typeof reason === "string" && reason.startsWith("KMS_") ? reason : undefined;
};

/** What these lists name is the instance or the identity store, and nothing else. */
const LISTS_OF_EVERYTHING = ["sso:ListPermissionSets", "identitystore:ListGroups", "identitystore:ListUsers"];

/**
 * Whether it is Identity Center itself that is not there, and not the one thing that was asked for: nobody may conclude that
 * the thing was deleted. `ResourceType` says it in Identity Store
 * (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_ListGroupMemberships.html), the sentence in sso-admin.
 */
const isWithoutIdentityCenter = (error: unknown, { operation }: CallContext): boolean => {
  if (!isNamed(error, "ResourceNotFoundException")) return false;
  const resourceType = "ResourceType" in error ? error.ResourceType : undefined;
  return (
    LISTS_OF_EVERYTHING.includes(operation) ||
    resourceType === "IDENTITY_STORE" ||
    (operation.startsWith("sso:") && /\binstance\b/i.test(error.message))
  );
};

/** "User: <ARN> is not authorized to perform: <action> …": https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html. */
const WHO_AND_WHAT = /User: (\S+) is not authorized to perform: ([\w-]+:\w+)/;
const EXPLICIT = /explicit deny(?: in an? ([\w -]+? (?:policy|boundary))\b(?::? (arn:\S+))?)?/i;
const IMPLICIT = /because no ([\w -]+? (?:policy|boundary)) allows/i;

const ofDeniedAccess = ({ message }: Error, { operation, ...place }: CallContext): Problem => {
  const [, principal, action = operation] = WHO_AND_WHAT.exec(message) ?? [];
  const refusal = refusalIn(message);
  // IAM names who was refused; Organizations itself refuses an account that has no business with it in other words:
  // "You don't have permissions to access this resource" (https://github.com/aws-samples/aws-iam-access-key-auto-rotation/issues/10).
  if (operation.startsWith("organizations:") && principal === undefined && refusal === undefined)
    return organizationsTrustMissing({ action, ...place });
  const denied = { action, principal: roleOf(principal), accountId: place.accountId };
  return refusal !== undefined && isOfOrganization(refusal) && place.region !== undefined
    ? regionDeniedByPolicy({ ...denied, refusal, region: place.region })
    : accessDenied({ ...denied, refusal, region: place.region });
};

const refusalIn = (message: string): Refusal | undefined => {
  const explicit = EXPLICIT.exec(message);
  if (explicit !== null) {
    const [, policy = "policies", policyArn] = explicit;
    return { how: "denied", policy, ...(policyArn === undefined ? {} : { policyArn }) };
  }
  const [, policy] = IMPLICIT.exec(message) ?? [];
  return policy === undefined ? undefined : { how: "not-allowed", policy };
};

/** AWS does not say which condition of it was met: in a service of a region, that is nearly always the region. */
const isOfOrganization = ({ policy }: Refusal): boolean => policy.toLowerCase() === "service control policy";

const ASSUMED_ROLE = /^arn:[\w-]+:sts::\d{12}:assumed-role\/[^/]+/;

/** The role of a session, without the session's name; nothing of a user, whose name may be a person's. */
const roleOf = (principal: string | undefined): string | undefined =>
  principal === undefined ? undefined : (ASSUMED_ROLE.exec(principal)?.[0] ?? userOf(principal));

const userOf = (principal: string): string => {
  const [, accountId] = /^arn:[\w-]+:(?:iam|sts)::(\d{12}):/.exec(principal) ?? [];
  return accountId === undefined
    ? "the principal that Lockstep reads with"
    : `a user of account ${accountId}`;
};
