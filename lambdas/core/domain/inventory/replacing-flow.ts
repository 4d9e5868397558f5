import type { AccessFlow, Party } from "../access-flow.ts";
import { covers, leastDemanding } from "../evaluate.ts";
import type { GroupId, OrganizationalUnitId } from "../ids.ts";
import type { AssignmentFact } from "./facts.ts";

/** What is known of somebody's assignment, of all that flows speak of. */
export interface Replaced {
  readonly assignment: AssignmentFact;
  /** The groups that its user is in; none for a group's. */
  readonly groups: ReadonlySet<GroupId>;
  /** The units above its account. */
  readonly organizationalUnits: readonly OrganizationalUnitId[];
}

/**
 * The flow by which those who have the assignment could ask for the same access instead: the one that asks the least. A
 * group's assignment is replaced by a flow that names this very group.
 */
export const replacingFlow = (
  flows: readonly AccessFlow[],
  { assignment, groups, organizationalUnits }: Replaced,
): AccessFlow | undefined => {
  const ancestors = new Map([[assignment.accountId, organizationalUnits]]);
  const isNamed = (party: Party) =>
    party.id === assignment.principalId || (party.type === "group" && groups.has(party.id));
  return flows
    .filter(({ requestors }) => requestors.anyOf.some(isNamed))
    .filter(({ targets }) => targets.some((target) => covers(target, assignment, { ancestors })))
    .toSorted(leastDemanding)[0];
};
