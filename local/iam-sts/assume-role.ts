import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { iamRoles } from "../iam/roles.ts";
import { operationsAnswering } from "../identity/operation.ts";
import type { LocalStore } from "../store.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError, type Caller, type ConditionKeys, type Operation } from "../wire/service.ts";
import { assumedRoles, type AssumedRole } from "./assumed-roles.ts";
import { isTrusted } from "./trust.ts";

export interface StsDependencies {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The account whose deployed roles are not written down in the store: the app's template knows them. */
  readonly homeAccountId: string;
}

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;
const HOUR = 3_600;

/** Lengths and alphabets: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const InputSchema = z.object({
  RoleArn: z.string().check(z.regex(ROLE_ARN, "Member must be the ARN of a role")),
  RoleSessionName: z
    .string()
    .check(z.regex(/^[\w+=,.@-]{2,64}$/, "Member must satisfy regular expression pattern: [\\w+=,.@-]*")),
  /** A query's numbers arrive as text. */
  DurationSeconds: z.optional(z.coerce.number<string | number>().check(z.minimum(900), z.maximum(12 * HOUR))),
  ExternalId: z.optional(z.string().check(z.regex(/^[\w+=,.@:/-]{2,1224}$/))),
  Policy: z.optional(z.string().check(z.maxLength(2_048))),
});
type Input = z.infer<typeof InputSchema>;

const defineOperation = operationsAnswering((message) => new AwsError("ValidationError", message));
const readInput = defineOperation(InputSchema, (input) => input as unknown as JsonObject);

/**
 * A session of a role for whom the role's trust policy lets in. The roles are those that IAM knows (local/iam/roles.ts).
 * Of the home account only, a role that is not among them can be assumed by anybody whose own policies allow it: the
 * deployed app's roles are in its template, and no trust policy is kept of them.
 */
export const assumeRole = (deps: StsDependencies): Operation => {
  const roles = iamRoles(deps.store);

  return async (rawInput, caller) => {
    const input = (await readInput(rawInput, caller)) as unknown as Input;
    const role = roles.at(input.RoleArn);
    const isLetIn =
      role === undefined
        ? accountOf(input.RoleArn) === deps.homeAccountId
        : await isTrusted(role.trustPolicy, {
            roleArn: role.arn,
            callerArn: caller.principalArn,
            principalArn: principalBehind(deps.store, caller),
            context: assumeRoleContext(rawInput),
          });
    if (!isLetIn) throw refused(input, caller);
    // An hour, where one role assumes another: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
    if (isRoleSession(caller) && (input.DurationSeconds ?? HOUR) > HOUR)
      throw new AwsError(
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
      );
    return begin(input, deps);
  };
};

/** The condition keys that a call of AssumeRole brings along. */
export const assumeRoleContext = (input: JsonObject): ConditionKeys => {
  const { ExternalId, RoleSessionName } = input;
  return {
    ...(typeof ExternalId === "string" && { "sts:ExternalId": ExternalId }),
    ...(typeof RoleSessionName === "string" && { "sts:RoleSessionName": RoleSessionName }),
  };
};

/** AWS says the same of a role that is missing, one that does not trust the caller, and another ExternalId. */
const refused = ({ RoleArn }: Input, { principalArn }: Caller): AwsError =>
  new AwsError(
    "AccessDenied",
    `User: ${principalArn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    403,
  );

const begin = (input: Input, { store, clock, newId }: StsDependencies): JsonObject => {
  const { RoleArn, RoleSessionName, DurationSeconds = HOUR, Policy } = input;
  const accountId = accountOf(RoleArn);
  const unique = newId().replaceAll("-", "").toUpperCase();
  const session: AssumedRole = {
    accessKeyId: `ASIA${unique.slice(0, 16)}`,
    sessionArn: `arn:aws:sts::${accountId}:assumed-role/${nameOf(RoleArn)}/${RoleSessionName}`,
    roleArn: RoleArn,
    sessionName: RoleSessionName,
    accountId,
    ...(Policy !== undefined && { policy: Policy }),
    expiration: new Date(clock.now().getTime() + DurationSeconds * 1000).toISOString(),
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
};

const SESSION_ARN = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\//;

const isRoleSession = ({ principalArn }: Caller) => SESSION_ARN.test(principalArn);

/** `aws:PrincipalArn`: of a session, its role. A session's ARN leaves the role's path out; the store has it. */
const principalBehind = (store: LocalStore, { accessKeyId, principalArn }: Caller): string => {
  const [, partition = "aws", accountId = "", roleName] = SESSION_ARN.exec(principalArn) ?? [];
  if (roleName === undefined) return principalArn;
  return (
    assumedRoles(store).get(accessKeyId)?.roleArn ?? `arn:${partition}:iam::${accountId}:role/${roleName}`
  );
};

const accountOf = (roleArn: string): string => ROLE_ARN.exec(roleArn)?.[1] ?? "";
const nameOf = (roleArn: string): string => ROLE_ARN.exec(roleArn)?.[2] ?? "";
