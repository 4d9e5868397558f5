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
 * Who may decide each step, as the directory is now; the requester and the beneficiaries left out. Whoever asks it of several
 * flows' steps looks each group and each person up once.
 */
export const staffingOf = ({
  directory,
}: StaffingDependencies): ((steps: readonly RequestStep[], who: Who) => Promise<Staffing>) => {
  const isEnabled = memoised(async (person: UserId) => (await directory.user(person))?.enabled === true);
  const members = memoised((group: GroupId) => directory.members(group));
  return async (steps, who) => {
    if (steps.length === 0) return { eligible: () => [], unstaffed: undefined };
    const excluded = await excludedFrom({ members }, who);
    const people = await peopleOf({ members }, steps.flatMap(allPartiesOf));
    const eligible = (parties: readonly Party[]): readonly UserId[] =>
      [...new Set(parties.flatMap((party) => people.get(partyKey(party)) ?? []))].filter(
        (person) => !excluded.has(person),
      );
    const seats = steps.map((step) => seatsOf(step).map((needs) => needs.map(eligible)));
    const unstaffed = await answering(firstUnstaffed(seats, who), isEnabled);
    return { eligible, unstaffed };
  };
};

/** Those of the approvers whom a request remembers as asked. */
export const askedOf = (approvers: readonly (readonly UserId[])[]): UserId[] =>
  [...new Set(approvers.flat())].slice(0, ASKED_KEPT);

/**
 * Whom the step needs, by approver, one person for each need: everybody of `allOf`; of `anyOf` whoever decides alone, or else the owners of the
 * first who takes several. Whom an escalation adds does not count: what they may decide later is no reason to wait for it.
 */
const seatsOf = (step: RequestStep): readonly (readonly (readonly Party[])[])[] => {
  if ("allOf" in step) return step.allOf.map(needsOf);
  const somebody = step.anyOf.filter(({ type }) => type !== "nobody");
  const alone = somebody.map(needsOf).filter((needs) => needs.length === 1);
  const [first] = somebody;
  return alone.length > 0 || first === undefined ? [[alone.flat(2)]] : [needsOf(first)];
};

const peopleOf = async (
  directory: Pick<Directory, "members">,
  parties: readonly Party[],
): Promise<ReadonlyMap<PartyKey, readonly UserId[]>> => {
  const distinct = new Map(parties.map((party) => [partyKey(party), party]));
  const people = await Promise.all(
    [...distinct].map(
      async ([key, party]) =>
        [key, party.type === "user" ? [party.id] : await directory.members(party.id)] as const,
    ),
  );
  return new Map(people);
};

const excludedFrom = async (
  directory: Pick<Directory, "members">,
  who: Who,
): Promise<ReadonlySet<UserId>> => {
  const { unconfirmedEditors = [] } = who;
  if (who.requesterCanApproveSelf) return new Set(unconfirmedEditors);
  const beneficiaries =
    who.principal.type === "USER" ? [who.principal.id] : await directory.members(who.principal.id);
  return new Set([who.requester, ...beneficiaries, ...unconfirmedEditors]);
};

const memoised = <Key, Value>(look: (key: Key) => Promise<Value>): ((key: Key) => Promise<Value>) => {
  const known = new Map<Key, Promise<Value>>();
  return (key) => {
    const value = known.get(key) ?? look(key);
    known.set(key, value);
    return value;
  };
};

type IsEnabled = (person: UserId) => Promise<boolean>;

/** Answers whatever the matching has to know. */
const answering = async <Answer>(
  matching: Generator<UserId, Answer, boolean>,
  isEnabled: IsEnabled,
): Promise<Answer> => {
  let asked = matching.next();
  while (asked.done !== true) asked = matching.next(await isEnabled(asked.value));
  return asked.value;
};
