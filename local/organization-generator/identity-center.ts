import type { OrganizationAssignment, OrganizationPermissionSet } from "../organization-file.ts";
import type { Random } from "./random.ts";
import { MOST_GROUPS_OF_PAIR, type OrganizationSize } from "./size.ts";

const POLICIES = ["ReadOnlyAccess", "PowerUserAccess", "SecurityAudit", "AdministratorAccess"] as const;

/** Every fourth set has an inline policy, every fifth one that the accounts keep themselves. */
const EACH_INLINE = 4;
const EACH_CUSTOMER_MANAGED = 5;

const numbered = (index: number): string => String(index).padStart(4, "0");

export const generatePermissionSets = ({ permissionSets }: OrganizationSize): OrganizationPermissionSet[] =>
  Array.from({ length: permissionSets }, (_, index) => ({
    name: `Set${numbered(index)}`,
    description: `Made-up permission set ${String(index)}`,
    sessionDuration: `PT${String(1 + (index % 8))}H`,
    managedPolicies: [`arn:aws:iam::aws:policy/${POLICIES[index % POLICIES.length] ?? ""}`],
    ...(index % EACH_CUSTOMER_MANAGED === 0 && {
      customerManagedPolicies: [{ name: `Boundary${numbered(index)}`, path: "/lockstep/" }],
    }),
    ...(index % EACH_INLINE === 0 && {
      inlinePolicy: {
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::bucket-${numbered(index)}/*` },
        ],
      },
    }),
    tags: { tier: index % 2 === 0 ? "standard" : "privileged" },
  }));

/** One assignment in twenty is to a person: groups are how access is kept. */
const EACH_TO_A_PERSON = 20;

interface Names {
  readonly accounts: readonly string[];
  readonly permissionSets: readonly string[];
  readonly groups: readonly string[];
  readonly users: readonly string[];
}

/** Which sets an account has: every set is in some account as soon as there are enough accounts. */
const setsOf = (
  index: number,
  { permissionSets }: Names,
  { setsPerAccount }: OrganizationSize,
  random: Random,
) => {
  const always = permissionSets[index % permissionSets.length];
  if (always === undefined) return [];
  const others = permissionSets.filter((name) => name !== always);
  return [always, ...random.some(others, setsPerAccount - 1)];
};

/** How many principals each pair of account and set has: the rest is spread evenly beyond the one that each has. */
const countsOf = (pairs: number, assignments: number): ((pair: number) => number) => {
  const [each, rest] = [Math.floor(assignments / pairs), assignments % pairs];
  // The pairs that have one more are spread over all of them.
  return (pair) =>
    each + (Math.floor(((pair + 1) * rest) / pairs) > Math.floor((pair * rest) / pairs) ? 1 : 0);
};

/** Who has what where: exactly as many assignments as the size says, each once. */
export const generateAssignments = (
  size: OrganizationSize,
  names: Names,
  random: Random,
): OrganizationAssignment[] => {
  const pairs = names.accounts.flatMap((account, index) =>
    setsOf(index, names, size, random).map((permissionSet) => ({ account, permissionSet })),
  );
  const countOf = countsOf(pairs.length, size.assignments);
  let made = 0;
  return pairs.flatMap((place, index) => {
    const count = countOf(index);
    const people = Math.max(
      Math.floor((made + count) / EACH_TO_A_PERSON) - Math.floor(made / EACH_TO_A_PERSON),
      count - Math.min(names.groups.length, MOST_GROUPS_OF_PAIR),
    );
    made += count;
    return [
      ...random.some(names.users, people).map((user) => ({ ...place, user })),
      ...random.some(names.groups, count - people).map((group) => ({ ...place, group })),
    ];
  });
};
