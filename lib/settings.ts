import * as z from "zod/mini";
import { MOST_PROTECTED_ACCOUNTS } from "../lambdas/core/contracts/connector-roles.ts";
import { accountsNeverGrantedInto, MaxDurationSchema } from "../lambdas/core/contracts/guardrails.ts";
import { REGION } from "../lambdas/core/contracts/region.ts";

/** The key under `context` in cdk.json that holds all of Lockstep's settings. */
export const SETTINGS_CONTEXT_KEY = "lockstep";

/** Retentions that CloudWatch Logs accepts, in days (API reference: PutRetentionPolicy). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Object Lock's longest retention is 100 years (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html). */
const LONGEST_LOCK_DAYS = 36_500;

// Every schema's error is what is expected there: a phrase that completes "expected …".
const text = (expected: string, pattern = /\S/) =>
  z.string({ error: expected }).check(z.regex(pattern, { error: expected }));

const listOf = <Item extends z.ZodMiniType>(item: Item, expected: string, minimum = 0) =>
  z.array(item, { error: expected }).check(z.minLength(minimum, { error: expected }));

const group = <Shape extends z.core.$ZodShape>(shape: Shape) => {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? `one of ${keys}` : `an object with ${keys}`),
  });
};

const LOCK_DAYS_EXPECTED = `a whole number of days from 1 to ${LONGEST_LOCK_DAYS}`;

/** Absent, as in settings that were written before there were such groups: none. */
const groupNames = z._default(listOf(text("a group's display name"), "a list of groups' display names"), []);

const flag = z.boolean({ error: "true or false" });
const accountId = text("an account id: 12 digits in quotes", /^\d{12}$/);
const claim = text('the name of a claim of the token, such as "email"');

const identity = z.discriminatedUnion(
  "match",
  [
    group({ claim, match: z.literal("userName") }),
    group({ claim, match: z.literal("emails.value") }),
    group({
      claim,
      match: z.literal("externalId"),
      externalIdIssuer: text("the issuer that the directory stores with its external ids"),
    }),
  ],
  {
    error: (issue) =>
      typeof issue.input === "object" && issue.input !== null
        ? 'one of "userName", "emails.value", "externalId"'
        : "an object with claim, match (and externalIdIssuer where match is externalId)",
  },
);

// Loopback over http exists for the embedded AWS; API Gateway itself takes an https issuer only.
const ISSUER = /^(https:\/\/[^\s/]|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$))\S*$/;

// https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PermissionSet.html
const PERMISSION_SET =
  /^([\w+=,.@-]{1,32}|arn:aws[a-z-]*:sso:::permissionSet\/(sso)?ins-[0-9a-zA-Z.-]{16}\/ps-[0-9a-zA-Z./-]{16})$/;

const neverGrantable = group({
  accounts: z.optional(listOf(accountId, "at least one account id", 1)),
  permissionSets: z.optional(
    listOf(text("a permission set's ARN or name", PERMISSION_SET), "at least one permission set", 1),
  ),
}).check(
  z.refine(({ accounts, permissionSets }) => accounts !== undefined || permissionSets !== undefined, {
    error: "accounts, permissionSets or both, since without any nothing at all could be granted",
  }),
);

const SettingsSchema = group({
  organization: group({
    managementAccountId: accountId,
    /**
     * Where the administration of Identity Center is delegated to, unless Lockstep itself is deployed there: lets that account
     * tell of changes (docs/connectors.md); without it, the syncs find them.
     */
    delegatedAdministratorAccountId: z.optional(accountId),
    /** Lets member accounts tell of changes of IAM; without it, the syncs find them. */
    id: z.optional(text('the organization\'s id, such as "o-a1b2c3d4e5"', /^o-[a-z0-9]{10,32}$/)),
    /**
     * True where Lockstep is deployed neither in the management account nor in the delegated administrator's of Identity
     * Center: then everything of the organization is asked through the stack `LockstepConnector` (docs/connectors.md).
     */
    connector: z.optional(flag),
  }),
  identityCenter: group({
    region: text('the region of the Identity Center instance, such as "eu-west-1"', REGION),
    instanceArn: text(
      "the instance's ARN, such as arn:aws:sso:::instance/ssoins-0123456789abcdef",
      /^arn:aws[a-z-]*:sso:::instance\/(sso)?ins-[0-9a-zA-Z.-]{16}$/,
    ),
    identityStoreId: text(
      'the id of the instance\'s identity store, such as "d-0123456789"',
      /^(d-[0-9a-z]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    ),
    accessPortalUrl: text(
      "the access portal's https URL, such as https://example.awsapps.com/start",
      /^https:\/\/\S+$/,
    ),
  }),
  /** How a verified token names a person: which claim, and what that claim matches in Identity Center. */
  identity,
  /** Whose tokens are accepted. Without it, the stack creates a Cognito user pool. */
  oidc: z.optional(
    group({
      issuer: text("the issuer's https URL, written exactly as in the tokens' iss claim", ISSUER),
      audience: listOf(text("a client id of the issuer"), "at least one client id of the issuer", 1),
    }),
  ),
  /** Where the Cognito user pool may send a person back to after signing in. Not read when `oidc` is there. */
  cognito: z.optional(
    group({
      callbackUrls: listOf(
        text("an https URL, or http://localhost", /^(https:\/\/\S+|http:\/\/localhost(:\d+)?(\/\S*)?)$/),
        "at least one URL",
        1,
      ),
    }),
  ),
  /** Display names of the directory groups whose members administer Lockstep. */
  administratorGroups: listOf(text("a group's display name"), "at least one group's display name", 1),
  /** The same of those who write access flows, and of those who read everything and change nothing. */
  policyAuthorGroups: groupNames,
  auditorGroups: groupNames,
  /** Whether an access flow serves the one who wrote it only when another administrator has confirmed it. */
  secondAdministrator: z._default(flag, true),
  /**
   * Which claim of a token, a text or a list such as `amr`, tells of a second factor, and the values that do. Without it,
   * nobody has shown one, and an access flow that requires one allows nothing.
   */
  mfa: z.optional(
    group({
      claim: text('the name of a claim of the token, such as "amr"'),
      // The gateway separates a list's values by spaces, in brackets (lambdas/core/domain/mfa.ts).
      values: listOf(
        text('a value without blanks and brackets, such as "mfa"', /^[^\s[\]]+$/),
        "at least one value of the claim",
        1,
      ),
    }),
  ),
  /** Accounts into which nothing is granted, besides the management account and Lockstep's own. */
  protectedAccounts: listOf(accountId, "a list of account ids"),
  allowManagementAccount: flag,
  allowOwnAccount: flag,
  /** What no access flow can allow, whoever writes it. */
  guardrails: z._default(
    group({
      /** The longest that any access may last, extensions included. */
      maxDuration: z.optional(z.pipe(text("an ISO 8601 duration, such as PT12H"), MaxDurationSchema)),
      /** Without accounts: in every account. Without permission sets: whichever it is, and IAM refuses it too. */
      neverGrantable: z._default(listOf(neverGrantable, "a list of what is never granted"), []),
    }),
    { neverGrantable: [] },
  ),
  /** How the roots of the audit trail are kept from being deleted. Nobody at all can end a COMPLIANCE lock early. */
  audit: group({
    lock: group({
      mode: z.enum(["GOVERNANCE", "COMPLIANCE"], { error: 'one of "GOVERNANCE", "COMPLIANCE"' }),
      days: z
        .int({ error: LOCK_DAYS_EXPECTED })
        .check(
          z.gte(1, { error: LOCK_DAYS_EXPECTED }),
          z.lte(LONGEST_LOCK_DAYS, { error: LOCK_DAYS_EXPECTED }),
        ),
    }),
  }),
  logRetentionDays: z.literal(LOG_RETENTION_DAYS, { error: `one of ${LOG_RETENTION_DAYS.join(", ")}` }),
});

/** What a platform team decides about its deployment. */
export type Settings = z.infer<typeof SettingsSchema>;

/** The settings cannot be used. The message holds one sentence a problem, each naming the key, what was found and what is expected. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "SettingsError";
  }
}

/** Where the app is deployed, as far as the synthesis knows it. */
export interface Deployment {
  /** Absent when the synthesis runs without credentials. */
  readonly account?: string | undefined;
}

/** Parses the value of cdk.json's context key. Throws {@link SettingsError} that lists every problem at once. */
export function parseSettings(context: unknown, deployment: Deployment = {}): Settings {
  const result = z.safeParse(SettingsSchema, context);
  if (!result.success)
    throw new SettingsError(result.error.issues.flatMap((issue) => describe(issue, context)));
  const problems = [
    ...problemsOfDelegation(result.data, deployment),
    ...problemsOfConnector(result.data, deployment),
    ...problemsOfGuardrails(result.data),
  ];
  if (problems.length > 0) throw new SettingsError(problems);
  const { organization, allowManagementAccount } = result.data;
  if (allowManagementAccount && deployment.account !== undefined && organization.connector !== true) {
    // "delegated administrators cannot manage permission sets provisioned in the management account":
    // https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html
    if (deployment.account !== organization.managementAccountId) {
      throw new SettingsError([
        sentence(
          ["allowManagementAccount"],
          "true",
          `false when deploying in account ${deployment.account}: from the delegated administrator of Identity Center, ` +
            `permission sets of the management account (${organization.managementAccountId}) cannot be managed`,
        ),
      ]);
    }
  }
  return result.data;
}

function problemsOfDelegation({ organization }: Settings, { account }: Deployment): readonly string[] {
  const { managementAccountId, delegatedAdministratorAccountId, connector } = organization;
  if (delegatedAdministratorAccountId === undefined) return [];
  const path = ["organization", "delegatedAdministratorAccountId"];
  const whatWasFound = JSON.stringify(delegatedAdministratorAccountId);
  // https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html: it is a member account.
  if (delegatedAdministratorAccountId === managementAccountId)
    return [sentence(path, whatWasFound, "another account than the management account")];
  if (connector === true && delegatedAdministratorAccountId === account)
    return [
      sentence(
        path,
        whatWasFound,
        "no organization.connector when deploying in that account, which reaches the organization without one",
      ),
    ];
  return [];
}

function problemsOfConnector(settings: Settings, { account }: Deployment): readonly string[] {
  const { organization, allowManagementAccount, allowOwnAccount, protectedAccounts, guardrails } = settings;
  if (organization.connector !== true) return [];
  if (account === organization.managementAccountId)
    return [
      sentence(
        ["organization", "connector"],
        "true",
        `false when deploying in the management account ${account}, which is reached without one`,
      ),
    ];
  const mostListed =
    MOST_PROTECTED_ACCOUNTS - [allowManagementAccount, allowOwnAccount].filter((allowed) => !allowed).length;
  const listed = new Set([...protectedAccounts, ...accountsNeverGrantedInto(guardrails)]);
  if (listed.size <= mostListed) return [];
  return [
    sentence(
      ["protectedAccounts"],
      `${listed.size} accounts${listed.size > protectedAccounts.length ? ", those of guardrails.neverGrantable among them" : ""}`,
      `${mostListed} at most where organization.connector is true: each session of the connector's role names them all`,
    ),
  ];
}

/**
 * A function's environment has 4 KB in all (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): the
 * API's other variables take some 1,300 characters, and 30 protected accounts 1,250.
 */
const LONGEST_GUARDRAILS = 1_400;

function problemsOfGuardrails({ guardrails }: Settings): readonly string[] {
  const { length } = JSON.stringify(guardrails);
  if (length <= LONGEST_GUARDRAILS) return [];
  return [
    sentence(
      ["guardrails"],
      `${length} characters of JSON`,
      `${LONGEST_GUARDRAILS} at most, which is what fits into a function's environment: name a permission set once for all accounts, or protect whole accounts with protectedAccounts`,
    ),
  ];
}

function describe(issue: z.core.$ZodIssue, context: unknown): readonly string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) =>
      sentence([...issue.path, key], "a setting that does not exist", issue.message),
    );
  }
  return [sentence(issue.path, found(valueAt(context, issue.path)), issue.message)];
}

function sentence(path: readonly PropertyKey[], whatWasFound: string, expected: string): string {
  const key = [SETTINGS_CONTEXT_KEY, ...path.map(String)].join(".");
  return `cdk.json, context key "${key}": found ${whatWasFound}, expected ${expected}.`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

function found(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
