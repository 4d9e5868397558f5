import * as z from "zod/mini";
import { GuardrailsSchema } from "./guardrails.ts";

const nonEmpty = z.string().check(z.minLength(1));
const accountId = z.string().check(z.regex(/^\d{12}$/));

/** A structured setting in one environment variable: Lambda's environment holds only strings. */
const json = <T extends z.ZodMiniType>(schema: T) =>
  z.pipe(
    z.pipe(
      nonEmpty,
      z.transform((text, context): unknown => {
        try {
          return JSON.parse(text);
        } catch {
          context.issues.push({ code: "custom", message: "expected JSON", input: text });
          return z.NEVER;
        }
      }),
    ),
    schema,
  );

/** The Identity Center instance that Lockstep grants through. */
export const IdentityCenterSchema = z.strictObject({
  region: nonEmpty,
  instanceArn: nonEmpty,
  identityStoreId: nonEmpty,
  accessPortalUrl: nonEmpty,
});
export type IdentityCenterSettings = z.infer<typeof IdentityCenterSchema>;

/** How a verified token names a person: which claim, and what that claim matches in Identity Center. */
export const IdentitySchema = z.discriminatedUnion("match", [
  z.strictObject({ claim: nonEmpty, match: z.literal("userName") }),
  z.strictObject({ claim: nonEmpty, match: z.literal("emails.value") }),
  z.strictObject({ claim: nonEmpty, match: z.literal("externalId"), externalIdIssuer: nonEmpty }),
]);
export type IdentitySettings = z.infer<typeof IdentitySchema>;

/** An account into which nothing is granted, and why. */
export const ProtectedAccountSchema = z.strictObject({
  id: accountId,
  reason: z.enum(["management", "lockstep", "listed"]),
});
export type ProtectedAccount = z.infer<typeof ProtectedAccountSchema>;

/** The connector's role in the management account, where Lockstep lives neither there nor in a delegated administrator's account. */
export const ConnectorSettingsSchema = z.strictObject({ roleArn: nonEmpty, externalId: nonEmpty });
export type ConnectorSettings = z.infer<typeof ConnectorSettingsSchema>;

/** Which claim of a token tells of a second factor, and the values of it that do. */
const MfaSettingsSchema = z.strictObject({
  claim: nonEmpty,
  values: z.array(nonEmpty).check(z.minLength(1)),
});

/** Every environment variable that any function reads; each function picks its own. */
export const EnvironmentVariables = {
  ACCESS_TABLE: nonEmpty,
  WAKEUPS_TABLE: nonEmpty,
  CONFIG_TABLE: nonEmpty,
  AUDIT_TABLE: nonEmpty,
  INVENTORY_TABLE: nonEmpty,
  AUDIT_ROOTS_BUCKET: nonEmpty,
  EVENT_BUS: nonEmpty,
  WORKFLOW_ARN: nonEmpty,
  SYNC_WORKFLOW_ARN: nonEmpty,
  SYNC_FUNCTION: nonEmpty,
  REVOKE_FUNCTION: nonEmpty,
  SWEEP_FUNCTION: nonEmpty,
  /** The account that Lockstep is deployed in. */
  HOME_ACCOUNT: accountId,
  MANAGEMENT_ACCOUNT: accountId,
  /** Absent: nobody forwards changes from such an account. */
  DELEGATED_ADMINISTRATOR_ACCOUNT: z.optional(accountId),
  /** Absent: the functions' own roles reach the organization. */
  CONNECTOR: z.optional(json(ConnectorSettingsSchema)),
  IDENTITY_CENTER: json(IdentityCenterSchema),
  IDENTITY: json(IdentitySchema),
  ADMINISTRATOR_GROUPS: json(z.array(nonEmpty)),
  POLICY_AUTHOR_GROUPS: json(z.array(nonEmpty)),
  AUDITOR_GROUPS: json(z.array(nonEmpty)),
  /** Whether an access flow serves the one who wrote it only when somebody else has confirmed it. */
  SECOND_ADMINISTRATOR: json(z.boolean()),
  /** Absent: nobody's token shows a second factor. */
  MFA: z.optional(json(MfaSettingsSchema)),
  PROTECTED_ACCOUNTS: json(z.array(ProtectedAccountSchema)),
  GUARDRAILS: json(GuardrailsSchema),
} as const;
