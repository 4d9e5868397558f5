import * as z from "zod/mini";

const oneOrMany = z.union([z.string(), z.array(z.string())]);

/** Elements that say nothing of who may assume the role are passed over: `Sid`, `Condition`'s contents, … */
const StatementSchema = z.object({
  Effect: z.enum(["Allow", "Deny"]),
  /** Absent in a statement of `NotPrincipal`, which IAM refuses in a trust policy. */
  Principal: z.optional(z.union([z.string(), z.record(z.string(), oneOrMany)])),
  Action: z.optional(oneOrMany),
  NotAction: z.optional(oneOrMany),
  Condition: z.optional(z.record(z.string(), z.unknown())),
});
type Statement = z.infer<typeof StatementSchema>;

/** A role's trust policy, as IAM keeps it. */
export const TrustPolicySchema = z.object({
  Statement: z.union([StatementSchema, z.array(StatementSchema)]),
});
export type TrustPolicy = z.infer<typeof TrustPolicySchema>;

/**
 * The IAM users and roles, and sessions of roles, that a trust policy lets assume the role: their ARNs, each once and
 * sorted, since IAM lists principals in an order that changes.
 *
 * Counted is whoever the policy names in an `Allow` of `sts:AssumeRole`. IAM refuses wildcards for it today; where one
 * covers the action, it counts, since it lets the principal in.
 *
 * Not counted:
 * - services, and federated principals, who come in by other actions (`AssumeRoleWithSAML`, `AssumeRoleWithWebIdentity`);
 * - an account as a whole (`…:root` or its twelve digits) and `*`: they leave it to other policies who of many may;
 * - unique ids (`AIDA…`, `AROA…`), which IAM shows in place of a user or role that is gone. One that is made anew under the
 *   same name is not let in (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html);
 * - whoever a `Deny` shuts out in any case: by name, by account, as the role of a session, or with everybody;
 * - `NotPrincipal`, which no trust policy can have
 *   (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html).
 *
 * A session stays a session (`arn:aws:sts::…:assumed-role/…`): it is one person's or program's, and its ARN does not say
 * what path the role's own ARN has. Conditions are out of scope: an `Allow` counts as if its condition were met (an
 * ExternalId is known, MFA is used), and a `Deny` with a condition does not count, since there are calls that it does not
 * meet.
 */
export const assumableBy = ({ Statement }: TrustPolicy): readonly string[] => {
  const statements = [Statement].flat().filter(isAboutAssumeRole);
  const denied = statements
    .filter((statement) => statement.Effect === "Deny" && !isConditional(statement))
    .flatMap(principalsOf);
  const allowed = statements
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(principalsOf)
    .filter(isAssumer)
    .filter((principal) => !denied.some((shutOut) => shutsOut(shutOut, principal)));
  return [...new Set(allowed)].sort();
};

/** Whether it is an ARN of what can be counted: an IAM user, a role or a role's session. */
export const isAssumer = (principal: string): boolean =>
  USER_OR_ROLE.test(principal) || ROLE_SESSION.test(principal);

const ASSUME_ROLE = "sts:AssumeRole";

/** A wildcard can be no part of a principal's ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html). */
const USER_OR_ROLE = /^arn:aws[a-z-]*:iam::\d{12}:(?:user|role)\/[^*?]+$/;

/** Account, and name of the role; the path is sometimes there (same page). */
const ROLE_SESSION = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/(?:[^*?]+\/)?([^*?/]+)\/[^*?/]+$/;

const ROLE = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.+\/)?([^/]+)$/;
const ACCOUNT = /^(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?$/;
const ACCOUNT_OF = /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):/;

/** IAM's console writes `"Condition": {}` where there is none. */
const isConditional = ({ Condition = {} }: Statement): boolean => Object.keys(Condition).length > 0;

const isAboutAssumeRole = ({ Action, NotAction }: Statement): boolean =>
  Action === undefined
    ? NotAction !== undefined && ![NotAction].flat().some(coversAssumeRole)
    : [Action].flat().some(coversAssumeRole);

/** Actions are compared without case; `*` is any text and `?` any character (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html). */
const coversAssumeRole = (action: string): boolean => {
  const pattern = action
    .replaceAll(/[^\w*?]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`, "i").test(ASSUME_ROLE);
};

const principalsOf = ({ Principal }: Statement): string[] => {
  if (Principal === undefined) return [];
  return typeof Principal === "string" ? [Principal] : [Principal["AWS"] ?? []].flat();
};

/**
 * "When you explicitly deny access to an AWS account, you deny access to all users contained in that account"
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html), and a role that is
 * denied is denied in all of its sessions.
 */
const shutsOut = (denied: string, principal: string): boolean => {
  if (denied === "*" || denied === principal) return true;
  const [, account] = ACCOUNT.exec(denied) ?? [];
  if (account !== undefined) return ACCOUNT_OF.exec(principal)?.[1] === account;
  const [, deniedAccount, deniedRole] = ROLE.exec(denied) ?? [];
  const [, sessionAccount, sessionRole] = ROLE_SESSION.exec(principal) ?? [];
  return deniedRole !== undefined && deniedRole === sessionRole && deniedAccount === sessionAccount;
};
