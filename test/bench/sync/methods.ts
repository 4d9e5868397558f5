import type { AssignmentMethod } from "../../../lambdas/core/domain/sync.ts";
import type { OrganizationFile } from "../../../local/organization-file.ts";

/** The largest page that sso-admin gives. */
const PAGE = 100;

/** Calls that a list of so many takes: an empty one takes one, too. */
const pages = (items: number): number => Math.max(1, Math.ceil(items / PAGE));

const pagesOfAll = (lists: Iterable<number>): number => {
  let sum = 0;
  for (const items of lists) sum += pages(items);
  return sum;
};

/** What reading every assignment of an organization takes, call by call and not by averages. */
export interface MethodCalls {
  /** The pages of all assignments, if one list had them all: no list does, and fewer calls are impossible. */
  readonly floor: number;
  /** M1 to M4 of our reference (`aws-limits-and-reliability.md` B), by the names that a pass gives them. */
  readonly calls: Readonly<Record<AssignmentMethod, number>>;
  readonly pairs: number;
  readonly assignments: number;
}

export const METHOD_NUMBERS: Readonly<Record<AssignmentMethod, string>> = {
  "every-pair": "M1",
  "by-account": "M2",
  "by-permission-set": "M3",
  "by-principal": "M4",
};

const counted = (names: Iterable<string>): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

/** Counts what each method takes. A user's list holds its groups' assignments, too, as the embedded AWS reads the API's page. */
export const methodCalls = ({ accounts, identityCenter }: OrganizationFile): MethodCalls => {
  const { assignments, permissionSets, users, groups } = identityCenter;
  const ofPairs = counted(assignments.map(({ account, permissionSet }) => `${account}/${permissionSet}`));
  const pairs = [...ofPairs.keys()].map((pair) => pair.split("/") as [string, string]);
  const setsOfAccounts = counted(pairs.map(([account]) => account));
  const accountsOfSets = counted(pairs.map(([, set]) => set));
  const ofGroups = counted(assignments.flatMap(({ group }) => group ?? []));
  const ofUsers = counted(assignments.flatMap(({ user }) => user ?? []));
  for (const { displayName, members } of groups) {
    const more = ofGroups.get(displayName) ?? 0;
    for (const member of members) ofUsers.set(member, (ofUsers.get(member) ?? 0) + more);
  }
  const pairPages = pagesOfAll(ofPairs.values());
  const withoutAny = accounts.length * permissionSets.length - ofPairs.size;
  return {
    floor: Math.ceil(assignments.length / PAGE),
    calls: {
      "every-pair": withoutAny + pairPages,
      "by-account": pagesOfAll(accounts.map(({ id }) => setsOfAccounts.get(id) ?? 0)) + pairPages,
      "by-permission-set":
        pagesOfAll(permissionSets.map(({ name }) => accountsOfSets.get(name) ?? 0)) + pairPages,
      "by-principal":
        pagesOfAll(groups.map(({ displayName }) => ofGroups.get(displayName) ?? 0)) +
        pagesOfAll(users.map(({ userName }) => ofUsers.get(userName) ?? 0)),
    },
    pairs: ofPairs.size,
    assignments: assignments.length,
  };
};

/** The method that takes the fewest calls of those that may be used: AWS answers by principal only the management account. */
export const bestOf = ({ calls }: MethodCalls, mayAskByPrincipal: boolean): AssignmentMethod => {
  const names = Object.keys(calls) as AssignmentMethod[];
  const allowed = names.filter((name) => mayAskByPrincipal || name !== "by-principal");
  const [best = "by-permission-set"] = allowed.toSorted((a, b) => calls[a] - calls[b]);
  return best;
};
