import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { documentsOf } from "../identity/documents.ts";
import { operationsAnswering } from "../identity/operation.ts";
import type { LocalStore } from "../store.ts";
import { AwsError, type ServiceDefinition } from "../wire/service.ts";

/** Who an access key that AssumeRole issued stands for. */
export interface AssumedRole {
  readonly accessKeyId: string;
  /** The session: `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly sessionArn: string;
  /** The role: `arn:aws:iam::<account>:role/<role>`. */
  readonly roleArn: string;
  readonly sessionName: string;
  readonly accountId: string;
  /** ISO 8601. */
  readonly expiration: string;
}

const assumedRoles = (store: LocalStore) => documentsOf<AssumedRole>(store, "sts/assumed-roles");

/** The role behind an access key that AssumeRole issued, while it has not expired. */
export const assumedRoleOf = (
  { store, clock }: { readonly store: LocalStore; readonly clock: Clock },
  accessKeyId: string,
): AssumedRole | undefined => {
  const role = assumedRoles(store).get(accessKeyId);
  return role !== undefined && Date.parse(role.expiration) > clock.now().getTime() ? role : undefined;
};

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;
const HOUR = 3_600;

const defineOperation = operationsAnswering((message) => new AwsError("ValidationError", message));

export interface StsDependencies {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** STS: who a key is, and sessions of roles. Roles are not looked up: any role of a well-formed ARN can be assumed. */
export const stsService = ({ store, clock, newId }: StsDependencies): ServiceDefinition => ({
  signingName: "sts",
  protocol: "query",
  xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
  iamPrefix: "sts",
  operations: {
    GetCallerIdentity: defineOperation(z.object({}), (_input, caller) => ({
      UserId: caller.accessKeyId,
      Account: caller.accountId,
      Arn: caller.principalArn,
    })),

    AssumeRole: defineOperation(
      z.object({
        RoleArn: z.string().check(z.regex(ROLE_ARN, "Member must be the ARN of a role")),
        RoleSessionName: z
          .string()
          .check(
            z.regex(/^[\w+=,.@-]{2,64}$/, "Member must satisfy regular expression pattern: [\\w+=,.@-]*"),
          ),
        /** A query's numbers arrive as text. */
        DurationSeconds: z.optional(
          z.coerce.number<string | number>().check(z.minimum(900), z.maximum(12 * HOUR)),
        ),
      }),
      ({ RoleArn, RoleSessionName, DurationSeconds }) => {
        const [, accountId = "", roleName = ""] = ROLE_ARN.exec(RoleArn) ?? [];
        const unique = newId().replaceAll("-", "").toUpperCase();
        const session: AssumedRole = {
          accessKeyId: `ASIA${unique.slice(0, 16)}`,
          sessionArn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${RoleSessionName}`,
          roleArn: RoleArn,
          sessionName: RoleSessionName,
          accountId,
          expiration: new Date(clock.now().getTime() + (DurationSeconds ?? HOUR) * 1000).toISOString(),
        };
        assumedRoles(store).put(session.accessKeyId, session);
        return {
          Credentials: {
            AccessKeyId: session.accessKeyId,
            SecretAccessKey: unique,
            SessionToken: unique,
            Expiration: session.expiration,
          },
          AssumedRoleUser: {
            AssumedRoleId: `AROA${unique.slice(0, 16)}:${RoleSessionName}`,
            Arn: session.sessionArn,
          },
        };
      },
    ),
  },
  resourcesOf: (operation, input) => {
    const role = input["RoleArn"];
    return operation === "AssumeRole" && typeof role === "string" ? [role] : ["*"];
  },
});
