import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Application } from "../template/application.ts";
import type { PolicyDocument } from "../template/permissions.ts";
import type { Principal } from "../wire/principals.ts";
import { AwsError } from "../wire/service.ts";
import type { ConditionKeys } from "../wire/service.ts";
import { awsManagedPolicy } from "./managed-policies.ts";
import { verdictOn } from "./simulate.ts";
import type { Verdict } from "./simulate.ts";

/** An action on one or more resources, all of which must be allowed. */
export interface Access {
  readonly action: string;
  readonly resources: readonly string[];
  readonly region: string;
  /** Condition keys that the call brings along. */
  readonly context?: ConditionKeys;
}

/** Decides by the app's own policies, so that a missing or too narrow permission shows here and not in production. */
export interface IamCheck {
  /**
   * Throws AccessDeniedException unless the principal may. An administrator always may, but what a bucket's policy denies:
   * that binds everybody.
   */
  authorize(principal: Principal, access: Access): Promise<void>;
  /** Throws unless the resource's own policy lets the AWS service `service` act for `sourceArn`. */
  authorizeService(service: string, sourceArn: string, access: Access): Promise<void>;
}

interface RolePolicies {
  readonly policies: readonly { readonly name: string; readonly document: PolicyDocument }[];
  readonly conditional: boolean;
}

/** Of a role that another template made, only what its session brought along is known here. */
const sessionOnly = ({ policy }: Extract<Principal, { kind: "role" }>): RolePolicies | undefined =>
  policy === undefined
    ? undefined
    : {
        policies: [{ name: "Session", document: JSON.parse(policy) as PolicyDocument }],
        conditional: false,
      };

const hasConditions = (document: PolicyDocument) =>
  document.Statement.some((statement) => statement["Condition"] !== undefined);

/** The bucket that an ARN names, or whose object it names. */
const BUCKET = /^arn:[\w-]+:s3:::[^/]+/;

const EVERYTHING: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** AWS's wording: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const denied = (
  who: string,
  action: string,
  resource: string,
  verdict: Verdict,
  policyKind: string,
): AwsError => {
  const because =
    verdict === "ExplicitlyDenied"
      ? `with an explicit deny in ${policyKind === "identity-based" ? "an identity-based" : `a ${policyKind}`} policy`
      : `because no ${policyKind} policy allows the ${action} action`;
  // An action without resource types is refused without naming one.
  const on = resource === "*" ? "" : ` on resource: ${resource}`;
  return new AwsError(
    "AccessDeniedException",
    `User: ${who} is not authorized to perform: ${action}${on} ${because}`,
  );
};

export const createIamCheck = (
  { roles, resourcePolicies }: Pick<Application, "roles" | "resourcePolicies">,
  clock: Clock,
): IamCheck => {
  const policiesByRole = new Map(
    roles.map((role): [string, RolePolicies] => {
      const managed = role.managedPolicyArns.map((arn) => ({ name: arn, document: awsManagedPolicy(arn) }));
      const policies = [...role.policies, ...managed];
      return [role.arn, { policies, conditional: policies.some(({ document }) => hasConditions(document)) }];
    }),
  );
  const decided = new Map<string, Promise<Verdict>>();

  const contextFor = (region: string) => ({
    "aws:RequestedRegion": region,
    "aws:SecureTransport": "true",
    "aws:CurrentTime": clock.now().toISOString(),
  });

  const decideForRole = async (
    principal: Extract<Principal, { kind: "role" }>,
    role: RolePolicies,
    { action, region, context = {} }: Access,
    resource: string,
  ): Promise<Verdict> => {
    const decide = () =>
      verdictOn({
        principal: principal.arn,
        action,
        resource,
        // The policies of Identity Center's and Organizations' resources are not known here, and need not agree: the
        // delegated administrator acts by its own policies alone.
        accountId: principal.accountId,
        context: {
          ...contextFor(region),
          ...context,
          "aws:PrincipalArn": principal.roleArn,
          "aws:PrincipalAccount": principal.accountId,
        },
        identityPolicies: role.policies,
      });
    if (role.conditional) return decide();
    const question = [principal.arn, action, resource].join(" ");
    const verdict = decided.get(question) ?? decide();
    decided.set(question, verdict);
    return verdict;
  };

  /** Functions', topics' and queues' policies only let services in, see authorizeService; a bucket's may deny. */
  const checkBucketPolicy = async (
    principal: Principal,
    { action, region, context }: Access,
    resource: string,
  ) => {
    const resourcePolicy = resourcePolicies.get(BUCKET.exec(resource)?.[0] ?? "");
    if (resourcePolicy === undefined) return;
    const verdict = await verdictOn({
      principal: principal.arn,
      action,
      resource,
      accountId: principal.accountId,
      context: { ...contextFor(region), ...context },
      identityPolicies: [{ name: "Everything", document: EVERYTHING }],
      resourcePolicy,
    });
    if (verdict === "ExplicitlyDenied")
      throw denied(principal.arn, action, resource, verdict, "resource-based");
  };

  return {
    authorize: async (principal, access) => {
      for (const resource of access.resources) await checkBucketPolicy(principal, access, resource);
      if (principal.kind === "administrator") return;
      const deployedRole = policiesByRole.get(principal.roleArn);
      const role = deployedRole ?? sessionOnly(principal);
      if (role === undefined) return;
      const policyKind = deployedRole === undefined ? "session" : "identity-based";
      let applied = 0;
      for (const resource of access.resources) {
        const verdict = await decideForRole(principal, role, access, resource);
        if (verdict === "NotApplicable") continue;
        if (verdict !== "Allowed") throw denied(principal.arn, access.action, resource, verdict, policyKind);
        applied += 1;
      }
      // None of the resources is one that IAM knows the action by: then it must be allowed on every resource.
      if (applied > 0) return;
      const verdict = await decideForRole(principal, role, access, "*");
      if (verdict !== "Allowed") throw denied(principal.arn, access.action, "*", verdict, policyKind);
    },
    authorizeService: async (service, sourceArn, { action, resources, region }) => {
      for (const resource of resources) {
        const [, , , , sourceAccount = ""] = sourceArn.split(":");
        const resourcePolicy = resourcePolicies.get(resource);
        const verdict = await verdictOn({
          principal: service,
          action,
          resource,
          accountId: resource.split(":")[4] ?? sourceAccount,
          context: { ...contextFor(region), "aws:SourceArn": sourceArn, "aws:SourceAccount": sourceAccount },
          identityPolicies: [],
          ...(resourcePolicy !== undefined && { resourcePolicy }),
        });
        if (verdict !== "Allowed") throw denied(service, action, resource, verdict, "resource-based");
      }
    },
  };
};
