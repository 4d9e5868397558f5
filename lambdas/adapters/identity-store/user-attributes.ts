import type { User } from "@aws-sdk/client-identitystore";
import * as z from "zod/mini";
import type { DirectoryAttributes } from "../../core/domain/directory-attributes.ts";

/**
 * Attributes of an employee, which AWS shows when they are asked for: "aws:identitystore:enterprise is the only supported
 * extension name". Its `manager` has a `value`, usually the id of another user
 * (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_DescribeUser.html, the example).
 */
const ENTERPRISE = "aws:identitystore:enterprise";

/** How a read asks for them. */
export const withEnterprise = { Extensions: [ENTERPRISE] };

type Described = Pick<
  User,
  | "UserName"
  | "Emails"
  | "DisplayName"
  | "Title"
  | "UserType"
  | "PreferredLanguage"
  | "Locale"
  | "Timezone"
  | "Extensions"
>;

const text = z.catch(z.optional(z.string().check(z.minLength(1))), undefined);

/** An identity provider may send anything as an extension: what is no text is nothing. */
const EnterpriseSchema = z.catch(
  z.object({
    employeeNumber: text,
    costCenter: text,
    organization: text,
    division: text,
    department: text,
    manager: z.catch(z.object({ value: text }), { value: undefined }),
  }),
  { manager: { value: undefined } },
);

/** What the directory holds as the manager, as the identity provider sent it. */
export const managerOf = ({ Extensions }: Pick<User, "Extensions">): string | undefined =>
  EnterpriseSchema.parse(Extensions?.[ENTERPRISE]).manager.value;

/** The primary one, else the first. */
export const emailOf = ({ Emails }: Pick<User, "Emails">): string | undefined =>
  (Emails?.find(({ Primary }) => Primary) ?? Emails?.[0])?.Value;

/** What AWS shows of a user, by name; the enterprise's where it was asked for. */
export const attributesOf = (user: Described): DirectoryAttributes => {
  const { manager, ...enterprise } = EnterpriseSchema.parse(user.Extensions?.[ENTERPRISE]);
  return said({
    userName: user.UserName,
    email: emailOf(user),
    displayName: user.DisplayName,
    title: user.Title,
    userType: user.UserType,
    preferredLanguage: user.PreferredLanguage,
    locale: user.Locale,
    timezone: user.Timezone,
    ...enterprise,
    manager: manager.value,
  });
};

const said = (
  attributes: Readonly<Partial<Record<keyof DirectoryAttributes, string | undefined>>>,
): DirectoryAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== ""));
