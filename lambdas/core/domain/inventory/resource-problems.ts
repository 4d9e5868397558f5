import type { ResourceFact } from "./facts.ts";
import type { Problem } from "./problem.ts";

/*
 * What keeps access to one resource from being asked for, in words; and what only a look at resources can find. None of
 * them repeats a tag's value beyond the kind of authentication: somebody may have written a password into it.
 */

/** Why no access to one resource can be asked for, and what to do. */
export type ResourceProblem = NonNullable<ResourceFact["problem"]>;

export const authTypeUnknown = ({
  tag,
  value,
}: {
  readonly tag: string;
  readonly value: string;
}): ResourceProblem => ({
  code: "auth-type-unknown",
  message: `The tag "${tag}" is "${value}"; it has to be "iam-auth" or "user-password".`,
  fix: `Set the tag "${tag}" to one of the two.`,
});

export const secretTagMissing = (tags: readonly string[]): ResourceProblem => ({
  code: "secret-tag-missing",
  message: `The database is tagged "user-password", and no tag names the secret with its user name and password.`,
  fix: `Put both into a secret of AWS Secrets Manager, and its ARN into the tag ${tags.map((tag) => `"${tag}"`).join(" or ")}.`,
});

export const secretTagMalformed = ({ tag }: { readonly tag: string }): ResourceProblem => ({
  code: "secret-tag-malformed",
  message: `The tag "${tag}" is not the ARN of a secret in AWS Secrets Manager.`,
  fix: `Write the secret's whole ARN (arn:aws:secretsmanager:…) into the tag "${tag}".`,
});

export const iamAuthenticationOff = (): ResourceProblem => ({
  code: "iam-authentication-off",
  message: `The database is tagged "iam-auth", and IAM database authentication is turned off.`,
  fix: `Turn it on (ModifyDBInstance or ModifyDBCluster, EnableIAMDatabaseAuthentication), or tag the database "user-password".`,
});

export const instanceNotManaged = (): ResourceProblem => ({
  code: "instance-not-managed",
  message: "AWS Systems Manager does not know the instance: no session can be opened on it.",
  fix: "Install the SSM agent, let the instance's role have the policy AmazonSSMManagedInstanceCore, and let it reach Systems Manager.",
});

export const instanceUnreachable = (pingStatus: string): ResourceProblem => ({
  code: "instance-unreachable",
  message: `AWS Systems Manager does not hear from the instance: its status is ${pingStatus}.`,
  fix: "Start the instance if it is stopped; otherwise see that its SSM agent runs and can reach Systems Manager.",
});

/** What the service itself would say of it was refused. */
export const detailsUnreadable = ({ message, fix }: Pick<Problem, "message" | "fix">): ResourceProblem => ({
  code: "details-unreadable",
  message,
  fix,
});

/** Resource Explorer's aggregator index is there and not to be relied on yet, or no longer. */
export const resourceExplorerIndexNotReady = ({
  state,
  ...place
}: {
  readonly state: string;
  readonly accountId: string;
  readonly region: string;
}): Problem => ({
  code: "resource-explorer-index-not-ready",
  severity: "warning",
  message: `Resource Explorer's aggregator index in account ${place.accountId} in ${place.region} is ${state}; resources are looked for region by region, by their tags only.`,
  fix: "Nothing while it is being created or updated: the next sync looks again. If it is being deleted, turn Resource Explorer on again.",
  ...place,
});

/** There is an aggregator index, and no view through which all of it can be read. */
export const resourceExplorerViewUnusable = (place: {
  readonly accountId: string;
  readonly region: string;
}): Problem => ({
  code: "resource-explorer-view-unusable",
  severity: "warning",
  message: `Resource Explorer has no view in account ${place.accountId} in ${place.region} that includes tags and leaves nothing out; resources are looked for region by region, by their tags only.`,
  fix: `Create a view beside the aggregator index in ${place.region} without filters and with "Resource attributes: tags" included.`,
  ...place,
});
