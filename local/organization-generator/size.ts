/** How large an organization to make up, and from which seed. The same numbers make the same organization. */
export interface OrganizationSize {
  readonly accounts: number;
  readonly permissionSets: number;
  /** How many permission sets are assigned in each account; at most as many as there are sets. */
  readonly setsPerAccount: number;
  readonly users: number;
  readonly groups: number;
  /** Of all accounts together: at least one for each permission set in each account. */
  readonly assignments: number;
  readonly seed: number;
  readonly managementAccountId?: string;
  readonly region?: string;
}

/**
 * What Identity Center and Organizations take at most
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html,
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
 */
const MOST = { accounts: 10_000, permissionSets: 3_500, setsPerAccount: 500 };

type Count = "accounts" | "permissionSets" | "setsPerAccount" | "users" | "groups" | "assignments";

/** What of a size cannot be made, in a sentence that calls the counts as whoever reads it does; undefined when it can. */
export const flawOf = (
  size: OrganizationSize,
  nameOf: (count: Count) => string = (count) => count,
): string | undefined => {
  const { accounts, permissionSets, setsPerAccount, users, groups, assignments } = size;
  const counts = { accounts, permissionSets, setsPerAccount, users, groups, assignments };
  for (const [name, count] of Object.entries(counts))
    if (!Number.isInteger(count) || count < 1)
      return `${nameOf(name as Count)} is ${String(count)}, expected a whole number from 1 on`;
  for (const [name, most] of Object.entries(MOST)) {
    const count = counts[name as keyof typeof MOST];
    if (count > most) return `${nameOf(name as Count)} is ${String(count)}, expected at most ${String(most)}`;
  }
  if (setsPerAccount > permissionSets)
    return `${nameOf("setsPerAccount")} is ${String(setsPerAccount)}, expected at most the ${String(permissionSets)} permission sets`;
  const pairs = accounts * setsPerAccount;
  if (assignments < pairs)
    return `${nameOf("assignments")} is ${String(assignments)}, expected at least one for each of the ${String(pairs)} permission sets in accounts`;
  const mostOfPair = Math.min(groups, MOST_GROUPS_OF_PAIR) + users;
  if (assignments > pairs * mostOfPair)
    return `${nameOf("assignments")} is ${String(assignments)}, expected at most ${String(mostOfPair)} for each permission set in an account`;
  return undefined;
};

/** "Number of groups per permission set in an account: 100" (limits.html). */
export const MOST_GROUPS_OF_PAIR = 100;
