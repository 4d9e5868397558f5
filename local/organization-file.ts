import * as z from "zod/mini";
import { accountIam, iamProblems } from "./iam/account-file.ts";
import { accountResourceExplorer, accountResources, resourceProblems } from "./resources/account-file.ts";
import { mapping, readYamlFile, type FileProblem, type YamlFile, type YamlPath } from "./yaml-file.ts";

const text = z.string({ error: "text" }).check(z.minLength(1, "text that is not empty"));
const accountId = z
  .string({ error: "12 digits in quotes" })
  .check(z.regex(/^\d{12}$/, "12 digits in quotes"));
const email = z
  .string({ error: "an email address" })
  .check(z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an email address"));
const tags = z.record(z.string(), z.string({ error: "text" }), { error: "a mapping of tags" });

const account = mapping({
  id: accountId,
  name: text,
  email: z.optional(email),
  /** The unit that it is in, by the names of the units above it; the root is `/`. */
  ou: z._default(
    z
      .string({ error: "an organizational unit, such as /Workloads/Prod" })
      .check(z.regex(/^\/$|^(\/[^/]+)+$/, "an organizational unit, such as /Workloads/Prod")),
    "/",
  ),
  tags: z._default(tags, {}),
  state: z._default(
    z.enum(["ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"]),
    "ACTIVE",
  ),
  iam: z.optional(accountIam),
  resources: z.optional(accountResources),
  resourceExplorer: z.optional(accountResourceExplorer),
});

/** By the names that access flows know them by (lambdas/core/domain/directory-attributes.ts). */
const userAttributes = mapping({
  title: z.optional(text),
  userType: z.optional(text),
  preferredLanguage: z.optional(text),
  locale: z.optional(text),
  timezone: z.optional(text),
  employeeNumber: z.optional(text),
  costCenter: z.optional(text),
  organization: z.optional(text),
  division: z.optional(text),
  department: z.optional(text),
});

const user = mapping({
  userName: text,
  email,
  displayName: text,
  status: z._default(z.enum(["ENABLED", "DISABLED"]), "ENABLED"),
  externalIds: z._default(z.array(mapping({ issuer: text, id: text })), []),
  /** The user name of the person's manager. */
  manager: z.optional(text),
  /** What else the directory says of the person. */
  attributes: z.optional(userAttributes),
});

const group = mapping({
  displayName: text,
  description: z.optional(text),
  /** What Lockstep lets its members do (lambdas/core/contracts/roles.ts); cdk.json says who the administrators are. */
  role: z.optional(z.enum(["policy-author", "auditor"], { error: "policy-author or auditor" })),
  members: z._default(z.array(text), []),
});

const permissionSet = mapping({
  name: z
    .string({ error: "at most 32 letters, digits or +=,.@-" })
    .check(z.regex(/^[\w+=,.@-]{1,32}$/, "at most 32 letters, digits or +=,.@-")),
  description: z.optional(text),
  managedPolicies: z._default(
    z.array(
      z
        .string({ error: "the ARN of a managed policy" })
        .check(z.regex(/^arn:aws[a-z-]*:iam::aws:policy\//, "the ARN of an AWS managed policy")),
    ),
    [],
  ),
  /** Policies that each account has for itself. */
  customerManagedPolicies: z.optional(z.array(mapping({ name: text, path: z._default(text, "/") }))),
  inlinePolicy: z.optional(z.record(z.string(), z.unknown(), { error: "an IAM policy as a mapping" })),
  sessionDuration: z._default(
    z
      .string({ error: "a duration from PT1H to PT12H" })
      .check(z.regex(/^PT([1-9]|1[0-2])H(([1-5]?\d)M)?$/, "a duration from PT1H to PT12H")),
    "PT1H",
  ),
  tags: z._default(tags, {}),
});

const assignment = mapping({
  account: text,
  permissionSet: text,
  group: z.optional(text),
  user: z.optional(text),
}).check(
  z.refine((value) => (value.group === undefined) !== (value.user === undefined), {
    error: "either a group or a user",
  }),
);

const OrganizationFileSchema = mapping({
  managementAccountId: accountId,
  accounts: z.array(account),
  identityCenter: mapping({
    region: text,
    users: z._default(z.array(user), []),
    groups: z._default(z.array(group), []),
    permissionSets: z._default(z.array(permissionSet), []),
    assignments: z._default(z.array(assignment), []),
  }),
});

/** An organization with its directory, permission sets and standing assignments, as a YAML file describes it. */
export type OrganizationFile = z.output<typeof OrganizationFileSchema>;
export type OrganizationAccount = OrganizationFile["accounts"][number];
export type OrganizationUser = OrganizationFile["identityCenter"]["users"][number];
export type OrganizationPermissionSet = OrganizationFile["identityCenter"]["permissionSets"][number];
export type OrganizationAssignment = OrganizationFile["identityCenter"]["assignments"][number];

/** Each value of `items` that an earlier one has already. */
const duplicates = <T>(
  items: readonly T[],
  list: YamlPath,
  member: string,
  valueOf: (item: T) => string,
): FileProblem[] => {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const value = valueOf(item);
    const repeated = seen.has(value);
    seen.add(value);
    const path = [...list, index, member];
    return repeated
      ? [{ path, found: `the ${member} "${value}" a second time`, expected: `every ${member} once` }]
      : [];
  });
};

/** Every name in the file that leads nowhere. */
const dangling = ({ accounts, managementAccountId, identityCenter }: OrganizationFile): FileProblem[] => {
  const { users, groups, permissionSets, assignments } = identityCenter;
  const userNames = new Set(users.map(({ userName }) => userName));
  const groupNames = new Set(groups.map(({ displayName }) => displayName));
  const setNames = new Set(permissionSets.map(({ name }) => name));
  const accountNames = new Set(accounts.flatMap(({ id, name }) => [id, name]));
  const unknown = (known: ReadonlySet<string>, path: YamlPath, kind: string, where: string, name?: string) =>
    name === undefined || known.has(name)
      ? []
      : [
          {
            path,
            found: `the unknown ${kind} "${name}"`,
            expected: `${kind === "account" ? "an" : "a"} ${kind} that is listed under ${where}`,
          },
        ];
  const list = ["identityCenter", "assignments"];
  return [
    ...(accounts.some(({ id }) => id === managementAccountId)
      ? []
      : [
          {
            path: ["managementAccountId"],
            found: `the management account ${managementAccountId} without an entry`,
            expected: "an account with that id under accounts",
          },
        ]),
    ...groups.flatMap(({ members }, index) =>
      members.flatMap((name, at) =>
        unknown(
          userNames,
          ["identityCenter", "groups", index, "members", at],
          "user",
          "identityCenter.users",
          name,
        ),
      ),
    ),
    ...users.flatMap(({ manager }, index) =>
      unknown(
        userNames,
        ["identityCenter", "users", index, "manager"],
        "user",
        "identityCenter.users",
        manager,
      ),
    ),
    ...assignments.flatMap((item, index) => [
      ...unknown(accountNames, [...list, index, "account"], "account", "accounts", item.account),
      ...unknown(
        setNames,
        [...list, index, "permissionSet"],
        "permission set",
        "identityCenter.permissionSets",
        item.permissionSet,
      ),
      ...unknown(groupNames, [...list, index, "group"], "group", "identityCenter.groups", item.group),
      ...unknown(userNames, [...list, index, "user"], "user", "identityCenter.users", item.user),
    ]),
  ];
};

const repeated = ({ accounts, identityCenter }: OrganizationFile): FileProblem[] => {
  const { users, groups, permissionSets, assignments } = identityCenter;
  const inCenter = (list: string) => ["identityCenter", list];
  const idOf = (nameOrId: string) => accounts.find(({ name }) => name === nameOrId)?.id ?? nameOrId;
  return [
    ...duplicates(accounts, ["accounts"], "id", ({ id }) => id),
    ...duplicates(accounts, ["accounts"], "name", ({ name }) => name),
    ...duplicates(accounts, ["accounts"], "email", (item) => accountEmail(item)),
    ...duplicates(users, inCenter("users"), "userName", ({ userName }) => userName),
    ...duplicates(users, inCenter("users"), "email", ({ email: address }) => address),
    ...duplicates(groups, inCenter("groups"), "displayName", ({ displayName }) => displayName),
    ...groups.flatMap(({ members }, index) =>
      members.flatMap((name, at) =>
        members.indexOf(name) < at
          ? [
              {
                path: [...inCenter("groups"), index, "members", at],
                found: `the member "${name}" a second time`,
                expected: "every member once",
              },
            ]
          : [],
      ),
    ),
    ...duplicates(permissionSets, inCenter("permissionSets"), "name", ({ name }) => name),
    ...duplicates(assignments, inCenter("assignments"), "account", (item) =>
      [idOf(item.account), item.permissionSet, item.group ?? `user ${item.user ?? ""}`].join(" / "),
    ),
  ];
};

/** An account's email address; AWS wants one for every account, so one is made up where the file gives none. */
export const accountEmail = (item: Pick<OrganizationAccount, "email" | "name">): string =>
  item.email ?? `aws+${item.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}@example.com`;

/**
 * Reads an organization file. Throws InvalidFileError, with file, line, what was found and what was expected, for malformed
 * YAML, unknown keys, ill-typed values, duplicates, and names that lead nowhere.
 */
export const readOrganizationFile = (path: string): OrganizationFile => {
  const file: YamlFile<OrganizationFile> = readYamlFile(path, OrganizationFileSchema);
  file.refuse([
    ...repeated(file.value),
    ...dangling(file.value),
    ...iamProblems(file.value.accounts),
    ...resourceProblems(file.value.accounts),
  ]);
  return file.value;
};
