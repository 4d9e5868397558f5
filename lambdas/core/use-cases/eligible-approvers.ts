import { partyKey, type Party, type PartyKey } from "../domain/access-flow.ts";
import { allPartiesOf, needsOf, partiesOf, type RequestStep } from "../domain/approval-step.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId } from "../domain/ids.ts";
import type { Principal } from "../domain/principal.ts";
import type { Directory } from "../ports/directory.ts";

interface Who {
  readonly requester: UserId;
  readonly principal: Principal;
  readonly requesterCanApproveSelf: boolean;
  readonly sameApproverInSeveralSteps?: boolean | undefined;
}

interface StaffingDependencies {
  readonly directory: Pick<Directory, "members" | "user">;
}

/** How many of those who were asked a request remembers: some 40 bytes each. */
const ASKED_KEPT = 100;

/** Who there is to decide an approval's steps. */
export interface Staffing {
  /** Which of the party's people may decide: neither the requester nor a beneficiary, whether enabled or not. */
  readonly eligible: (parties: readonly Party[]) => readonly UserId[];
  /** Asked of the directory, once for each person. */
  readonly isEnabled: IsEnabled;
  /** The first step, by its place, that enabled people of its own cannot decide, if there is one. */
  readonly unstaffed: number | undefined;
}

/** Who may decide each step, as the directory is now; the requester and the beneficiaries left out. */
export const staffingOf =
  ({ directory }: StaffingDependencies) =>
  async (steps: readonly RequestStep[], who: Who): Promise<Staffing> => {
    const isEnabled = memoised(directory);
    if (steps.length === 0) return { eligible: () => [], isEnabled, unstaffed: undefined };
    const excluded = await excludedFrom(directory, who);
    const people = await peopleOf(directory, steps.flatMap(allPartiesOf));
    const eligible = (parties: readonly Party[]): readonly UserId[] =>
      [...new Set(parties.flatMap((party) => people.get(partyKey(party)) ?? []))].filter(
        (person) => !excluded.has(person),
      );
    const seats = steps.map((step) => seatsOf(step).map(eligible));
    const unstaffed =
      who.sameApproverInSeveralSteps === true
        ? await firstUnstaffedAlone(seats, isEnabled)
        : await firstUnstaffed(seats, isEnabled);
    return { eligible, isEnabled, unstaffed };
  };

/**
 * Who may decide each step. Throws DomainError `no-approver` unless every step can be decided by enabled people of its own:
 * a request that nobody can ever decide is refused when it is made.
 */
export const eligibleApprovers =
  (dependencies: StaffingDependencies) =>
  async (steps: readonly RequestStep[], who: Who): Promise<readonly UserId[]> => {
    const { eligible, unstaffed } = await staffingOf(dependencies)(steps, who);
    if (unstaffed !== undefined) {
      throw new DomainError("no-approver", whyNobodyDecides(unstaffed, steps[unstaffed]));
    }
    return [...new Set(steps.flatMap((step) => eligible(partiesOf(step))))].slice(0, ASKED_KEPT);
  };

/** That the step at this place has nobody, in words. */
export const whyNobodyDecides = (index: number, step: RequestStep | undefined): string => {
  const names =
    step === undefined
      ? ""
      : partiesOf(step)
          .map(({ name }) => name)
          .join(", ");
  return `Step ${String(index + 1)} of the approval (${names}) has nobody who may decide: no enabled user other than the requester, the beneficiaries and the other steps' approvers.`;
};

/**
 * Whom the step needs, one person each: everybody of `allOf`; of `anyOf` whoever decides alone, or else the owners of the
 * first who takes several. Whom an escalation adds does not count: what they may decide later is no reason to wait for it.
 */
const seatsOf = (step: RequestStep): readonly (readonly Party[])[] => {
  if ("allOf" in step) return step.allOf.flatMap(needsOf);
  const alone = step.anyOf.map(needsOf).filter((needs) => needs.length === 1);
  const [first] = step.anyOf;
  return alone.length > 0 || first === undefined ? [alone.flat(2)] : needsOf(first);
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
  if (who.requesterCanApproveSelf) return new Set();
  const beneficiaries =
    who.principal.type === "USER" ? [who.principal.id] : await directory.members(who.principal.id);
  return new Set([who.requester, ...beneficiaries]);
};

const memoised = (directory: Pick<Directory, "user">): IsEnabled => {
  const known = new Map<UserId, Promise<boolean>>();
  return (person) => {
    const enabled = known.get(person) ?? directory.user(person).then((user) => user?.enabled === true);
    known.set(person, enabled);
    return enabled;
  };
};

type Seats = readonly (readonly (readonly UserId[])[])[];
type IsEnabled = (person: UserId) => Promise<boolean>;

/** The first step that cannot be staffed although one person may decide several steps. */
const firstUnstaffedAlone = async (steps: Seats, isEnabled: IsEnabled): Promise<number | undefined> => {
  for (const [index, seats] of steps.entries()) {
    if ((await firstUnstaffed([seats], isEnabled)) !== undefined) return index;
  }
  return undefined;
};

/**
 * The first step whose seats cannot each be given to somebody else (nobody decides twice), if there is one: a bipartite
 * matching by augmenting paths, that looks people up only as far as it must.
 */
const firstUnstaffed = async (steps: Seats, isEnabled: IsEnabled): Promise<number | undefined> => {
  const seats = steps.flatMap((ofStep, step) => ofStep.map((candidates) => ({ step, candidates })));
  const seatOf = new Map<UserId, number>();
  const fill = async (seat: number, tried: Set<UserId>): Promise<boolean> => {
    for (const person of seats[seat]?.candidates ?? []) {
      if (tried.has(person)) continue;
      tried.add(person);
      if (!(await isEnabled(person))) continue;
      const other = seatOf.get(person);
      if (other === undefined || (await fill(other, tried))) {
        seatOf.set(person, seat);
        return true;
      }
    }
    return false;
  };
  for (const [seat, { step }] of seats.entries()) {
    if (!(await fill(seat, new Set()))) return step;
  }
  return undefined;
};
