import { partyKey, type Party, type PartyKey } from "../../domain/access-flow.ts";
import { allPartiesOf, needsOf, type RequestStep } from "../../domain/approval-step.ts";
import type { GroupId, UserId } from "../../domain/ids.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Staffing } from "../../domain/known-approvers.ts";
import { firstUnstaffed } from "../../domain/staffing.ts";
import type { Directory } from "../../ports/directory.ts";

interface Who {
  readonly requester: UserId;
  readonly principal: Principal;
  readonly requesterCanApproveSelf: boolean;
  readonly sameApproverInSeveralSteps?: boolean | undefined;
  /** They decide nothing, whatever they are. */
  readonly unconfirmedEditors?: readonly UserId[] | undefined;
}

interface StaffingDependencies {
  readonly directory: Pick<Directory, "members" | "user">;
}

/** How many of those who were asked a request remembers: some 40 bytes each. */
const ASKED_KEPT = 100;

/**
 * So many groups and people of several flows' steps are looked up, a call each, of all that would decide one request: whatever
 * costs more is not known. These are 10 seconds, as MOST_QUESTIONS of whoever asks (load-person.ts).
 */
const MOST_LOOKUPS = 200;

/**
 * Who may decide each step, as the directory is now; the requester and the beneficiaries left out. Whoever asks it of several
 * flows' steps looks each group and each person up once, and no more than MOST_LOOKUPS of them: undefined where that is too few
 * to say.
 */
export const staffingOf = ({
  directory,
}: StaffingDependencies): ((steps: readonly RequestStep[], who: Who) => Promise<Staffing | undefined>) => {
  let left = MOST_LOOKUPS;
  const bounded =
    <Key, Value>(look: (key: Key) => Promise<Value>) =>
    async (key: Key): Promise<Value | undefined> => {
      if (left === 0) return undefined;
      left -= 1;
      return look(key);
    };
  const isEnabled = memoised(
    bounded(async (person: UserId) => (await directory.user(person))?.enabled === true),
  );
  const members = memoised(bounded((group: GroupId) => directory.members(group)));
  return async (steps, who) => {
    if (steps.length === 0) return { eligible: () => [], unstaffed: undefined };
    const excluded = await excludedFrom(members, who);
    const people = await peopleOf(members, steps.flatMap(allPartiesOf));
    if (excluded === undefined || people === undefined) return undefined;
    const eligible = (parties: readonly Party[]): readonly UserId[] =>
      [...new Set(parties.flatMap((party) => people.get(partyKey(party)) ?? []))].filter(
        (person) => !excluded.has(person),
      );
    const ways = steps.map((step) => waysOf(step).map((way) => way.map((needs) => needs.map(eligible))));
    const answer = await answering(firstUnstaffed(ways, who), isEnabled);
    return answer === undefined ? undefined : { eligible, ...answer };
  };
};

/** Those of the approvers whom a request remembers as asked. */
export const askedOf = (approvers: readonly (readonly UserId[])[]): UserId[] =>
  [...new Set(approvers.flat())].slice(0, ASKED_KEPT);

/**
 * The ways to decide the step, and whom each needs, by approver, one person for each need: everybody of `allOf`; of `anyOf`
 * whoever decides alone, or else all owners of one who takes several. Whom an escalation adds does not count: what they may decide
 * later is no reason to wait for it.
 */
const waysOf = (step: RequestStep): readonly (readonly (readonly (readonly Party[])[])[])[] => {
  if ("allOf" in step) return [step.allOf.map(needsOf)];
  const somebody = step.anyOf.filter(({ type }) => type !== "nobody").map(needsOf);
  const alone = somebody.filter((needs) => needs.length === 1);
  const together = somebody.filter((needs) => needs.length > 1).map((needs) => [needs]);
  return alone.length > 0 ? [[[alone.flat(2)]], ...together] : together;
};

/** Undefined: nobody has looked. */
type MembersOf = (group: GroupId) => Promise<readonly UserId[] | undefined>;

const peopleOf = async (
  members: MembersOf,
  parties: readonly Party[],
): Promise<ReadonlyMap<PartyKey, readonly UserId[]> | undefined> => {
  const distinct = new Map(parties.map((party) => [partyKey(party), party]));
  const found = await Promise.all(
    [...distinct].map(
      async ([key, party]) => [key, party.type === "user" ? [party.id] : await members(party.id)] as const,
    ),
  );
  const people = new Map<PartyKey, readonly UserId[]>();
  for (const [key, of] of found) {
    if (of === undefined) return undefined;
    people.set(key, of);
  }
  return people;
};

const excludedFrom = async (members: MembersOf, who: Who): Promise<ReadonlySet<UserId> | undefined> => {
  const { unconfirmedEditors = [] } = who;
  if (who.requesterCanApproveSelf) return new Set(unconfirmedEditors);
  const beneficiaries = who.principal.type === "USER" ? [who.principal.id] : await members(who.principal.id);
  return beneficiaries && new Set([who.requester, ...beneficiaries, ...unconfirmedEditors]);
};

const memoised = <Key, Value>(look: (key: Key) => Promise<Value>): ((key: Key) => Promise<Value>) => {
  const known = new Map<Key, Promise<Value>>();
  return (key) => {
    const value = known.get(key) ?? look(key);
    known.set(key, value);
    return value;
  };
};

type IsEnabled = (person: UserId) => Promise<boolean | undefined>;

/** Answers whatever the matching has to know; undefined where it would have to know what nobody has looked up. */
const answering = async (
  matching: ReturnType<typeof firstUnstaffed>,
  isEnabled: IsEnabled,
): Promise<Pick<Staffing, "unstaffed"> | undefined> => {
  let asked = matching.next();
  while (asked.done !== true) {
    const enabled = await isEnabled(asked.value);
    if (enabled === undefined) return undefined;
    asked = matching.next(enabled);
  }
  return { unstaffed: asked.value };
};
