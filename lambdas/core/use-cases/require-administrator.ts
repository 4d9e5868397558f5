import { DomainError } from "../domain/errors.ts";
import type { Person } from "../domain/principal.ts";
import type { Directory } from "../ports/directory.ts";

interface Dependencies {
  readonly directory: Pick<Directory, "groupByName" | "memberships">;
  /** Display names, as the settings say. */
  readonly administratorGroups: readonly string[];
}

/** Whether the person is, now, a member of one of the administrators' groups. */
export const isAdministrator =
  ({ directory, administratorGroups }: Dependencies) =>
  async (person: Person): Promise<boolean> => {
    const groups = await Promise.all(administratorGroups.map((name) => directory.groupByName(name)));
    const ids = groups.flatMap((group) => (group === undefined ? [] : [group.groupId]));
    return ids.length > 0 && (await directory.memberships(person.userId, ids)).size > 0;
  };

/** Throws DomainError `not-administrator` for anyone else. */
export const requireAdministrator =
  (administrates: (person: Person) => Promise<boolean>) =>
  async (person: Person): Promise<void> => {
    if (await administrates(person)) return;
    throw new DomainError("not-administrator", "Only administrators may do this.");
  };
