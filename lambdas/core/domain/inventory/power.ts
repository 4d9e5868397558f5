import type { PermissionSetFact } from "./facts.ts";
import { statementsIn, type Statement } from "./policy-statements.ts";

/** How much a permission set lets somebody do, the most first. */
export const PowerLevels = ["administrator", "power-user", "writes-iam", "writes", "read-only"] as const;
export type PowerLevel = (typeof PowerLevels)[number];

/** A level, and what in the permission set makes it so, in words. */
export interface Power {
  readonly level: PowerLevel;
  readonly why: string;
}

/** Negative: `a` is the more powerful. */
export const comparePower = (a: PowerLevel, b: PowerLevel): number =>
  PowerLevels.indexOf(a) - PowerLevels.indexOf(b);

/**
 * What a permission set amounts to: its most powerful policy counts. Denials and conditions are not weighed, and what
 * cannot be read counts as writing: it is an order to look at things in, never a decision.
 */
export const powerOf = (
  permissionSet: Pick<PermissionSetFact, "managedPolicies" | "customerManagedPolicies" | "inlinePolicy">,
): Power => {
  const { managedPolicies, customerManagedPolicies, inlinePolicy } = permissionSet;
  const powers = [
    ...managedPolicies.map(ofManagedPolicy),
    ...customerManagedPolicies.map(ofCustomerManagedPolicy),
    ...(inlinePolicy === undefined ? [] : [ofInlinePolicy(inlinePolicy)]),
  ];
  const [most] = powers.toSorted((a, b) => comparePower(a.level, b.level));
  return most ?? { level: "read-only", why: "It has no policy: it allows nothing." };
};

/**
 * AWS managed policies whose names do not say what they allow
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html and
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html).
 */
const KNOWN_POLICIES: Readonly<Record<string, Power>> = {
  AdministratorAccess: {
    level: "administrator",
    why: "The AWS managed policy AdministratorAccess allows everything.",
  },
  PowerUserAccess: {
    level: "power-user",
    why: "The AWS managed policy PowerUserAccess allows everything but managing people, roles and the organization.",
  },
  SecurityAudit: {
    level: "read-only",
    why: "The AWS managed policy SecurityAudit allows reading settings.",
  },
};

/** Names of AWS managed policies that change who may do what: whoever has one of them can get themselves more. */
const WRITES_IAM =
  /^(?:IAMFullAccess|AdministratorAccess-.+|AWSOrganizationsFullAccess|AWSSSO(?:Master|Member)AccountAdministrator|AWSSSODirectoryAdministrator|AWSIdentitySyncFullAccess)$/;

/** `ReadOnlyAccess`, `AmazonS3ReadOnlyAccess`, `job-function/ViewOnlyAccess`, `AWSCloudTrail_ReadOnlyAccess`, `AWSSSOReadOnly`. */
const READS = /(?:Read-?Only|View-?Only)(?:Access)?(?:Policy)?(?:V\d+)?$/i;

const ofManagedPolicy = (arn: string): Power => {
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const known = KNOWN_POLICIES[name];
  if (known !== undefined) return known;
  if (WRITES_IAM.test(name)) {
    return {
      level: "writes-iam",
      why: `The AWS managed policy ${name} allows changing who may do what, and so getting oneself more.`,
    };
  }
  return READS.test(name)
    ? { level: "read-only", why: `The AWS managed policy ${name} allows reading.` }
    : { level: "writes", why: `The AWS managed policy ${name} is taken to allow changes.` };
};

const ofCustomerManagedPolicy = (name: string): Power => ({
  level: "writes",
  why: `The customer managed policy ${name.slice(name.lastIndexOf("/") + 1)} differs by account and is not read: it is taken to allow changes.`,
});

const ofInlinePolicy = (json: string): Power => {
  const statements = statementsIn(json);
  if (statements === undefined) {
    return { level: "writes", why: "The inline policy cannot be read: it is taken to allow changes." };
  }
  const powers = statements.filter(({ effect }) => effect === "Allow").map(ofStatement);
  const [most] = powers.toSorted((a, b) => comparePower(a.level, b.level));
  return most ?? { level: "read-only", why: "The inline policy allows nothing." };
};

const ofStatement = (statement: Statement): Power => {
  if (statement.except) return ofAllBut(statement);
  const [most] = statement.actions
    .map((action) => ofAction(action, statement))
    .toSorted((a, b) => comparePower(a.level, b.level));
  return most ?? { level: "read-only", why: "The inline policy allows nothing." };
};

/** `Allow` with `NotAction`: everything that is not named. */
const ofAllBut = ({ actions, everyResource }: Statement): Power => {
  if (!everyResource) {
    return {
      level: "writes",
      why: `The inline policy allows everything but ${actions.join(", ")} on some resources.`,
    };
  }
  const leavesOutIam = actions.some((action) => /^(?:\*|iam:\*)$/i.test(action));
  return leavesOutIam
    ? { level: "power-user", why: `The inline policy allows everything but ${actions.join(", ")}.` }
    : {
        level: "administrator",
        why: `The inline policy allows everything but ${actions.join(", ")}, and so changing who may do what.`,
      };
};

const ofAction = (action: string, { everyResource }: Statement): Power => {
  const [service = "", verb = service] = action.toLowerCase().split(":");
  if (READING_VERB.test(verb)) return { level: "read-only", why: "The inline policy allows reading." };
  if (/^\*+$/.test(service) && /^\*+$/.test(verb)) {
    return everyResource
      ? { level: "administrator", why: `The inline policy allows ${action} on every resource.` }
      : { level: "writes", why: `The inline policy allows ${action} on some resources.` };
  }
  return mayChangeIam(service, verb)
    ? {
        level: "writes-iam",
        why: `The inline policy allows ${action}: changing who may do what, and so getting oneself more.`,
      }
    : { level: "writes", why: `The inline policy allows ${action}.` };
};

/** Every operation that such a pattern matches reads: AWS names them so, and a pattern that begins otherwise may match others. */
const READING_VERB =
  /^(?:get|list|describe|view|batchget|search|lookup|head|query|scan|select|check|simulate|preview|estimate)/;

/** Services that decide who may do what; a pattern for several services may mean one of them. */
const ACCESS_SERVICES = ["iam", "sso", "identitystore", "sso-directory", "organizations"];

/** Handing an existing role to a service changes nobody's rights by itself. */
const HARMLESS_IN_IAM = new Set([
  "passrole",
  "generatecredentialreport",
  "generateservicelastaccesseddetails",
]);

const mayChangeIam = (service: string, verb: string): boolean =>
  !HARMLESS_IN_IAM.has(verb) && ACCESS_SERVICES.some((name) => matches(service, name));

/** Whether an action's service, which may have `*` and `?` in it, is the one of this name. */
const matches = (pattern: string, name: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(name);
