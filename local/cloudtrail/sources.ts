import type { OrganizationsDocuments } from "../organizations/records.ts";
import type { JsonObject } from "../wire/json.ts";
import { writtenTime, type Masking } from "./members.ts";
import type { ServiceEvent, TrailSource } from "./trail-source.ts";

const nothing: Masking = () => undefined;

/**
 * "sso.amazonaws.com", in Identity Center's region
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html).
 */
export const identityCenterTrail = (region: string): TrailSource => ({
  service: "sso",
  region,
  masking: nothing,
});

/** What the directory's events show: ids and what they are ids of. */
const SHOWN_OF_THE_DIRECTORY: ReadonlySet<string> = new Set([
  "IdentityStoreId",
  "UserId",
  "GroupId",
  "MembershipId",
  "AttributePath",
  "CreatedAt",
  "UpdatedAt",
]);

/**
 * The public API of the directory is "identitystore.amazonaws.com"; the console's is "sso-directory.amazonaws.com" and
 * SCIM's "identitystore-scim.amazonaws.com", which nobody calls here
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html). Personal data is masked as in
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html, and a group's name too, since
 * January 2025 (https://aws.amazon.com/blogs/security/modifications-to-aws-cloudtrail-event-data-of-iam-identity-center/).
 */
export const identityStoreTrail = (region: string): TrailSource => ({
  service: "identitystore",
  region,
  masking: (member) => (SHOWN_OF_THE_DIRECTORY.has(member) ? undefined : "HIDDEN_DUE_TO_SECURITY_REASONS"),
});

/** IAM is one for all regions, and logged in us-east-1 (https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html). */
export const iamTrail: TrailSource = { service: "iam", region: "us-east-1", masking: nothing };

const creationResult = (documents: OrganizationsDocuments, output: JsonObject): readonly ServiceEvent[] => {
  const { Id } = output["CreateAccountStatus"] as { readonly Id: string };
  const creation = documents.creations.get(Id);
  if (creation === undefined) return [];
  const createAccountStatus: JsonObject = {
    id: creation.id,
    state: creation.accountId === undefined ? "FAILED" : "SUCCEEDED",
    accountName: "****",
    ...(creation.accountId === undefined
      ? { failureReason: creation.failureReason }
      : { accountId: creation.accountId }),
    requestedTimestamp: writtenTime(creation.at),
    completedTimestamp: writtenTime(creation.at),
  };
  return [{ eventName: "CreateAccountResult", details: { createAccountStatus }, afterMilliseconds: 0 }];
};

const closureResult = (
  documents: OrganizationsDocuments,
  input: JsonObject,
  closureMilliseconds: number,
): readonly ServiceEvent[] => {
  const accountId = input["AccountId"];
  const closesAt = typeof accountId === "string" ? documents.accounts.get(accountId)?.closesAt : undefined;
  if (closesAt === undefined) return [];
  const closeAccountStatus: JsonObject = {
    accountId,
    state: "SUCCEEDED",
    requestedTimestamp: writtenTime(closesAt - closureMilliseconds),
    completedTimestamp: writtenTime(closesAt),
  };
  return [
    {
      eventName: "CloseAccountResult",
      details: { closeAccountStatus },
      afterMilliseconds: closureMilliseconds,
    },
  ];
};

/**
 * "You can view all CloudTrail information for AWS Organizations only in the US East (N. Virginia) Region." An account's
 * name and email address are masked, and creating and closing one is announced when it is done
 * (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html, "Example log entries").
 */
export const organizationsTrail = (
  documents: OrganizationsDocuments,
  closureMilliseconds: number,
): TrailSource => ({
  service: "organizations",
  region: "us-east-1",
  masking: (member) => (member === "AccountName" || member === "Email" ? "****" : undefined),
  announcedAfter: (operation, input, output) => {
    if (operation === "CreateAccount") return creationResult(documents, output);
    if (operation === "CloseAccount") return closureResult(documents, input, closureMilliseconds);
    return [];
  },
});
