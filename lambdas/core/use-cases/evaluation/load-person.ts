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

/**
 * Questions about one person that cost a call each (is the group there, who is on call, who is in the group, who is somebody's
 * manager): beyond so many nobody asks, and what was not asked is not known. identitystore answers 20 calls a second of an
 * operation (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html), so that these are 10 seconds of the 29
 * that API Gateway waits.
 */
export const MOST_QUESTIONS = 200;

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
  const rotas = needed.rotas.slice(0, MOST_QUESTIONS);
  const denied = needed.groupsDenied.filter((group) => !memberships.has(group));
  const looked = denied.slice(0, MOST_QUESTIONS - rotas.length);
  const left = MOST_QUESTIONS - rotas.length - looked.length;
  const [missing, attributes, manages, onCall] = await Promise.all([
    missingOf(directory, looked),
    needed.attributes ? directory.attributes(id) : undefined,
    managesOf(directory, id, needed.managed, left),
    onCallOf(dependencies, id, rotas, now),
  ]);
  // Whether a group is there that nobody looked for is as little known as of one that is not.
  const missingGroups = new Set([...missing, ...denied.slice(looked.length)]);
  return { id, memberships, missingGroups, attributes: attributes ?? {}, manages, onCall };
};

const missingOf = async (
  directory: Pick<Directory, "group">,
  groups: readonly GroupId[],
): Promise<ReadonlySet<GroupId>> => {
  const found = await inBatches(groups, AT_A_TIME, async (id) => ({ id, group: await directory.group(id) }));
  return new Set(found.flatMap(({ id, group }) => (group === undefined ? [id] : [])));
};

/**
 * Of each party whether the person is their manager, or of one of them. Whoever is in several groups is asked of once; a party
 * for which no question is left is absent.
 */
const managesOf = async (
  directory: Pick<Directory, "managerOf" | "members">,
  manager: UserId,
  parties: readonly Party[],
  questions: number,
): Promise<ReadonlyMap<PartyKey, Verdict>> => {
  const asked = parties.slice(0, questions);
  const peopleOf = await inBatches(asked, AT_A_TIME, async (party) => ({
    key: partyKey(party),
    people: party.type === "user" ? [party.id] : await directory.members(party.id),
  }));
  const calls = asked.filter(({ type }) => type === "group").length;
  // A group without members may be one that was deleted.
  const isLookedAt = (people: readonly UserId[]): boolean =>
    people.length > 0 && people.length <= MEMBERS_LOOKED_AT;
  const distinct = [...new Set(peopleOf.flatMap(({ people }) => (isLookedAt(people) ? people : [])))].slice(
    0,
    Math.max(0, questions - calls),
  );
  const found = await inBatches(
    distinct,
    AT_A_TIME,
    async (person) => [person, await directory.managerOf(person)] as const,
  );
  const managerOf = new Map(found);
  // Where the directory names no manager, nobody knows whose report somebody is: they may be gone, or their manager ambiguous.
  const verdictFor = (person: UserId): Verdict => {
    const of = managerOf.get(person);
    return of === undefined ? "unknown" : verdictOf(of === manager);
  };
  return new Map(
    peopleOf.map(({ key, people }) => [key, isLookedAt(people) ? any(people, verdictFor) : "unknown"]),
  );
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
