import type { ProtectedAccount } from "../../contracts/environment.ts";
import type { AccessFlow } from "../../domain/access-flow.ts";
import { brokenGuardrails, type Guardrails } from "../../domain/guardrails.ts";
import type { FlowName, GroupId, UserId } from "../../domain/ids.ts";
import type { AccountFact, AssignmentFact } from "../../domain/inventory/facts.ts";
import { replacingFlow } from "../../domain/inventory/replacing-flow.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import { enabledPeople } from "./enabled-people.ts";
import type { NamedPermissionSet, NamedPrincipal } from "./names.ts";
import { needsApproval, suggestFlow, type SuggestedFlow } from "./suggest-flow.ts";

export interface ReplaceDependencies {
  readonly inventory: Pick<InventoryReader, "getAll" | "named" | "page">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly guardrails: Guardrails;
  /** Display names, as the settings say. */
  readonly administratorGroups: readonly string[];
}

/** How the same access could be asked for instead of being held. */
export type Replacement =
  | { readonly kind: "access-flow"; readonly name: FlowName }
  | ({ readonly kind: "suggestion" } & SuggestedFlow)
  | { readonly kind: "none"; readonly why: string };

/** What is held, and what is known of it. */
interface Held {
  readonly assignment: AssignmentFact;
  readonly permissionSet: Required<NamedPermissionSet>;
  readonly principal: NamedPrincipal;
  /** Absent where no sync has seen it. */
  readonly account: AccountFact | undefined;
  /** The groups that access flows name and its user is in. */
  readonly groups: ReadonlySet<GroupId>;
}

/** Two of each suffice to know that somebody can ask, and somebody else approve. */
const PEOPLE_LOOKED_AT = 2;

/**
 * Finds how each of what is held could be asked for instead: by the flow that is there, or by one that would serve. No flow
 * serves where Lockstep grants nothing, where nobody can ask, or where nobody could approve.
 */
export const replacements = (
  dependencies: ReplaceDependencies,
  flows: readonly AccessFlow[],
): ((held: Held) => Promise<Replacement>) => {
  const peopleOf = enabledPeople(dependencies.inventory, PEOPLE_LOOKED_AT);
  const approverFor = approvingGroup(dependencies, peopleOf);
  return async (held) => {
    const { assignment, account, principal, permissionSet, groups } = held;
    const hindrance = whyNotGranted(dependencies, held) ?? whyNotAskedBy(principal);
    if (hindrance !== undefined) return { kind: "none", why: hindrance };
    const askers = await peopleOf(assignment);
    if (askers.length === 0) {
      return { kind: "none", why: `No enabled user is in ${principal.name}: nobody could ask.` };
    }
    const organizationalUnits = account?.organizationalUnits ?? [];
    const flow = replacingFlow(flows, { assignment, groups, organizationalUnits });
    if (flow !== undefined) return { kind: "access-flow", name: flow.name };
    if (!needsApproval(permissionSet.power.level)) {
      return { kind: "suggestion", ...suggestFlow(held, undefined) };
    }
    const approver = await approverFor(askers);
    if (approver !== undefined) return { kind: "suggestion", ...suggestFlow(held, approver) };
    return { kind: "none", why: whyNotApproved(dependencies) };
  };
};

const whyNotGranted = (
  { protectedAccounts, guardrails }: ReplaceDependencies,
  { assignment, account, permissionSet }: Held,
): string | undefined => {
  const found = protectedAccounts.find(({ id }) => id === assignment.accountId);
  if (found !== undefined) return whyProtected[found.reason];
  const target = {
    accountId: assignment.accountId,
    permissionSetArn: assignment.permissionSetArn,
    permissionSetName: permissionSet.name,
  };
  if (brokenGuardrails(guardrails, { targets: [target], durationSeconds: 0 }).length > 0) {
    return "The deploy setting guardrails.neverGrantable lists it: no access flow can grant it.";
  }
  return account === undefined || account.state === "ACTIVE"
    ? undefined
    : `Its account is ${account.state}: Lockstep grants only in accounts that are ACTIVE.`;
};

const whyProtected: Readonly<Record<ProtectedAccount["reason"], string>> = {
  management: "It is in the organization's management account, where Lockstep grants nothing.",
  lockstep: "It is in the account that Lockstep runs in, where Lockstep grants nothing.",
  listed: "Its account is listed as protected: Lockstep grants nothing there.",
};

const whyNotAskedBy = ({ type, name, enabled }: NamedPrincipal): string | undefined => {
  if (enabled === undefined) {
    const who = type === "USER" ? "somebody who was" : "a group that was";
    return `The inventory does not know who holds it: it may be ${who} deleted.`;
  }
  return enabled ? undefined : `${name} is disabled: nobody could ask.`;
};

const whyNotApproved = ({ administratorGroups }: ReplaceDependencies): string =>
  `Somebody would have to approve, and nobody could: besides who would ask, no enabled user is in ${administratorGroups.join(" or ")}.`;

/** The first administrators' group with somebody who can approve what one of these asks for: nobody decides on their own request. */
const approvingGroup = (
  { inventory, administratorGroups }: ReplaceDependencies,
  peopleOf: ReturnType<typeof enabledPeople>,
): ((askers: readonly UserId[]) => Promise<string | undefined>) => {
  const membersOf = async (name: string): Promise<readonly UserId[]> => {
    const [group, ...others] = await inventory.named("group", name);
    if (group === undefined || others.length > 0) return [];
    return peopleOf({ principalType: "GROUP", principalId: group.fact.id });
  };
  return async (askers) => {
    for (const name of administratorGroups) {
      const approvers = await membersOf(name);
      if (askers.some((asker) => approvers.some((approver) => approver !== asker))) return name;
    }
    return undefined;
  };
};
