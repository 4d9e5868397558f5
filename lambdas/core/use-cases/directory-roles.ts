import { SettingOfRole, type DirectoryRole } from "../contracts/roles.ts";
import { DomainError } from "../domain/errors.ts";
import type { Person } from "../domain/principal.ts";
import type { Directory } from "../ports/directory.ts";

interface Dependencies {
  readonly directory: Pick<Directory, "groupByName" | "memberships">;
  /** The display names of each role's groups, as the settings say. */
  readonly roleGroups: Readonly<Record<DirectoryRole, readonly string[]>>;
}

/** Those of the roles that the person has now. Asking for fewer asks the directory for fewer groups. */
export type RolesOf = (
  person: Person,
  among: readonly DirectoryRole[],
) => Promise<ReadonlySet<DirectoryRole>>;

/** The roles that the person's groups give them now: each group's id is looked up, and the person's groups once for all. */
export const directoryRoles =
  ({ directory, roleGroups }: Dependencies): RolesOf =>
  async (person, among) => {
    const names = [...new Set(among.flatMap((role) => roleGroups[role]))];
    const found = await Promise.all(
      names.map(async (name) => [name, (await directory.groupByName(name))?.groupId] as const),
    );
    const ids = found.flatMap(([, id]) => (id === undefined ? [] : [id]));
    if (ids.length === 0) return new Set();
    const memberships = await directory.memberships(person.userId, ids);
    const theirs = new Set(
      found.flatMap(([name, id]) => (id !== undefined && memberships.has(id) ? [name] : [])),
    );
    return new Set(among.filter((role) => roleGroups[role].some((name) => theirs.has(name))));
  };

/** Throws DomainError `not-administrator`, or `role-missing` where other roles would do, for somebody with none of `roles`. */
export const requireOneOf =
  (rolesOf: RolesOf) =>
  async (person: Person, roles: readonly DirectoryRole[]): Promise<void> => {
    if ((await rolesOf(person, roles)).size > 0) return;
    if (roles.every((role) => role === "administrator")) {
      throw new DomainError("not-administrator", "Only administrators may do this.");
    }
    const wanted = roles.map((role) => `${role} (deploy setting ${SettingOfRole[role]})`).join(" or ");
    throw new DomainError(
      "role-missing",
      `This needs the role ${wanted}, and no group that you are in gives you one of them.`,
    );
  };
