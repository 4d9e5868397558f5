import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import { probeOf } from "../../core/contracts/connector-roles.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import { SourceProblem, type Problem } from "../../core/domain/inventory/problem.ts";
import {
  connectorRoleMissing,
  externalIdRefused,
  memberRoleMissing,
} from "../../core/domain/inventory/problem-words.ts";
import { isNamed, isTransient } from "../aws-errors.ts";
import { problemOf } from "../sync/problem-of.ts";
import type { TemporaryCredentials } from "./role-session.ts";

/** A role of another account. */
export interface RemoteRole {
  readonly accountId: AccountId;
  readonly arn: string;
  readonly externalId: string;
  /** Without the role of the management account nothing is seen; without a member's, one account is not. */
  readonly kind: "connector" | "member";
}

/**
 * The functions themselves run with a role's keys, and a role that assumes a role gets an hour at most
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining).
 */
const SESSION_SECONDS = 3_600;

/** The shortest that there is: the keys are thrown away. */
const PROBE_SECONDS = 900;

/** What AWS adds to a refusal when a policy on the caller's side is the reason; of the role's own side it says nothing. */
const NAMES_A_POLICY = /explicit deny|because no \S+(?: \S+)* policy allows/;

/**
 * Assumes the role for an hour. Throws SourceProblem when AWS refuses for good, and AWS's own error when it is busy or does
 * not answer.
 */
export const assumeRole =
  (sts: STSClient, sessionName: string, policy: string) =>
  async (role: RemoteRole): Promise<TemporaryCredentials> => {
    try {
      const { Credentials: credentials } = await sts.send(
        new AssumeRoleCommand({
          RoleArn: role.arn,
          RoleSessionName: sessionName,
          ExternalId: role.externalId,
          DurationSeconds: SESSION_SECONDS,
          Policy: policy,
        }),
      );
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = credentials ?? {};
      if (
        AccessKeyId === undefined ||
        SecretAccessKey === undefined ||
        SessionToken === undefined ||
        Expiration === undefined
      )
        throw new Error(`sts:AssumeRole of ${role.arn} answered without credentials`);
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        expiration: Expiration,
      };
    } catch (error) {
      const problem = await problemIn(error, role, () => canAssumeProbe(sts, sessionName, role));
      throw problem === undefined ? error : new SourceProblem(problem, { cause: error });
    }
  };

const problemIn = async (
  error: unknown,
  role: RemoteRole,
  probeAnswers: () => Promise<boolean>,
): Promise<Problem | undefined> => {
  if (isTransient(error)) return undefined;
  if (isNamed(error, "AccessDenied", "AccessDeniedException") && !NAMES_A_POLICY.test(error.message))
    return refusalOf(role, await probeAnswers());
  return problemOf(error, { operation: "sts:AssumeRole", accountId: role.accountId });
};

/**
 * AWS answers alike for a role that is missing, does not trust the caller, or asks for another ExternalId. The same
 * template makes the probe, for the same callers and without an ExternalId: when it can be assumed, the first two are out.
 * A role that somebody made by hand has no probe; the words for what cannot be told apart name all that it may be.
 */
const refusalOf = ({ accountId, arn, kind }: RemoteRole, probeAnswered: boolean): Problem => {
  const place = { accountId, roleArn: arn };
  if (kind === "connector") return probeAnswered ? externalIdRefused(place) : connectorRoleMissing(place);
  // Of one account only: the others' roles are seen.
  return probeAnswered ? { ...externalIdRefused(place), severity: "warning" } : memberRoleMissing(place);
};

const canAssumeProbe = async (sts: STSClient, sessionName: string, { arn }: RemoteRole): Promise<boolean> => {
  try {
    await sts.send(
      new AssumeRoleCommand({
        RoleArn: probeOf(arn),
        RoleSessionName: sessionName,
        DurationSeconds: PROBE_SECONDS,
      }),
    );
    return true;
  } catch (error) {
    if (isNamed(error, "AccessDenied", "AccessDeniedException")) return false;
    throw error;
  }
};
