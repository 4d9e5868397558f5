import { partyKey, type Party, type PartyKey } from "../../domain/access-flow.ts";
import type { GroupId, RotaName, UserId } from "../../domain/ids.ts";
import type { PersonFacts } from "../../domain/person-rule.ts";
import { any, verdictOf, type Verdict } from "../../domain/rule.ts";
import type { Directory } from "../../ports/directory.ts";
import type { OnCall } from "../../ports/on-call.ts";
import { inBatches } from "../in-batches.ts";
import type { NeededOfPerson } from "./needed-facts.ts";

export interface PersonDependencies {
  readonly directory: Pick<Directory, "memberships" | "group" | "attributes" | "managerOf" | "members">;
  readonly onCall: OnCall;
}

/** Lookups at once. */
const AT_A_TIME = 5;

/** Whoever is the manager of somebody in a larger group is not looked for: that is a call for each member. */
export const MEMBERS_LOOKED_AT = 50;

const NOTHING: ReadonlySet<never> = new Set();

/** What is to be known of the person, as things are at `now`; a call for each kind of fact that is needed, and no others. */
export const loadPerson = async (
  dependencies: PersonDependencies,
  id: UserId,
  needed: NeededOfPerson,
  now: Date,
  /** All of the person's groups, where somebody has looked them up already. */
  known?: ReadonlySet<GroupId>,
): Promise<PersonFacts> => {
  const { directory } = dependencies;
  const memberships =
    known ?? (needed.groups.length === 0 ? NOTHING : await directory.memberships(id, needed.groups));
  const [missing, attributes, manages, onCall] = await Promise.all([
    missingOf(
      directory,
      needed.groupsDenied.filter((group) => !memberships.has(group)),
    ),
    needed.attributes ? directory.attributes(id) : undefined,
    managesOf(directory, id, needed.managed),
    onCallOf(dependencies, id, needed.rotas, now),
  ]);
  return { id, memberships, missingGroups: missing, attributes: attributes ?? {}, manages, onCall };
};

const missingOf = async (
  directory: Pick<Directory, "group">,
  groups: readonly GroupId[],
): Promise<ReadonlySet<GroupId>> => {
  const found = await inBatches(groups, AT_A_TIME, async (id) => ({ id, group: await directory.group(id) }));
  return new Set(found.flatMap(({ id, group }) => (group === undefined ? [id] : [])));
};

const managesOf = async (
  directory: Pick<Directory, "managerOf" | "members">,
  manager: UserId,
  parties: readonly Party[],
): Promise<ReadonlyMap<PartyKey, Verdict>> => {
  const verdicts = await inBatches(
    parties,
    AT_A_TIME,
    async (party) => [partyKey(party), await managesParty(directory, manager, party)] as const,
  );
  return new Map(verdicts);
};

/** Where the directory names no manager, nobody knows whose report somebody is: they may be gone, or their manager ambiguous. */
const managesParty = async (
  directory: Pick<Directory, "managerOf" | "members">,
  manager: UserId,
  party: Party,
): Promise<Verdict> => {
  const people = party.type === "user" ? [party.id] : await directory.members(party.id);
  // A group without members may be one that was deleted.
  if (people.length === 0 || people.length > MEMBERS_LOOKED_AT) return "unknown";
  const managers = await inBatches(people, AT_A_TIME, (person) => directory.managerOf(person));
  return any(managers, (found) => (found === undefined ? "unknown" : verdictOf(found === manager)));
};

const onCallOf = async (
  { onCall }: Pick<PersonDependencies, "onCall">,
  person: UserId,
  rotas: readonly RotaName[],
  now: Date,
): Promise<ReadonlyMap<RotaName, Verdict>> => {
  const verdicts = await inBatches(rotas, AT_A_TIME, async (rota) => {
    const people = await onCall.onCall(rota, now);
    return [rota, people === undefined ? "unknown" : verdictOf(people.includes(person))] as const;
  });
  return new Map<RotaName, Verdict>(verdicts);
};
