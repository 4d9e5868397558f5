import { createHash } from "node:crypto";
import type { JsonObject } from "../wire/json.ts";
import type { Caller } from "../wire/service.ts";

/** An id such as IAM's: the prefix says what it is the id of. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
const uniqueId = (prefix: string, arn: string): string =>
  `${prefix}${createHash("sha256").update(arn).digest("hex").slice(0, 16).toUpperCase()}`;

const SESSION = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/(.+)$/;

const assumedRole = (
  caller: Caller,
  [, partition = "", accountId = "", role = "", session = ""]: RegExpExecArray,
) => {
  const roleArn = `arn:${partition}:iam::${accountId}:role/${role}`;
  const roleId = uniqueId("AROA", roleArn);
  return {
    type: "AssumedRole",
    principalId: `${roleId}:${session}`,
    arn: caller.principalArn,
    accountId: caller.accountId,
    accessKeyId: caller.accessKeyId,
    sessionContext: {
      sessionIssuer: { type: "Role", principalId: roleId, arn: roleArn, accountId, userName: role },
      attributes: { mfaAuthenticated: "false" },
    },
  };
};

/**
 * Who made a call, as CloudTrail writes it
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).
 */
export const userIdentityOf = (caller: Caller): JsonObject => {
  const session = SESSION.exec(caller.principalArn);
  if (session !== null) return assumedRole(caller, session);
  return {
    type: "IAMUser",
    principalId: uniqueId("AIDA", caller.principalArn),
    arn: caller.principalArn,
    accountId: caller.accountId,
    accessKeyId: caller.accessKeyId,
    userName: caller.principalArn.slice(caller.principalArn.lastIndexOf("/") + 1),
  };
};
