import * as z from "zod/mini";
import { definedIn } from "./attributes.ts";
import type { Json, JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import {
  defineOperation,
  deleteMemberships,
  inputOf,
  invalidAttribute,
  notFound,
  notUnique,
  nowInSeconds,
  namedByAll,
  paged,
  pageMembers,
  resourceId,
  userOf,
  type Directory,
} from "./directory.ts";
import { ENTERPRISE, enterpriseIn, extensionNames, extensions } from "./enterprise.ts";
import type { UserRecord } from "./records.ts";

const text = z.optional(z.string());
const anything = z.optional(z.custom<Json>());
const emails = z.array(z.object({ Value: text, Type: text, Primary: z.optional(z.boolean()) }));
const name = z.object({
  Formatted: text,
  FamilyName: text,
  GivenName: text,
  MiddleName: text,
  HonorificPrefix: text,
  HonorificSuffix: text,
});

/** Attributes that are kept and shown, and nothing else (API_CreateUser). */
const plainAttributes = {
  Name: z.optional(name),
  NickName: text,
  ProfileUrl: text,
  Addresses: anything,
  PhoneNumbers: anything,
  UserType: text,
  Title: text,
  PreferredLanguage: text,
  Locale: text,
  Timezone: text,
  Photos: anything,
  Website: text,
  Birthdate: text,
  Roles: anything,
};
const userSchema = z.object({
  UserName: z.string(),
  DisplayName: z.string(),
  UserStatus: z.enum(["ENABLED", "DISABLED"]),
  Emails: z.optional(emails),
  Extensions: extensions,
  ...plainAttributes,
});

const describe = (
  directory: Directory,
  { attributes, ...user }: UserRecord,
  wanted: readonly string[] = [],
): JsonObject => ({
  IdentityStoreId: directory.identityStoreId,
  ...attributes,
  UserId: user.UserId,
  UserName: user.UserName,
  DisplayName: user.DisplayName,
  UserStatus: user.UserStatus,
  CreatedAt: user.CreatedAt,
  UpdatedAt: user.UpdatedAt,
  ...(user.enterprise !== undefined && wanted.includes(ENTERPRISE)
    ? { Extensions: { [ENTERPRISE]: user.enterprise } }
    : {}),
  ...(user.Emails === undefined ? {} : { Emails: user.Emails.map((email) => ({ ...email })) }),
  ...(user.ExternalIds === undefined ? {} : { ExternalIds: user.ExternalIds.map((id) => ({ ...id })) }),
});

/** CreateUser asks for these although its model marks them optional; the sentence is the one that moto 5.2.1 answers. */
const refuseIncomplete = (user: {
  readonly DisplayName?: string | undefined;
  readonly Name?: z.output<typeof name> | undefined;
}) => {
  const missing = [
    ...(user.DisplayName ? [] : ["displayname"]),
    ...(user.Name === undefined ? ["name"] : []),
    ...(user.Name !== undefined && !user.Name.GivenName ? ["givenname"] : []),
    ...(user.Name !== undefined && !user.Name.FamilyName ? ["familyname"] : []),
  ];
  if (missing.length > 0)
    throw invalidAttribute(missing.map((path) => `${path}: The attribute ${path} is required`).join(", "));
};

/** userName and emails.value are the attributes that GetUserId calls unique (API_GetUserId). */
const refuseDuplicate = (directory: Directory, user: UserRecord) => {
  const { users } = directory.documents;
  const isAnothers = (id: string | undefined) => id !== undefined && id !== user.UserId;
  if (isAnothers(users.idNamed(user.UserName))) throw notUnique("Duplicate UserName");
  const values = (user.Emails ?? []).flatMap(({ Value }) => Value ?? []);
  if (values.some((value) => isAnothers(users.idWithEmail(value)))) throw notUnique("Duplicate Emails.Value");
};

const alternateIdentifier = z.object({
  ExternalId: z.optional(z.object({ Issuer: z.string(), Id: z.string() })),
  UniqueAttribute: z.optional(z.object({ AttributePath: z.string(), AttributeValue: z.custom<Json>() })),
});

/** The id of the user that an alternate identifier names. */
const idOf = (
  { documents: { users } }: Directory,
  { ExternalId: external, UniqueAttribute: unique }: z.output<typeof alternateIdentifier>,
): string | undefined => {
  if (external !== undefined) return users.idWithExternalId(external);
  if (unique === undefined) throw invalidAttribute("AlternateIdentifier must name exactly one identifier");
  const value = typeof unique.AttributeValue === "string" ? unique.AttributeValue : "";
  switch (unique.AttributePath.toLowerCase()) {
    case "username":
      return users.idNamed(value);
    case "emails.value":
      return users.idWithEmail(value);
    default:
      throw invalidAttribute(`The attribute ${unique.AttributePath} is not a unique attribute`);
  }
};

const memberNamed = (path: string): string => path.charAt(0).toUpperCase() + path.slice(1);

/** Sets what is at `path`; a missing value removes it. */
const withMember = (
  within: JsonObject,
  [first = "", ...rest]: readonly string[],
  value: Json | undefined,
): JsonObject => {
  if (rest.length === 0) return { ...within, [first]: value ?? undefined };
  const inner = within[first];
  const nested =
    typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as JsonObject) : {};
  return { ...within, [first]: withMember(nested, rest, value) };
};

/** `title`, `name.givenName`, `emails`, or `aws:identitystore:enterprise.manager.value`, as members of the user. */
const membersAt = (path: string): readonly string[] => {
  if (path === ENTERPRISE) return ["Extensions", ENTERPRISE];
  if (path.startsWith(`${ENTERPRISE}.`))
    return ["Extensions", ENTERPRISE, ...path.slice(ENTERPRISE.length + 1).split(".")];
  return path.split(".").map(memberNamed);
};

const recordFrom = (directory: Directory, current: UserRecord, changed: JsonObject): UserRecord => {
  const parsed = z.safeParse(userSchema, changed);
  if (!parsed.success)
    throw invalidAttribute(
      parsed.error.issues.map((issue) => `${issue.path.join(".")}: The attribute is not valid`).join(", "),
    );
  const { UserName, DisplayName, UserStatus, Emails, Extensions, ...attributes } = parsed.data;
  return {
    UserId: current.UserId,
    UserName,
    DisplayName,
    UserStatus,
    ...(Emails === undefined ? {} : { Emails }),
    ...(current.ExternalIds === undefined ? {} : { ExternalIds: current.ExternalIds }),
    ...enterpriseIn(Extensions),
    CreatedAt: current.CreatedAt,
    UpdatedAt: nowInSeconds(directory),
    attributes: definedIn(attributes),
  };
};

/** The users of the directory. */
export const userOperations = (directory: Directory): Record<string, Operation> => {
  const { users } = directory.documents;
  const IdentityStoreId = directory.identityStoreId;
  return {
    CreateUser: defineOperation(
      inputOf({
        UserName: text,
        DisplayName: text,
        Emails: z.optional(emails),
        Extensions: extensions,
        ...plainAttributes,
      }),
      ({ UserName, DisplayName, Emails, Extensions, IdentityStoreId: _, ...attributes }) => {
        if (!UserName) throw invalidAttribute("userName is a required attribute");
        refuseIncomplete({ ...attributes, DisplayName });
        const now = nowInSeconds(directory);
        const user: UserRecord = {
          UserId: directory.newId(),
          UserName,
          DisplayName: DisplayName ?? "",
          UserStatus: "ENABLED",
          ...(Emails === undefined ? {} : { Emails }),
          ...enterpriseIn(Extensions),
          CreatedAt: now,
          UpdatedAt: now,
          attributes: definedIn(attributes),
        };
        refuseDuplicate(directory, user);
        users.put(user.UserId, user);
        return { IdentityStoreId, UserId: user.UserId };
      },
    ),

    DescribeUser: defineOperation(
      inputOf({ UserId: resourceId, Extensions: extensionNames }),
      ({ UserId, Extensions }) => describe(directory, userOf(directory, UserId), Extensions),
    ),

    /**
     * UserStatus is shown by DescribeUser, and no API page says how it changes; the path `userStatus` is this simulator's way,
     * so that a tester can disable a person.
     */
    UpdateUser: defineOperation(
      inputOf({
        UserId: resourceId,
        Operations: z
          .array(z.object({ AttributePath: z.string(), AttributeValue: anything }))
          .check(z.minLength(1, "Member must have length greater than or equal to 1")),
      }),
      ({ UserId, Operations }) => {
        const current = userOf(directory, UserId);
        const changed = Operations.reduce(
          (user, { AttributePath, AttributeValue }) =>
            withMember(user, membersAt(AttributePath), AttributeValue),
          describe(directory, current, [ENTERPRISE]),
        );
        const user = recordFrom(directory, current, changed);
        refuseDuplicate(directory, user);
        users.put(UserId, user);
        return {};
      },
    ),

    DeleteUser: defineOperation(inputOf({ UserId: resourceId }), ({ UserId }) => {
      userOf(directory, UserId);
      directory.store.atomically(() => {
        deleteMemberships(directory, directory.documents.memberships.ofUser(UserId));
        users.delete(UserId);
      });
      return {};
    }),

    GetUserId: defineOperation(
      inputOf({ AlternateIdentifier: alternateIdentifier }),
      ({ AlternateIdentifier }) => {
        const UserId = idOf(directory, AlternateIdentifier);
        if (UserId === undefined) throw notFound("USER");
        return { IdentityStoreId, UserId };
      },
    ),

    ListUsers: defineOperation(
      inputOf({
        ...pageMembers,
        Extensions: extensionNames,
        Filters: z.optional(z.array(z.object({ AttributePath: z.string(), AttributeValue: z.string() }))),
      }),
      (input) => {
        const unsupported = input.Filters?.find(({ AttributePath }) => AttributePath !== "UserName");
        if (unsupported !== undefined)
          throw invalidAttribute(`The filter attribute ${unsupported.AttributePath} is not supported`);
        const names = input.Filters?.map(({ AttributeValue }) => AttributeValue) ?? [];
        const wanted = names.length === 0 ? users.range : namedByAll(names, users);
        const { items, next } = paged(wanted, input);
        return { Users: items.map((user) => describe(directory, user, input.Extensions)), ...next };
      },
    ),
  };
};
