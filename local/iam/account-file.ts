import * as z from "zod/mini";
import { mapping, type FileProblem, type YamlPath } from "../yaml-file.ts";
import { nameKey } from "./names.ts";

const nameOf = (longest: number) => {
  const expected = `at most ${String(longest)} letters, digits or +=,.@_-`;
  return z
    .string({ error: expected })
    .check(z.regex(/^[\w+=,.@-]+$/, expected), z.maxLength(longest, expected));
};

const name = nameOf(64);

/** Who may assume a role, as the file says it. */
const TRUSTED =
  /^(?:\d{12}|arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|user\/\S+|role\/\S+)|sts::\d{12}:assumed-role\/\S+)|[a-z0-9.-]+\.amazonaws\.com|\*)$/;
const trusted = "the ARN of a user, role or session, an account, an AWS service, or *";

const role = mapping({
  name,
  path: z._default(
    z
      .string({ error: "a path, such as /teams/" })
      .check(z.regex(/^\/$|^\/[\u0021-\u007e]+\/$/, "a path, such as /teams/")),
    "/",
  ),
  description: z.optional(z.string({ error: "text" })),
  trust: z
    .array(z.string({ error: trusted }).check(z.regex(TRUSTED, trusted)))
    .check(z.minLength(1, trusted)),
  /** What whoever assumes it has to say as well. */
  externalId: z.optional(z.string({ error: "text" })),
});

/** IAM within an account: users by their names, groups with members, roles with whom they trust. */
export const accountIam = mapping({
  users: z._default(z.array(name), []),
  groups: z._default(z.array(mapping({ name: nameOf(128), members: z._default(z.array(name), []) })), []),
  roles: z._default(z.array(role), []),
});

export type AccountIam = z.output<typeof accountIam>;

const repeated = (
  names: readonly string[],
  pathOf: (index: number) => YamlPath,
  what: string,
): FileProblem[] =>
  names.flatMap((one, index) =>
    names.findIndex((other) => nameKey(other) === nameKey(one)) < index
      ? [
          {
            path: pathOf(index),
            found: `the ${what} "${one}" a second time`,
            expected: `every ${what} once, whatever its case`,
          },
        ]
      : [],
  );

const problemsIn = ({ users, groups, roles }: AccountIam, at: YamlPath): FileProblem[] => [
  ...repeated(users, (index) => [...at, "users", index], "user"),
  ...repeated(
    groups.map((group) => group.name),
    (index) => [...at, "groups", index, "name"],
    "group",
  ),
  ...repeated(
    roles.map((one) => one.name),
    (index) => [...at, "roles", index, "name"],
    "role",
  ),
  ...groups.flatMap(({ members }, index) => [
    ...repeated(members, (member) => [...at, "groups", index, "members", member], "member"),
    ...members.flatMap((member, position) =>
      users.includes(member)
        ? []
        : [
            {
              path: [...at, "groups", index, "members", position],
              found: `the unknown user "${member}"`,
              expected: "a user that is listed under the account's iam.users",
            },
          ],
    ),
  ]),
];

/** Every name that stands twice in an account's IAM, and every member who is no user there. */
export const iamProblems = (accounts: readonly { readonly iam?: AccountIam | undefined }[]): FileProblem[] =>
  accounts.flatMap(({ iam }, index) =>
    iam === undefined ? [] : problemsIn(iam, ["accounts", index, "iam"]),
  );
