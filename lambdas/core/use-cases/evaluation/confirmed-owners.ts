import type { Party } from "../../domain/access-flow.ts";
import type { ResolvedApprovers } from "../../domain/approval-step.ts";
import { mayServe } from "../../domain/configuration/confirmation.ts";
import type { GroupId, UserId } from "../../domain/ids.ts";
import type { OwnerSettings, Ownership } from "../../domain/ownership.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader } from "../../ports/inventory.ts";

/*
 * Whoever changes who owns resources gains nothing by it until another administrator has confirmed the change: they are no
 * owner, by name, through a group or by a tag, and what they ask for has no owner who could agree to it.
 */

interface Dependencies {
  readonly directory: Pick<Directory, "members">;
  readonly inventory: Pick<InventoryReader, "getAll">;
  readonly secondAdministrator: boolean;
}

/** Whose access it would be. */
interface ForWhom {
  readonly requester: UserId;
  readonly principal: Principal;
}

type Owners = ResolvedApprovers["owners"][number];

/**
 * A group of owners with an unconfirmed editor among them is named by its other members, in the request and in each step that
 * is kept of it: so many (some 100 bytes each), and as many as one read of their names takes.
 */
const MOST_MEMBERS = 100;

/**
 * The owners among these whom the integration's unconfirmed editors did not make so for themselves. Nothing is looked up where
 * nobody waits for a confirmation.
 */
export const confirmedOwners = async (
  dependencies: Dependencies,
  integration: OwnerSettings,
  { requester, principal }: ForWhom,
  ownerships: readonly Ownership[],
): Promise<readonly Owners[]> => {
  const isEditor = (person: UserId) => !mayServe(integration, person, dependencies.secondAdministrator);
  const membersOf = memoisedMembers(dependencies.directory);
  if (!(integration.unconfirmedEditors ?? []).some(isEditor)) return ownerships.map(asFound);
  const waits = `who owns resources of the integration ${integration.name} was changed, and another administrator has not confirmed that yet`;
  const beneficiaries = principal.type === "USER" ? [principal.id] : await membersOf(principal.id);
  if ([requester, ...beneficiaries].some(isEditor))
    return ownerships.map(() => ({ nobody: `${waits}: whoever changed it gets nothing by it until then` }));
  return Promise.all(
    ownerships.map(async (ownership): Promise<Owners> => {
      const found = asFound(ownership);
      if ("nobody" in found) return found;
      const parties: Party[] = [];
      for (const party of found.parties) {
        const people = await withoutEditors(dependencies, party, isEditor, membersOf);
        if (people === "too-many")
          return {
            nobody: `${waits}: of the group ${party.name}, which has more than ${String(MOST_MEMBERS)} members, nobody is an owner until then`,
          };
        parties.push(...people);
      }
      return parties.length === 0
        ? { nobody: `${found.because}; ${waits}: whoever changed it is no owner until then` }
        : { parties, because: found.because };
    }),
  );
};

const asFound = ({ parties, reason }: Ownership): Owners =>
  parties.length === 0 ? { nobody: reason } : { parties, because: reason };

/** The party as it is, unless an editor is, or belongs to, it. */
const withoutEditors = async (
  { inventory }: Pick<Dependencies, "inventory">,
  party: Party,
  isEditor: (person: UserId) => boolean,
  membersOf: (group: GroupId) => Promise<readonly UserId[]>,
): Promise<readonly Party[] | "too-many"> => {
  if (party.type === "user") return isEditor(party.id) ? [] : [party];
  const members = await membersOf(party.id);
  if (!members.some(isEditor)) return [party];
  if (members.length > MOST_MEMBERS) return "too-many";
  const others = members.filter((member) => !isEditor(member));
  const known = others.length === 0 ? [] : await inventory.getAll("user", others);
  const names = new Map<string, string>(known.map(({ fact }) => [fact.id, fact.userName]));
  return others.map((id) => ({ type: "user", id, name: names.get(id) ?? id }));
};

const memoisedMembers = (directory: Pick<Directory, "members">) => {
  const known = new Map<GroupId, Promise<readonly UserId[]>>();
  return (group: GroupId): Promise<readonly UserId[]> => {
    const members = known.get(group) ?? directory.members(group);
    known.set(group, members);
    return members;
  };
};
