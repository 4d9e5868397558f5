import { takesRequests, type AccessFlow, type PersonCondition } from "../access-flow.ts";
import { leastDemanding } from "../evaluate.ts";
import type { AccountId, GroupId, OrganizationalUnitId } from "../ids.ts";
import { decide, verdictOf, type Verdict } from "../rule.ts";
import { covers, type CoverageContext, type LocatedAccount } from "../target-coverage.ts";
import type { AssignmentFact } from "./facts.ts";

/** What is known of somebody's assignment, of all that flows speak of. */
export interface Replaced {
  readonly assignment: AssignmentFact;
  /** The groups that its user is in; none for a group's. */
  readonly groups: ReadonlySet<GroupId>;
  /** The units above its account. */
  readonly organizationalUnits: readonly OrganizationalUnitId[];
  /** What flows mean by their bundles and access scopes; what is not there is never met. */
  readonly coverage?: CoverageContext;
}

const NOTHING_KNOWN: CoverageContext = {
  accounts: new Map(),
  bundles: new Map(),
  scopes: new Map(),
  subjects: new Map(),
};

/**
 * The flow by which those who have the assignment could ask for the same access instead: the one that asks the least. A
 * group's assignment is replaced by a flow that names this very group. What a flow asks of people besides who they are and
 * which groups they are in is not known of them here, so that no such flow is suggested.
 */
export const replacingFlow = (
  flows: readonly AccessFlow[],
  { assignment, groups, organizationalUnits, coverage = NOTHING_KNOWN }: Replaced,
): AccessFlow | undefined => {
  const account: LocatedAccount = { ...coverage.accounts.get(assignment.accountId), organizationalUnits };
  const accounts = new Map<AccountId, LocatedAccount>([[assignment.accountId, account]]);
  return flows
    .filter((flow) => takesRequests(flow) && flow.breakGlass === undefined && isForOneself(flow))
    .filter(({ requestors }) => decide(requestors, holdsOf(assignment, groups)) === "met")
    .filter(({ targets }) =>
      targets.some((target) => covers(target, assignment, { ...coverage, accounts }) === "met"),
    )
    .toSorted(leastDemanding)[0];
};

const isForOneself = ({ requestFor }: AccessFlow): boolean => requestFor?.includes("self") ?? true;

const holdsOf =
  ({ principalType, principalId }: AssignmentFact, groups: ReadonlySet<GroupId>) =>
  (condition: PersonCondition): Verdict => {
    if (condition.type !== "user" && condition.type !== "group") return "unknown";
    if (condition.id === principalId) return "met";
    // Members of the group that has the assignment may be anybody, and in any other group.
    if (principalType === "GROUP") return "unknown";
    return verdictOf(condition.type === "group" && groups.has(condition.id));
  };
