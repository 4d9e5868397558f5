import type { FlowStep, Party } from "../domain/access-flow.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId } from "../domain/ids.ts";
import type { Principal } from "../domain/principal.ts";
import type { Directory } from "../ports/directory.ts";

interface Who {
  readonly requester: UserId;
  readonly principal: Principal;
  readonly requesterCanApproveSelf: boolean;
}

/** How many of those who were asked a request remembers: some 40 bytes each. */
const ASKED_KEPT = 100;

/**
 * Who may decide each step, as the directory is now; the requester and the beneficiaries left out. Throws DomainError
 * `no-approver` unless every step can be decided by an enabled person of its own: a request that nobody can ever
 * decide is refused when it is made.
 */
export const eligibleApprovers =
  ({ directory }: { readonly directory: Pick<Directory, "members" | "user"> }) =>
  async (steps: readonly FlowStep[], who: Who): Promise<readonly UserId[]> => {
    if (steps.length === 0) return [];
    const excluded = await excludedFrom(directory, who);
    const candidates = await Promise.all(
      steps.map(async (step) => {
        const people = (await Promise.all(step.anyOf.map((party) => peopleOf(directory, party)))).flat();
        return [...new Set(people)].filter((person) => !excluded.has(person));
      }),
    );
    const unstaffed = await firstUnstaffed(candidates, memoised(directory));
    if (unstaffed !== undefined) {
      const names = steps[unstaffed]?.anyOf.map(({ name }) => name).join(", ") ?? "";
      throw new DomainError(
        "no-approver",
        `Step ${String(unstaffed + 1)} of the approval (${names}) has nobody who may decide: no enabled user other than the requester, the beneficiaries and the other steps' approvers.`,
      );
    }
    return [...new Set(candidates.flat())].slice(0, ASKED_KEPT);
  };

const peopleOf = async (directory: Pick<Directory, "members">, party: Party): Promise<readonly UserId[]> =>
  party.type === "user" ? [party.id] : directory.members(party.id);

const excludedFrom = async (
  directory: Pick<Directory, "members">,
  who: Who,
): Promise<ReadonlySet<UserId>> => {
  if (who.requesterCanApproveSelf) return new Set();
  const beneficiaries =
    who.principal.type === "USER" ? [who.principal.id] : await directory.members(who.principal.id);
  return new Set([who.requester, ...beneficiaries]);
};

const memoised = (directory: Pick<Directory, "user">) => {
  const known = new Map<UserId, Promise<boolean>>();
  return (person: UserId): Promise<boolean> => {
    const enabled = known.get(person) ?? directory.user(person).then((user) => user?.enabled === true);
    known.set(person, enabled);
    return enabled;
  };
};

/**
 * The first step that cannot be given an approver of its own (nobody decides twice), if there is one: a bipartite
 * matching by augmenting paths, that looks people up only as far as it must.
 */
const firstUnstaffed = async (
  candidates: readonly (readonly UserId[])[],
  isEnabled: (person: UserId) => Promise<boolean>,
): Promise<number | undefined> => {
  const stepOf = new Map<UserId, number>();
  const staff = async (step: number, tried: Set<UserId>): Promise<boolean> => {
    for (const person of candidates[step] ?? []) {
      if (tried.has(person)) continue;
      tried.add(person);
      if (!(await isEnabled(person))) continue;
      const other = stepOf.get(person);
      if (other === undefined || (await staff(other, tried))) {
        stepOf.set(person, step);
        return true;
      }
    }
    return false;
  };
  for (const step of candidates.keys()) {
    if (!(await staff(step, new Set()))) return step;
  }
  return undefined;
};
