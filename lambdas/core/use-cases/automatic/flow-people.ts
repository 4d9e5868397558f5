import { partyKey, type AccessFlow, type Party, type PartyKey } from "../../domain/access-flow.ts";
import { anchorsOf, type Anchors } from "../../domain/automatic/anchors.ts";
import { RetryableError } from "../../domain/errors.ts";
import type { GroupId, RotaName, UserId } from "../../domain/ids.ts";
import { isUnmetByBlanks, isWhom, type PersonFacts } from "../../domain/person-rule.ts";
import { verdictOf, type Verdict } from "../../domain/rule.ts";
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { OnCall } from "../../ports/on-call.ts";
import { MEMBERS_LOOKED_AT } from "../evaluation/load-person.ts";
import { neededOfPerson } from "../evaluation/needed-facts.ts";
import { inBatches } from "../in-batches.ts";
import { walkScope } from "../inventory/walk.ts";
import { fromPlaceOf } from "./from-place-of.ts";
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
 * Attributes are a call for each person, of the 8 a second that runs make of the 20 that the identity store takes
 * (adapters/sync/paces.ts): 100 seconds' worth in a run, of all flows together. Whoever is not looked at in one run is in
 * another, and until then nothing is known of them.
 */
export const ATTRIBUTES_LOOKED_AT = 800;

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
  /** Everybody it may be for; nobody where those are more than a run can look at. */
  readonly people: readonly UserId[];
  /** Of those people, and of whoever has its access: each is judged by themselves, however many the flow may be for. */
  readonly verdict: (person: UserId) => Verdict;
  /** What was not looked at, in words. */
  readonly problems: readonly string[];
}

/**
 * Whom flows are for, as the directory and the rotas say at `now`. What a rule names is looked up once for everybody,
 * however many people that is: use-cases/evaluation/load-person.ts, which comes to the same, asks for each of them. But for one
 * thing: where the directory has no value any more for an attribute that decides, the flow is not for that person.
 */
export const peopleOfFlows = (
  dependencies: PeopleDependencies,
  now: Date,
  /** All that a run looks at: those that ask for attributes have the same share of its look-ups each. */
  flows: readonly Pick<AccessFlow, "requestors" | "approval">[],
) => {
  const { directory, onCall, inventory } = dependencies;
  const asking = flows.filter((flow) => neededOfPerson([flow as AccessFlow]).attributes).length;
  const share = Math.max(1, Math.floor(ATTRIBUTES_LOOKED_AT / Math.max(1, asking)));
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
    const managers: (UserId | undefined)[] = [];
    await lookUp(people, async (id) => {
      managers.push(await managerOf(id));
    });
    const named = managers.filter((manager) => manager !== undefined);
    return { named: new Set(named), areAll: named.length === people.length };
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
    const needed = neededOfPerson([flow]);
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

    const people = candidates === "too many" ? [] : [...new Set(candidates)];
    const asked = [...new Set([...people, ...holders])].toSorted();
    const verdicts = new Map(asked.map((id) => [id, isWhom(flow.requestors, factsOf(id, {}))]));
    const problems: string[] = [];
    if (candidates === "too many")
      problems.push(
        `it names nobody, and may be for more than ${String(MOST_PEOPLE)} people: nothing new is given by it until it names a group whose members they are`,
      );
    if (needed.attributes) {
      const open = asked.filter((id) => verdicts.get(id) === "unknown");
      const looked = fromPlaceOf(now, open, share).slice(0, share);
      if (looked.length < open.length)
        problems.push(
          `the attributes of ${String(open.length)} people decide, and a run looks at those of ${String(share)}: name a group, too, whose members they are`,
        );
      const { unanswered, because } = await lookUp(looked, async (id) => {
        const attributes = await attributesOf(id);
        // Nobody by that id: what they had ends at its expiry, as of anybody of whom nothing is known.
        if (attributes === undefined) return;
        const facts = factsOf(id, attributes);
        const isOver = isUnmetByBlanks(flow.requestors, facts);
        verdicts.set(id, isOver ? "unmet" : isWhom(flow.requestors, facts));
      });
      if (unanswered > 0)
        problems.push(`the attributes of ${String(unanswered)} people could not be looked up: ${because}`);
    }
    return { people, verdict: (id) => verdicts.get(id) ?? "unknown", problems };
  };
};

const mapOf = async <Key, Value>(
  keys: readonly Key[],
  load: (key: Key) => Promise<Value>,
): Promise<ReadonlyMap<Key, Value>> =>
  new Map(await inBatches(keys, AT_A_TIME, async (key) => [key, await load(key)] as const));

/**
 * Looks each of them up. Whoever the directory gives no answer about keeps nobody else from being known; where it gives
 * none about any of those that are asked of at once, the rest is not asked.
 */
const lookUp = async (
  people: readonly UserId[],
  one: (id: UserId) => Promise<void>,
): Promise<{ readonly unanswered: number; readonly because: string }> => {
  let unanswered = 0;
  let because = "";
  for (let start = 0; start < people.length; start += AT_A_TIME) {
    const batch = people.slice(start, start + AT_A_TIME);
    let answered = 0;
    await inBatches(batch, AT_A_TIME, async (id) => {
      try {
        await one(id);
        answered += 1;
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        because = error.message;
      }
    });
    if (answered === 0) return { unanswered: unanswered + people.length - start, because };
    unanswered += batch.length - answered;
  }
  return { unanswered, because };
};

/** Everybody who is enabled, as the inventory has them. */
const usersOf = async (inventory: Pick<InventoryReader, "page">): Promise<readonly UserId[] | "too many"> => {
  const users: UserId[] = [];
  for await (const { steps } of walkScope(inventory, { kind: "user" }, STRETCH)(undefined)) {
    users.push(...steps.flatMap(({ item: { fact } }) => (fact.enabled ? [fact.id] : [])));
    if (users.length > MOST_PEOPLE) return "too many";
  }
  return users;
};
