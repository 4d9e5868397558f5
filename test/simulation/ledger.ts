import type { AuditEntry } from "../../lambdas/core/domain/audit.ts";
import type { Status } from "../../lambdas/core/domain/access-request.ts";
import { accounts, groupId, groups, permissionSetArns, userId, type Group, type PersonName } from "./cast.ts";
import { NO_STEP, type Action, type EntitlementReference } from "./history.ts";

/** An assignment as AWS identifies it, in one text. */
export type AssignmentKey = string;

export const assignmentKey = (assignment: {
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalType: string;
  readonly principalId: string;
}): AssignmentKey =>
  [assignment.accountId, assignment.permissionSetArn, assignment.principalType, assignment.principalId].join(
    "/",
  );

/** Whose assignment it is. */
export const principalOf = (key: AssignmentKey): string => key.slice(key.lastIndexOf("/") + 1);

/** The assignment that a step means. */
export const assignmentOf = ({ account, permissionSet, principal }: EntitlementReference) => ({
  accountId: accounts[account],
  permissionSetArn: permissionSetArns[permissionSet],
  ...("user" in principal
    ? { principalType: "USER" as const, principalId: userId(principal.user) }
    : { principalType: "GROUP" as const, principalId: groupId(principal.group) }),
});

export type RequestAction = Action & { readonly do: "request" };

/** The assignments that a request asks for. */
export const assignmentsOf = ({ account, permissionSets, group, who }: RequestAction): AssignmentKey[] =>
  permissionSets.map((permissionSet) =>
    assignmentKey(
      assignmentOf({ account, permissionSet, principal: group === undefined ? { user: who } : { group } }),
    ),
  );

/** A version of a request as it was written: what Lockstep claims about it. */
export interface Claim {
  readonly status: Status;
  readonly version: number;
  readonly expiresAt?: number;
  /** When the request itself says that it goes on. */
  readonly next: number;
  readonly entry: AuditEntry;
  readonly at: number;
  readonly flow: { readonly name: string; readonly version: number };
}

/** One request over its life, from the outside. */
export interface Tracked {
  /** The number of the step that made it. */
  readonly n: number;
  readonly id: string;
  readonly action: RequestAction;
  readonly keys: readonly AssignmentKey[];
  readonly madeAt: number;
  readonly claims: Claim[];
  /** From when to when it needs its assignments; the end moves when it is extended or ended early. */
  need?: { readonly from: number; until: number };
}

/** An approver's word, as the driver knows it: `taken` says what became of it as far as anyone saw. */
export interface SaidDecision {
  readonly of: number;
  readonly who: PersonName;
  readonly decision: "approve" | "reject";
  readonly from: number;
  to: number;
  taken: "yes" | "no" | "maybe";
}

/** Somebody asked for more time. */
export interface SaidExtension {
  readonly of: number;
  readonly who: PersonName;
  readonly seconds: number;
  readonly from: number;
  to: number;
  taken: "yes" | "no" | "maybe";
}

/** Somebody asked for a request's end. */
export interface SaidEnd {
  readonly of: number;
  readonly who: PersonName;
  readonly action: "revoke" | "cancel";
  readonly from: number;
  to: number;
  taken: "yes" | "no" | "maybe";
}

/** A version of a flow: its steps, one group each, and whether they decide on more time, too. */
export interface FlowVersion {
  readonly name: string;
  readonly steps: readonly Group[];
  readonly extensionNeedsApproval: boolean;
  readonly maxExtensions: number;
  readonly at: number;
}

interface Membership {
  readonly group: Group;
  readonly from: number;
  to: number;
}

/**
 * What the driver itself knows: who asked, who said what, who belongs where, and what AWS really has. The invariants
 * are judged by this, and by Lockstep's own records only for what they promise to people.
 */
export class Ledger {
  readonly requests = new Map<number, Tracked>();
  private readonly byId = new Map<string, Tracked>();
  readonly decisions: SaidDecision[] = [];
  readonly ends: SaidEnd[] = [];
  readonly extensions: SaidExtension[] = [];
  /** Each version of each flow: who approves, step by step. */
  readonly flows = new Map<string, FlowVersion>();
  /** What AWS has. */
  readonly present = new Set<AssignmentKey>();
  /** What AWS has and Lockstep has made, with when that was. */
  readonly made = new Map<AssignmentKey, number>();
  readonly gonePrincipals = new Set<string>();
  private readonly memberships = new Map<PersonName, Membership[]>();

  constructor(start: number) {
    for (const [group, members] of Object.entries(groups)) {
      for (const member of members as readonly PersonName[]) {
        const all = this.memberships.get(member) ?? [];
        this.memberships.set(member, all);
        all.push({ group: group as Group, from: start, to: Number.POSITIVE_INFINITY });
      }
    }
  }

  track(tracked: Tracked): void {
    this.requests.set(tracked.n, tracked);
    this.byId.set(tracked.id, tracked);
  }

  withId(id: string): Tracked | undefined {
    return this.byId.get(id);
  }

  /** The step that made the request with this id. */
  stepOf(id: string): number {
    return this.withId(id)?.n ?? NO_STEP;
  }

  /** The versions of a flow that were the newest at some moment between the two. */
  newestFlows(name: string, from: number, to: number): FlowVersion[] {
    const versions = [...this.flows.values()].filter((flow) => flow.name === name);
    return versions.filter(
      (flow) => flow.at <= to && !versions.some((later) => later.at > flow.at && later.at < from),
    );
  }

  leave(who: PersonName, group: Group, at: number): void {
    for (const membership of this.memberships.get(who) ?? []) {
      if (membership.group === group) membership.to = Math.min(membership.to, at);
    }
  }

  /** Whether the person was in the group at some moment between the two. */
  wasIn(who: PersonName, group: Group, from: number, to: number): boolean {
    return (this.memberships.get(who) ?? []).some(
      (membership) => membership.group === group && membership.from <= to && from <= membership.to,
    );
  }

  /** The requests that ask for this assignment. */
  askingFor(key: AssignmentKey): Tracked[] {
    return [...this.requests.values()].filter(({ keys }) => keys.includes(key));
  }
}

/** The newest thing that Lockstep said of the request. */
export const latestClaim = ({ claims }: Tracked): Claim | undefined => claims.at(-1);

const over: ReadonlySet<Status> = new Set(["ended", "failed", "rejected", "cancelled", "lapsed"]);

export const isOver = (tracked: Tracked): boolean => {
  const claim = latestClaim(tracked);
  return claim !== undefined && over.has(claim.status);
};

/** The request may have hold of its assignments: from its grant until it is over. */
export const isHolding = (tracked: Tracked): boolean => tracked.need !== undefined && !isOver(tracked);
