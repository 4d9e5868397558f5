import * as z from "zod/mini";
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
  paged,
  pageMembers,
  resourceId,
  userOf,
  type Directory,
} from "./directory.ts";
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
  ...plainAttributes,
});

const describe = (directory: Directory, { attributes, ...user }: UserRecord): JsonObject => ({
  IdentityStoreId: directory.identityStoreId,
  ...attributes,
  UserId: user.UserId,
  UserName: user.UserName,
  DisplayName: user.DisplayName,
  UserStatus: user.UserStatus,
  CreatedAt: user.CreatedAt,
  UpdatedAt: user.UpdatedAt,
  ...(user.Emails === undefined ? {} : { Emails: user.Emails.map((email) => ({ ...email })) }),
  ...(user.ExternalIds === undefined ? {} : { ExternalIds: user.ExternalIds.map((id) => ({ ...id })) }),
});

const definedIn = (attributes: Readonly<Record<string, unknown>>): Record<string, Json> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Record<
    string,
    Json
  >;

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
  const values = (user.Emails ?? []).map((email) => email.Value);
  for (const other of directory.documents.users.all()) {
    if (other.UserId === user.UserId) continue;
    if (other.UserName === user.UserName) throw notUnique("Duplicate UserName");
    if (other.Emails?.some((email) => email.Value !== undefined && values.includes(email.Value)))
      throw notUnique("Duplicate Emails.Value");
  }
};

const alternateIdentifier = z.object({
  ExternalId: z.optional(z.object({ Issuer: z.string(), Id: z.string() })),
  UniqueAttribute: z.optional(z.object({ AttributePath: z.string(), AttributeValue: z.custom<Json>() })),
});

/** Whether a user is the one an alternate identifier names. */
const matcherOf = (identifier: z.output<typeof alternateIdentifier>): ((user: UserRecord) => boolean) => {
  const { ExternalId: external, UniqueAttribute: unique } = identifier;
  if (external !== undefined)
    return (user) =>
      user.ExternalIds?.some(({ Issuer, Id }) => Issuer === external.Issuer && Id === external.Id) ?? false;
  if (unique === undefined) throw invalidAttribute("AlternateIdentifier must name exactly one identifier");
  const value = unique.AttributeValue;
  switch (unique.AttributePath.toLowerCase()) {
    case "username":
      return (user) => user.UserName === value;
    case "emails.value":
      return (user) => user.Emails?.some((email) => email.Value === value) ?? false;
    default:
      throw invalidAttribute(`The attribute ${unique.AttributePath} is not a unique attribute`);
  }
};

const memberNamed = (path: string): string => path.charAt(0).toUpperCase() + path.slice(1);

/** Sets the attribute at `path` ("title", "name.givenName", "emails"…); a missing value removes it. */
const withAttribute = (user: JsonObject, path: string, value: Json | undefined): JsonObject => {
  const [first = "", ...rest] = path.split(".");
  const member = memberNamed(first);
  if (rest.length === 0) return { ...user, [member]: value ?? undefined };
  const inner = user[member];
  const nested =
    typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as JsonObject) : {};
  return { ...user, [member]: withAttribute(nested, rest.join("."), value) };
};

const recordFrom = (directory: Directory, current: UserRecord, changed: JsonObject): UserRecord => {
  const parsed = z.safeParse(userSchema, changed);
  if (!parsed.success)
    throw invalidAttribute(
      parsed.error.issues.map((issue) => `${issue.path.join(".")}: The attribute is not valid`).join(", "),
    );
  const { UserName, DisplayName, UserStatus, Emails, ...attributes } = parsed.data;
  return {
    UserId: current.UserId,
    UserName,
    DisplayName,
    UserStatus,
    ...(Emails === undefined ? {} : { Emails }),
    ...(current.ExternalIds === undefined ? {} : { ExternalIds: current.ExternalIds }),
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
        ...plainAttributes,
      }),
      ({ UserName, DisplayName, Emails, IdentityStoreId: _, ...attributes }) => {
        if (!UserName) throw invalidAttribute("userName is a required attribute");
        refuseIncomplete({ ...attributes, DisplayName });
        const now = nowInSeconds(directory);
        const user: UserRecord = {
          UserId: directory.newId(),
          UserName,
          DisplayName: DisplayName ?? "",
          UserStatus: "ENABLED",
          ...(Emails === undefined ? {} : { Emails }),
          CreatedAt: now,
          UpdatedAt: now,
          attributes: definedIn(attributes),
        };
        refuseDuplicate(directory, user);
        users.put(user.UserId, user);
        return { IdentityStoreId, UserId: user.UserId };
      },
    ),

    DescribeUser: defineOperation(inputOf({ UserId: resourceId }), ({ UserId }) =>
      describe(directory, userOf(directory, UserId)),
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
          (user, { AttributePath, AttributeValue }) => withAttribute(user, AttributePath, AttributeValue),
          describe(directory, current),
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
        deleteMemberships(directory, (membership) => membership.UserId === UserId);
        users.delete(UserId);
      });
      return {};
    }),

    GetUserId: defineOperation(
      inputOf({ AlternateIdentifier: alternateIdentifier }),
      ({ AlternateIdentifier }) => {
        const user = users.all().find(matcherOf(AlternateIdentifier));
        if (user === undefined) throw notFound("USER");
        return { IdentityStoreId, UserId: user.UserId };
      },
    ),

    ListUsers: defineOperation(
      inputOf({
        ...pageMembers,
        Filters: z.optional(z.array(z.object({ AttributePath: z.string(), AttributeValue: z.string() }))),
      }),
      (input) => {
        const unsupported = input.Filters?.find(({ AttributePath }) => AttributePath !== "UserName");
        if (unsupported !== undefined)
          throw invalidAttribute(`The filter attribute ${unsupported.AttributePath} is not supported`);
        const wanted = users
          .all()
          .filter(
            (user) => input.Filters?.every((filter) => filter.AttributeValue === user.UserName) ?? true,
          );
        const { items, next } = paged(wanted, ({ UserId }) => UserId, input);
        return { Users: items.map((user) => describe(directory, user)), ...next };
      },
    ),
  };
};
