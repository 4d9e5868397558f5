import * as z from "zod/mini";
import { charactersIn } from "../../domain/characters.ts";
import { IntegrationStates } from "../../domain/integration-status.ts";
import {
  IntegrationNameSchema,
  isInterval,
  LONGEST_ACCESS_DETAILS,
  MOST_DAYS,
  ResourceOwnerAttributes,
} from "../../domain/integration.ts";
import { ResourceTypes } from "../../domain/inventory/facts.ts";
import { ProblemCodes } from "../../domain/inventory/problem.ts";
import { OrganizationalUnitIdSchema, TimestampSchema } from "../../domain/ids.ts";
import { SyncIdSchema, SyncScopes } from "../../domain/sync.ts";
import { namingKnownKeys } from "../invalid-input.ts";
import { CONNECTOR_ROLE, MEMBER_ROLE } from "../connector-roles.ts";
import { REGION } from "../region.ts";
import { LONGEST_DIRECTORY_NAME, nameOrId } from "./fields.ts";
import { listOf } from "./lists.ts";

/** An integration as people write it, and as the HTTP API shows it. */

/** Examples in other products' manuals have 13 and 15 digits: whoever copies one is told that this is not enough. */
const AccountIdField = z
  .string()
  .check(
    z.refine((value) => /^[0-9]{12}$/.test(value), {
      error: ({ input }) =>
        `an account's id of exactly 12 digits, such as 111122223333${
          /^[0-9]+$/.test(String(input))
            ? ` (this one has ${String(input).length}; examples with 13 or 15, which some manuals show, are no account ids)`
            : ""
        }`,
    }),
    z.meta({ pattern: "^[0-9]{12}$" }),
  )
  .brand<"AccountId">();

const RegionField = z
  .string()
  .check(z.regex(REGION, { error: "the code of an AWS region, such as eu-west-1" }));

/** As long as any browser takes. */
const LONGEST_URL = 2048;

const PortalUrlField = z.string().check(
  z.maxLength(LONGEST_URL),
  z.refine(isHttpsUrl, {
    error: "the https:// URL of the AWS access portal, such as https://d-1234567890.awsapps.com/start",
  }),
  z.meta({ pattern: "^https://" }),
);

function isHttpsUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === "https:" && username === "" && password === "";
}

/** What a role's ARN says. The partition, the path and the name are as IAM lets them be (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */
const roleArn =
  /^arn:(?<partition>aws(?:-[a-z]+)*):iam::(?<account>[0-9]{12}):role\/(?<role>(?:[!-~]{1,511}\/)?[\w+=,.@-]{1,64})$/;

/** The role by which Lockstep gets into the account of a kind of integration. */
interface ExpectedRole {
  /** With its path. */
  readonly role: string;
  readonly stack: string;
  readonly where: string;
  /** Why the role has to be there. */
  readonly because: string;
}

const roleOfOrganization: ExpectedRole = {
  role: CONNECTOR_ROLE,
  stack: "LockstepConnector",
  where: "the management account",
  because:
    // https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
    "AWS answers ListAccounts and what else tells of an organization only there or to a delegated administrator",
};

const roleOfAccount: ExpectedRole = {
  role: MEMBER_ROLE,
  stack: "LockstepMember",
  where: "the account",
  because: "a role reaches no account but its own",
};

const connectorField = ({ role, stack }: ExpectedRole) =>
  z.strictObject({
    roleArn: z
      .string()
      .check(
        z.regex(roleArn, { error: `the ARN of an IAM role, such as arn:aws:iam::111122223333:role/${role}` }),
        z.meta({ description: `The output RoleArn of the stack ${stack}: the ARN of the role ${role}` }),
      ),
  });

/** Without the root, which holds every account: with it, an integration would see all of them vanish. */
const ExcludedUnitField = z.string().check(
  z.refine((value) => value.startsWith("ou-") && OrganizationalUnitIdSchema.safeParse(value).success, {
    error: ({ input }) =>
      String(input).startsWith("r-")
        ? "an organizational unit below the root: the root holds every account, and nothing would be left. Name the units and accounts to leave out; DELETE the integration if nothing of it is to be synced"
        : "the id of an organizational unit, such as ou-1a2b-34567890",
  }),
  z.meta({ pattern: "^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$" }),
);

const AccessDetailsField = z.string().check(
  z.refine((value) => charactersIn(value) <= LONGEST_ACCESS_DETAILS && /\S/.test(value), {
    error: ({ input }) =>
      `a text of 1 to ${LONGEST_ACCESS_DETAILS} characters; this one has ${charactersIn(String(input))}`,
  }),
  z.meta({
    minLength: 1,
    maxLength: LONGEST_ACCESS_DETAILS,
    pattern: "\\S",
    description: "Shown in the instructions of every request for it, as it is",
  }),
);

const DirectoryNames = z._default(z.array(nameOrId(LONGEST_DIRECTORY_NAME)).check(z.maxLength(20)), []);

const OwnerField = z.strictObject({ users: DirectoryNames, groups: DirectoryNames }).check(
  z.refine(({ users, groups }) => users.length + groups.length > 0, {
    error: "users (emails or user names) or groups (display names): at least one",
  }),
  z.meta({ description: "Who approves when no resource owner is found" }),
);

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: a tag's key has up to 128 characters. */
const LONGEST_TAG_KEY = 128;

const ResourceOwnerField = z
  .strictObject({ tagKey: nameOrId(LONGEST_TAG_KEY), attribute: z.enum(ResourceOwnerAttributes) })
  .check(
    z.meta({
      description:
        "The value of the tag tagKey of a resource, else of its account, else of the nearest organizational unit above names its owners: users by userName or email, separated by spaces or commas; groups by displayName, separated by + or commas. Ten at most. Needs an owner too, who stands in where that names nobody",
    }),
  );

const days = (description: string) => z.int().check(z.gte(1), z.lte(MOST_DAYS), z.meta({ description }));

const IntervalField = z
  .string()
  .check(
    z.refine(isInterval, { error: "an ISO 8601 duration from PT15M to P7D, such as PT1H" }),
    z.meta({ pattern: "^P" }),
  );

const SyncEveryField = z
  .strictObject({ identity: z.optional(IntervalField), resources: z.optional(IntervalField) })
  .check(
    z.meta({
      description:
        "How often it is synced: organization, directory and assignments (PT1H), and what is within accounts (PT6H)",
    }),
  );

const common = {
  name: z.optional(z.string().check(z.meta({ description: "The path's name, if anything" }))),
  region: RegionField.check(
    z.meta({ description: "Where Resource Explorer's aggregator index is looked for first" }),
  ),
  resourceTypes: z._default(
    z.array(z.enum(ResourceTypes)).check(
      z.maxLength(100),
      z.meta({
        description:
          "What is looked for within accounts beside IAM, each type once however often it is named; all of them if absent, none if empty",
      }),
    ),
    [...ResourceTypes],
  ),
  customAccessDetails: z.optional(AccessDetailsField),
  owner: z.optional(OwnerField),
  resourceOwner: z.optional(ResourceOwnerField),
  syncEvery: z.optional(SyncEveryField),
  credentialRotationDays: z.optional(
    days("After how many days credentials that Lockstep makes are replaced"),
  ),
  userCleanupDays: z.optional(
    days("After how many days without access a user that Lockstep made is deleted"),
  ),
} as const;

const organization = {
  kind: z.literal("aws-organization"),
  managementAccountId: AccountIdField,
  connector: z.optional(connectorField(roleOfOrganization)),
  identityCenterRegion: RegionField,
  accessPortalUrl: PortalUrlField,
  memberAccounts: z
    ._default(z.boolean(), false)
    .check(
      z.meta({ description: "Look into every account, through the role that the StackSet makes there" }),
    ),
  exclude: z
    ._default(
      z.strictObject({
        organizationalUnits: z._default(
          z
            .array(ExcludedUnitField)
            .check(
              z.maxLength(500),
              z.meta({ description: "With everything below them; not the root, which holds every account" }),
            ),
          [],
        ),
        accounts: z._default(
          z.array(AccountIdField).check(
            z.maxLength(1000),
            z.meta({
              description: "The management account may be one of them: it is still what Lockstep reads from",
            }),
          ),
          [],
        ),
      }),
      { organizationalUnits: [], accounts: [] },
    )
    .check(
      z.meta({
        description:
          "What is left out. With the next sync everything that is known of these accounts goes, standing access with it, and nobody is told; no access to them can be asked for. What is taken in again comes back without a word, seen first at that moment",
      }),
    ),
} as const;

const account = {
  kind: z.literal("aws-account"),
  accountId: AccountIdField,
  connector: z.optional(connectorField(roleOfAccount)),
} as const;

/** What `GET /integrations/{name}` shows beside what was written. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  "origin",
  "version",
  "updatedAt",
  "externalId",
  "unconfirmedEditors",
  "status",
  "reasons",
  "moreReasons",
  "lastSyncedAt",
  "lastSyncs",
]);

/** A body that was taken from an answer has fields that nobody can write. Undefined for other unknown fields. */
const leavingOutBookkeeping = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code !== "unrecognized_keys") return undefined;
    const shown = issue.keys.filter((key) => BOOKKEEPING.has(key));
    if (shown.length === 0) return undefined;
    const others = issue.keys.filter((key) => !BOOKKEEPING.has(key));
    const known = others.length === 0 ? "" : `, and instead of ${others.join(", ")} ${knownKeysOf(issue)}`;
    return `a body without ${shown.join(", ")}, which GET shows and Lockstep itself keeps: leave ${shown.length === 1 ? "it" : "them"} out${known}`;
  },
};

const knownKeysOf = (issue: z.core.$ZodRawIssue): string => namingKnownKeys.error(issue) ?? "nothing";

interface Written {
  readonly connector?: { readonly roleArn: string } | undefined;
  readonly owner?: object | undefined;
  readonly resourceOwner?: object | undefined;
}

/** What one field demands of another. */
const fitting = <Body extends Written>(expected: ExpectedRole, accountOf: (body: Body) => string) =>
  z.superRefine<Body>((body, context) => {
    if (body.resourceOwner !== undefined && body.owner === undefined) {
      context.addIssue({
        code: "custom",
        path: ["owner"],
        input: body,
        message:
          "an owner, who approves wherever no resource owner is found: resourceOwner does not go without",
      });
    }
    if (body.connector === undefined) return;
    const problem = problemOfRole(body.connector.roleArn, expected, accountOf(body));
    if (problem !== undefined)
      context.addIssue({ code: "custom", path: ["connector", "roleArn"], input: body, ...problem });
  });

const withoutIdentity = z.superRefine<{ readonly syncEvery?: { readonly identity?: unknown } | undefined }>(
  (body, context) => {
    if (body.syncEvery?.identity === undefined) return;
    context.addIssue({
      code: "custom",
      path: ["syncEvery", "identity"],
      input: body,
      message:
        "nothing: an account alone has no directory and no organization, so that only resources are synced",
    });
  },
);

/** Undefined also for what is no role's ARN at all: the field itself tells of that. */
const problemOfRole = (
  arn: string,
  { role, stack, where, because }: ExpectedRole,
  account: string,
): { readonly message: string; readonly params?: { readonly code: string } } | undefined => {
  const found = roleArn.exec(arn)?.groups;
  if (found === undefined) return undefined;
  if (found["account"] !== account)
    return {
      message: `a role in ${where} ${account}, since ${because}`,
      params: { code: "wrong-connector-account" },
    };
  if (found["role"] === role) return undefined;
  const expected = `arn:${found["partition"] ?? "aws"}:iam::${account}:role/${role}`;
  return {
    message: `${expected}, which the stack ${stack} makes: Lockstep's functions may assume roles of that name and path only`,
  };
};

/** Of an organization, as somebody writes it who has everything else left to Lockstep. */
export const INTEGRATION_EXAMPLE = {
  kind: "aws-organization",
  managementAccountId: "111111111111",
  region: "eu-west-1",
  identityCenterRegion: "eu-west-1",
  accessPortalUrl: "https://d-1234567890.awsapps.com/start",
  memberAccounts: true,
  exclude: { organizationalUnits: [], accounts: [] },
} as const;

/** The body of `PUT /integrations/{name}`. */
export const IntegrationBodySchema = z
  .discriminatedUnion(
    "kind",
    [
      z
        .strictObject({ ...organization, ...common }, leavingOutBookkeeping)
        .check(fitting(roleOfOrganization, ({ managementAccountId }) => managementAccountId)),
      z.strictObject({ ...account, ...common }, leavingOutBookkeeping).check(
        fitting(roleOfAccount, ({ accountId }) => accountId),
        withoutIdentity,
      ),
    ],
    { error: '"aws-organization" or "aws-account"' },
  )
  .check(z.meta({ examples: [INTEGRATION_EXAMPLE] }));
export type IntegrationBody = z.output<typeof IntegrationBodySchema>;

/** An integration among others, as in files: it says its name itself. */
export const IntegrationDocumentSchema = IntegrationBodySchema.check(
  z.refine(({ name }) => IntegrationNameSchema.safeParse(name).success, {
    path: ["name"],
    error: "1 to 40 letters and digits",
  }),
);

const PartySchema = z.strictObject({ id: z.string(), name: z.string() });

const ReasonSchema = z.strictObject({
  severity: z.enum(["error", "warning", "note"]),
  code: z.optional(z.enum(ProblemCodes)),
  scope: z.optional(z.enum(SyncScopes)),
  message: z.string().check(z.meta({ description: "What was found" })),
  fix: z.string().check(z.meta({ description: "What to do" })),
  accountId: z.optional(z.string()),
  region: z.optional(z.string()),
});

const shown = {
  name: IntegrationNameSchema,
  origin: z.enum(["settings", "api"]).check(
    z.meta({
      description: "settings: the deployment's own organization, as long as nobody has written it",
    }),
  ),
  version: z.optional(z.int().check(z.positive())),
  updatedAt: z.optional(TimestampSchema),
  externalId: z.optional(
    z.string().check(
      z.meta({
        description: "Made by Lockstep; the trust policy of the connector's role has to ask for it",
      }),
    ),
  ),
  region: z.string(),
  connector: z.optional(z.strictObject({ roleArn: z.string() })),
  resourceTypes: z.array(z.enum(ResourceTypes)),
  customAccessDetails: z.optional(z.string()),
  owner: z.optional(z.strictObject({ users: z.array(PartySchema), groups: z.array(PartySchema) })),
  resourceOwner: z.optional(
    z.strictObject({ tagKey: z.string(), attribute: z.enum(ResourceOwnerAttributes) }),
  ),
  unconfirmedEditors: z.array(z.string()).check(
    z.meta({
      description:
        "Who has changed owner or resourceOwner since that was confirmed, by their ids: they approve nothing as owners until another administrator confirms it",
    }),
  ),
  syncEvery: z.optional(
    z.strictObject({ identity: z.optional(z.string()), resources: z.optional(z.string()) }),
  ),
  credentialRotationDays: z.optional(z.int()),
  userCleanupDays: z.optional(z.int()),
  status: z.enum(IntegrationStates),
  reasons: z
    .array(ReasonSchema)
    .check(z.meta({ description: "Why the status is what it is, and what to do about it" })),
  moreReasons: z.int().check(z.nonnegative()),
  lastSyncedAt: z.optional(TimestampSchema),
  lastSyncs: z.strictObject({ identity: z.optional(SyncIdSchema), resources: z.optional(SyncIdSchema) }),
} as const;

/** An integration as the API shows it: as it was written, and how it is. */
export const IntegrationViewSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    ...shown,
    kind: z.literal("aws-organization"),
    managementAccountId: z.string(),
    identityCenterRegion: z.string(),
    accessPortalUrl: z.string(),
    memberAccounts: z.boolean(),
    exclude: z.strictObject({ organizationalUnits: z.array(z.string()), accounts: z.array(z.string()) }),
  }),
  z.strictObject({ ...shown, kind: z.literal("aws-account"), accountId: z.string() }),
]);
export type IntegrationView = z.output<typeof IntegrationViewSchema>;

export const IntegrationListSchema = listOf(IntegrationViewSchema);

/** The body of `POST /integrations/{name}/refresh`, if there is one. */
export const RefreshBodySchema = z.strictObject({ scope: z.optional(z.enum(SyncScopes)) });

/** The syncs that a refresh has begun, or found under way. */
export const RefreshSchema = z.strictObject({
  syncs: z.array(
    z.strictObject({
      id: SyncIdSchema,
      scope: z.enum(SyncScopes),
      outcome: z.enum(["begun", "taken-up", "already-begun"]),
      location: z.string().check(z.meta({ description: "Where its progress is told" })),
    }),
  ),
});
