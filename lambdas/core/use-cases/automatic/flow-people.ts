import { partyKey, type AccessFlow, type Party, type PartyKey } from "../../domain/access-flow.ts";
import { anchorsOf, type Anchors } from "../../domain/automatic/anchors.ts";
import type { GroupId, RotaName, UserId } from "../../domain/ids.ts";
import { isWhom, type PersonFacts } from "../../domain/person-rule.ts";
import { verdictOf, type Verdict } from "../../domain/rule.ts";
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { OnCall } from "../../ports/on-call.ts";
import { MEMBERS_LOOKED_AT } from "../evaluation/load-person.ts";
import { neededOfPerson } from "../evaluation/needed-facts.ts";
import { inBatches } from "../in-batches.ts";
import { walkScope } from "../inventory/walk.ts";
import { remembered } from "./remembered.ts";

export interface PeopleDependencies {
  readonly directory: Pick<Directory, "group" | "attributes" | "managerOf" | "members">;
  readonly onCall: OnCall;
  readonly inventory: Pick<InventoryReader, "page">;
}

/** Lookups at once. */
const AT_A_TIME = 5;

/** Users of the inventory that are read at a time. */
const STRETCH = 250;

/** Of a rule that names nobody, and so may be met for anybody. */
const MOST_PEOPLE = 10_000;

/**
 * Attributes are a call for each person, of some 20 that the identity store takes in a second: a minute's worth in a run.
 * Whoever is not looked at in one run is in another, and until then nothing is known of them.
 */
export const ATTRIBUTES_LOOKED_AT = 1_000;

/** The managers of a party's people, as far as the directory names them: where it names no manager, anybody may be one. */
interface Managers {
  readonly named: ReadonlySet<UserId>;
  readonly areAll: boolean;
}

const NOBODY: ReadonlySet<never> = new Set();

const isAmong = ({ named, areAll }: Managers, id: UserId): Verdict => {
  if (named.has(id)) return "met";
  return areAll ? "unmet" : "unknown";
};

/** Whom a flow is for. */
export interface FlowPeople {
  /** Everybody it may be for. */
  readonly people: readonly UserId[];
  readonly verdict: (person: UserId) => Verdict;
  /** What was not looked at, in words. */
  readonly problems: readonly string[];
}

/**
 * Whom flows are for, as the directory and the rotas say at `now`. What a rule names is looked up once for everybody,
 * however many people that is: use-cases/evaluation/load-person.ts, which comes to the same, asks for each of them.
 */
export const peopleOfFlows = (dependencies: PeopleDependencies, now: Date) => {
  const { directory, onCall, inventory } = dependencies;
  const members = remembered((group: GroupId) => directory.members(group));
  const group = remembered((id: GroupId) => directory.group(id));
  const managerOf = remembered((id: UserId) => directory.managerOf(id));
  const attributesOf = remembered((id: UserId) => directory.attributes(id));
  const peopleOnCall = remembered((rota: RotaName) => onCall.onCall(rota, now));
  const everybody = remembered((_everybody: "everybody") => usersOf(inventory));

  const managersOf = async (party: Party): Promise<Managers> => {
    const people = party.type === "user" ? [party.id] : await members(party.id);
    // A group without members may be one that was deleted.
    if (people.length === 0 || people.length > MEMBERS_LOOKED_AT) return { named: NOBODY, areAll: false };
    const managers = await inBatches(people, AT_A_TIME, managerOf);
    const named = managers.filter((manager) => manager !== undefined);
    return { named: new Set(named), areAll: named.length === managers.length };
  };

  const anchored = async ({ users, groups, rotas, managed }: Anchors): Promise<readonly UserId[]> => [
    ...users,
    ...(await inBatches(groups, AT_A_TIME, members)).flat(),
    ...(await inBatches(rotas, AT_A_TIME, peopleOnCall)).flatMap((people) => people ?? []),
    ...(await inBatches(managed, AT_A_TIME, managersOf)).flatMap(({ named }) => [...named]),
  ];

  return async (
    flow: Pick<AccessFlow, "requestors" | "approval">,
    holders: readonly UserId[],
  ): Promise<FlowPeople> => {
    const needed = neededOfPerson([flow as AccessFlow]);
    const anchors = anchorsOf(flow.requestors);
    const [memberships, missing, managers, rotas, candidates] = await Promise.all([
      mapOf(needed.groups, async (id) => new Set(await members(id))),
      mapOf(needed.groupsDenied, async (id) => (await group(id)) === undefined),
      mapOf(needed.managed, managersOf),
      mapOf(needed.rotas, peopleOnCall),
      anchors === undefined ? everybody("everybody") : anchored(anchors),
    ]);
    const missingGroups = new Set([...missing].flatMap(([id, isMissing]) => (isMissing ? [id] : [])));
    const factsOf = (id: UserId, attributes: PersonFacts["attributes"]): PersonFacts => ({
      id,
      memberships: new Set([...memberships].flatMap(([group, people]) => (people.has(id) ? [group] : []))),
      missingGroups,
      attributes,
      manages: new Map(
        [...managers].map(([party, found]): [PartyKey, Verdict] => [partyKey(party), isAmong(found, id)]),
      ),
      onCall: new Map(
        [...rotas].map(([rota, people]): [RotaName, Verdict] => [
          rota,
          people === undefined ? "unknown" : verdictOf(people.includes(id)),
        ]),
      ),
    });

    const people = [...new Set(candidates)];
    const asked = [...new Set([...people, ...holders])].toSorted();
    const verdicts = new Map(asked.map((id) => [id, isWhom(flow.requestors, factsOf(id, {}))]));
    const problems: string[] = [];
    if (needed.attributes) {
      const open = asked.filter((id) => verdicts.get(id) === "unknown");
      const looked = fromPlaceOf(now, open).slice(0, ATTRIBUTES_LOOKED_AT);
      if (looked.length < open.length)
        problems.push(
          `the attributes of ${String(open.length)} people decide, and a run looks at those of ${String(ATTRIBUTES_LOOKED_AT)}: name a group, too, whose members they are`,
        );
      await inBatches(looked, AT_A_TIME, async (id) => {
        verdicts.set(id, isWhom(flow.requestors, factsOf(id, (await attributesOf(id)) ?? {})));
      });
    }
    return { people, verdict: (id) => verdicts.get(id) ?? "unknown", problems };
  };
};

const mapOf = async <Key, Value>(
  keys: readonly Key[],
  load: (key: Key) => Promise<Value>,
): Promise<ReadonlyMap<Key, Value>> =>
  new Map(await inBatches(keys, AT_A_TIME, async (key) => [key, await load(key)] as const));

/** Runs are five minutes apart: each begins where the one before it stopped. */
const fromPlaceOf = (now: Date, people: readonly UserId[]): readonly UserId[] => {
  if (people.length <= ATTRIBUTES_LOOKED_AT) return people;
  const run = Math.floor(now.getTime() / 300_000);
  const start = (run * ATTRIBUTES_LOOKED_AT) % people.length;
  return [...people.slice(start), ...people.slice(0, start)];
};

const usersOf = async (inventory: Pick<InventoryReader, "page">): Promise<readonly UserId[]> => {
  const users: UserId[] = [];
  for await (const { steps } of walkScope(inventory, { kind: "user" }, STRETCH)(undefined)) {
    users.push(...steps.flatMap(({ item: { fact } }) => (fact.enabled ? [fact.id] : [])));
    if (users.length > MOST_PEOPLE)
      throw new TooMany(
        `it names nobody, and may be for more than ${String(MOST_PEOPLE)} people: name a group whose members they are`,
      );
  }
  return users;
};

/** More than a run can look at, of a flow's people or targets or of a person's requests: it gives nothing new. */
export class TooMany extends Error {}
