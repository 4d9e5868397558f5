import type { AuditEntry } from "../../lambdas/core/domain/audit.ts";
import type { Status } from "../../lambdas/core/domain/access-request.ts";
import {
  accounts,
  groupId,
  groups,
  managers,
  permissionSetArns,
  userId,
  type Account,
  type Group,
  type PersonName,
} from "./cast.ts";
import { NO_STEP, type Action, type EntitlementReference } from "./history.ts";
import { ROTA, shiftsOf, type NamedContent } from "./named.ts";
import { FIRST_OWNER, type FlowTerms } from "./policy.ts";

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
export const assignmentsOf = (action: RequestAction): AssignmentKey[] => {
  const { permissionSets, group } = action;
  const principal = group === undefined ? { user: beneficiaryOf(action) } : { group };
  return accountsOf(action).flatMap((account) =>
    permissionSets.map((permissionSet) => assignmentKey(assignmentOf({ account, permissionSet, principal }))),
  );
};

/** Where it is asked for. */
export const accountsOf = ({ account, alsoIn }: RequestAction): readonly Account[] =>
  alsoIn === undefined ? [account] : [account, alsoIn];

/** The user whose access it is, or who asks for a group's. */
export const beneficiaryOf = ({ who, forWhom = who }: RequestAction): PersonName => forWhom;

/** A version of a request as it was written: what Lockstep claims about it. */
export interface Claim {
  readonly status: Status;
  readonly version: number;
  readonly expiresAt?: number;
  /** When the request itself says that it goes on. */
  readonly next: number;
  /** Of what waits for a decision: when the next tier opens that nobody was told of, and until when somebody may decide. */
  readonly untold?: { readonly opens: number; readonly deadline: number };
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
  /** When it was asked for, by a call that may have been repeated. */
  readonly askedAt: number;
  readonly madeAt: number;
  /** A flow made it by itself. */
  readonly automatic?: true;
  readonly claims: Claim[];
  /** From when to when it needs its assignments; the end moves when it is extended or ended early. */
  need?: { readonly from: number; until: number };
}

/** An approver's word, as the driver knows it: `taken` says what became of it as far as anyone saw. */
export interface SaidDecision {
  readonly of: number;
  readonly who: PersonName;
  readonly decision: "approve" | "reject";
  /** The step that it named, from 1; absent: whichever waited. */
  readonly step?: number;
  /** What it named: the request, or more time on it. */
  readonly on: "request" | "extension";
  readonly from: number;
  to: number;
  taken: "yes" | "no" | "maybe";
}

/** What is configured, of all kinds: `access-flow/prod`. */
export type ItemKey = `${"access-flow" | NamedContent["kind"]}/${string}`;

/** An administrator vouched for a version of a flow, or of what flows name. */
export interface SaidConfirmation {
  readonly item: ItemKey;
  readonly version: number;
  readonly who: PersonName;
  readonly from: number;
  taken: "yes" | "no" | "maybe";
}

/** Somebody said what they make of an emergency. */
export interface SaidReview {
  readonly of: number;
  readonly who: PersonName;
  readonly from: number;
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

/** A version of a flow: what an administrator wrote, and who did. */
export interface FlowVersion {
  readonly name: string;
  readonly version: number;
  readonly by: PersonName;
  readonly terms: FlowTerms;
  readonly at: number;
}

/** A version of what flows name: what an administrator wrote, when, and who did. */
export interface NamedVersion {
  readonly item: ItemKey;
  readonly version: number;
  readonly by: PersonName;
  readonly content: NamedContent;
  /** When whoever wrote it began to: a rota's turns count from then. */
  readonly writtenAt: number;
  readonly at: number;
}

/** Those of an item's versions that were the newest at some moment between the two. */
const newestOf = <Version extends { readonly at: number }>(
  versions: readonly Version[],
  from: number,
  to: number,
): Version[] =>
  versions.filter(
    (version) => version.at <= to && !versions.some((later) => later.at > version.at && later.at < from),
  );

/** Something that was so from one moment to another. */
interface Span<What> {
  readonly what: What;
  readonly from: number;
  to: number;
}

/** What was so at some moment between the two. */
const between = <What>(spans: readonly Span<What>[], from: number, to: number): What[] =>
  spans.filter((span) => span.from <= to && from <= span.to).map(({ what }) => what);

/** From the moment on it is this one. */
const replace = <What>(spans: Span<What>[], what: What, moment: number): void => {
  const last = spans.at(-1);
  if (last !== undefined) last.to = Math.min(last.to, moment);
  spans.push({ what, from: moment, to: Number.POSITIVE_INFINITY });
};

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
  readonly confirmations: SaidConfirmation[] = [];
  readonly reviews: SaidReview[] = [];
  /** The requests, by their ids, of which the bus was told that nobody has reviewed them in time. */
  readonly toldOverdue = new Set<string>();
  /** When each step's call was made for the first time. */
  readonly calledAt = new Map<number, number>();
  /** Each version of each flow. */
  readonly flows = new Map<string, FlowVersion>();
  /** Each version of each bundle, access scope and rota. */
  readonly named: NamedVersion[] = [];
  /** What AWS has. */
  readonly present = new Set<AssignmentKey>();
  /** What AWS has and Lockstep has made, with when that was. */
  readonly made = new Map<AssignmentKey, number>();
  readonly gonePrincipals = new Set<string>();
  private readonly memberships = new Map<PersonName, Span<Group>[]>();
  private readonly managers = new Map<PersonName, Span<PersonName>[]>();
  /** The group that owns what no tag names an owner of. */
  private readonly owners: Span<Group>[] = [];

  constructor(start: number) {
    for (const [group, members] of Object.entries(groups)) {
      for (const member of members as readonly PersonName[]) {
        const all = this.memberships.get(member) ?? [];
        this.memberships.set(member, all);
        all.push({ what: group as Group, from: start, to: Number.POSITIVE_INFINITY });
      }
    }
    for (const [who, manager] of Object.entries(managers))
      this.hasManager(who as PersonName, manager as PersonName, start);
    this.hasOwner(FIRST_OWNER, start);
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
    return newestOf(
      [...this.flows.values()].filter((flow) => flow.name === name),
      from,
      to,
    );
  }

  /** The same of what flows name. */
  newestNamed(item: ItemKey, from: number, to: number): NamedVersion[] {
    return newestOf(
      this.named.filter((version) => version.item === item),
      from,
      to,
    );
  }

  /** Whether the person was on call at some moment between the two, as the rota was then or between two others. */
  wasOnCall(
    who: PersonName,
    from: number,
    to: number,
    asOf: { from: number; to: number } = { from, to },
  ): boolean {
    return this.newestNamed(`rota/${ROTA}`, asOf.from, asOf.to).some(
      ({ content, writtenAt }) =>
        content.kind === "rota" &&
        shiftsOf(content.turns, writtenAt).some(
          (shift) => shift.who === who && shift.from <= to && from < shift.to,
        ),
    );
  }

  leave(who: PersonName, group: Group, at: number): void {
    for (const membership of this.memberships.get(who) ?? []) {
      if (membership.what === group) membership.to = Math.min(membership.to, at);
    }
  }

  join(who: PersonName, group: Group, at: number): void {
    const spans = this.memberships.get(who) ?? [];
    this.memberships.set(who, spans);
    spans.push({ what: group, from: at, to: Number.POSITIVE_INFINITY });
  }

  /** From when to when each person was in the group. */
  stays(group: Group): { readonly who: PersonName; readonly from: number; readonly to: number }[] {
    return [...this.memberships].flatMap(([who, spans]) =>
      spans.filter(({ what }) => what === group).map(({ from, to }) => ({ who, from, to })),
    );
  }

  /** Whether the person was in the group at some moment between the two. */
  wasIn(who: PersonName, group: Group, from: number, to: number): boolean {
    return between(this.memberships.get(who) ?? [], from, to).includes(group);
  }

  hasManager(who: PersonName, manager: PersonName, moment: number): void {
    const spans = this.managers.get(who) ?? [];
    this.managers.set(who, spans);
    replace(spans, manager, moment);
  }

  /** The person's managers between the two moments. */
  managersOf(who: PersonName, from: number, to: number): PersonName[] {
    return between(this.managers.get(who) ?? [], from, to);
  }

  hasOwner(owner: Group, moment: number): void {
    replace(this.owners, owner, moment);
  }

  /** The groups that own what no tag names an owner of, between the two moments. */
  ownersBetween(from: number, to: number): Group[] {
    return between(this.owners, from, to);
  }

  /** The requests that ask for this assignment. */
  askingFor(key: AssignmentKey): Tracked[] {
    return [...this.requests.values()].filter(({ keys }) => keys.includes(key));
  }
}

/** Of more time that waits for somebody's word. */
const EXTENSION_WAITS: ReadonlySet<string> = new Set([
  "ExtensionRequested",
  "ExtensionApprovalGiven",
  "NextExtensionApprovalNeeded",
] satisfies AuditEntry["type"][]);

/** Whether more time on the access waits for somebody's word, after this was said of it. */
export const isExtensionWaiting = ({ entry }: Pick<Claim, "entry">): boolean =>
  EXTENSION_WAITS.has(entry.type);

/** The newest thing that Lockstep said of the request. */
export const latestClaim = ({ claims }: Tracked): Claim | undefined => claims.at(-1);

const over: ReadonlySet<Status> = new Set(["ended", "failed", "rejected", "cancelled", "lapsed"]);

export const isOver = (tracked: Tracked): boolean => {
  const claim = latestClaim(tracked);
  return claim !== undefined && over.has(claim.status);
};

/** Somebody has written what they make of the emergency. */
export const isReviewed = ({ claims }: Tracked): boolean => claims.some(({ entry }) => isReview(entry));

export const isReview = ({ type }: Pick<AuditEntry, "type">): boolean => type.endsWith("Reviewed");

/** Until when an emergency that is over has to be reviewed; undefined for what was none, or is not over. */
export const reviewBy = (ledger: Ledger, tracked: Tracked): number | undefined => {
  const { action, claims } = tracked;
  const flow = claims[0]?.flow;
  const terms = flow === undefined ? undefined : ledger.flows.get(`${flow.name}/${flow.version}`)?.terms;
  const end = claims.find(({ status }) => over.has(status));
  if (action.breakGlass !== true || end === undefined || terms?.breakGlass === undefined) return undefined;
  return end.at + terms.breakGlass.reviewWithinMinutes * 60_000;
};

/** An emergency that nobody has reviewed, and of which nobody was told yet that this is late. */
export const isToBeTold = (ledger: Ledger, tracked: Tracked): boolean =>
  reviewBy(ledger, tracked) !== undefined && !isReviewed(tracked) && !ledger.toldOverdue.has(tracked.id);

/** The request may have hold of its assignments: from its grant until it is over. */
export const isHolding = (tracked: Tracked): boolean => tracked.need !== undefined && !isOver(tracked);
