import { verdictOn } from "../iam-check/simulate.ts";
import type { PolicyDocument } from "../template/permissions.ts";
import type { ConditionKeys } from "../wire/service.ts";
import type { JsonObject } from "../wire/json.ts";

/** Who asks for a session of a role, and how. */
export interface TrustQuestion {
  readonly roleArn: string;
  /** Who calls: a session's ARN, or a user's. */
  readonly callerArn: string;
  /** The role behind the session; the caller itself when it is none. */
  readonly principalArn: string;
  readonly context: ConditionKeys;
}

/** What the caller's own policies say is checked before the call comes here. */
const ANYTHING: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** Whether a role's trust policy lets the caller in, as IAM evaluates it. */
export const isTrusted = async (
  trustPolicy: JsonObject,
  { roleArn, callerArn, principalArn, context }: TrustQuestion,
): Promise<boolean> => {
  const [, , , , accountId = ""] = roleArn.split(":");
  const [, , , , callerAccount = ""] = callerArn.split(":");
  const verdict = await verdictOn({
    principal: callerArn,
    action: "sts:AssumeRole",
    resource: roleArn,
    accountId,
    context: { ...context, "aws:PrincipalArn": principalArn, "aws:PrincipalAccount": callerAccount },
    identityPolicies: [{ name: "Anything", document: ANYTHING }],
    resourcePolicy: trustPolicy as unknown as PolicyDocument,
  });
  return verdict === "Allowed";
};
