import type { AccessFlow, FlowTarget, Party } from "./access-flow.ts";
import type { DomainErrorCode } from "./errors.ts";
import type { AccountId, GroupId, OrganizationalUnitId, PermissionSetArn, UserId } from "./ids.ts";
import { tooLongSessions, type PermissionSetSession } from "./sessions.ts";

/** What is asked for, by ids. */
export interface Ask {
  readonly requester: UserId;
  readonly targets: readonly { readonly accountId: AccountId; readonly permissionSetArn: PermissionSetArn }[];
  readonly durationSeconds: number;
  /** The targets' permission sets, with how long their sessions last. */
  readonly sessions: readonly PermissionSetSession[];
}

/** Everything that a decision depends on, loaded beforehand. */
export interface EvaluationContext {
  readonly flows: readonly AccessFlow[];
  /** The requester's groups among those that the flows name. */
  readonly memberships: ReadonlySet<GroupId>;
  /** The organizational units above each account. */
  readonly ancestors: ReadonlyMap<AccountId, readonly OrganizationalUnitId[]>;
}

export type Evaluation =
  | { readonly allowed: true; readonly flow: AccessFlow }
  | {
      readonly allowed: false;
      readonly code: Extract<
        DomainErrorCode,
        "no-matching-flow" | "duration-above-maximum" | "session-too-long"
      >;
      readonly reasons: readonly string[];
    };

/** Whether a flow's or a step's party includes the person. */
export const includesPerson = (party: Party, person: UserId, memberships: ReadonlySet<GroupId>): boolean =>
  party.type === "user" ? party.id === person : memberships.has(party.id);

type Target = Ask["targets"][number];

/** Whether what a flow gives access to includes the permission set in the account. */
export const covers = (
  flowTarget: FlowTarget,
  target: Target,
  context: Pick<EvaluationContext, "ancestors">,
): boolean => {
  if (!flowTarget.permissionSets.some(({ id }) => id === target.permissionSetArn)) return false;
  if (flowTarget.accounts.some(({ id }) => id === target.accountId)) return true;
  const above = context.ancestors.get(target.accountId) ?? [];
  return flowTarget.organizationalUnits.some(({ id }) => above.includes(id));
};

/** The flow of several that asks the least: fewest approvals, then by name. */
export const leastDemanding = (a: AccessFlow, b: AccessFlow): number =>
  a.approval.steps.length - b.approval.steps.length || (a.name < b.name ? -1 : 1);

/**
 * Decides which flow serves a request. Pure: it only looks at its arguments.
 * One flow must allow every target, the duration and the sessions.
 */
export const evaluate = (ask: Ask, context: EvaluationContext): Evaluation => {
  const asRequestor = context.flows.filter((flow) =>
    flow.requestors.anyOf.some((party) => includesPerson(party, ask.requester, context.memberships)),
  );
  const covering = asRequestor.filter((flow) =>
    ask.targets.every((target) => flow.targets.some((flowTarget) => covers(flowTarget, target, context))),
  );
  const serving = covering.filter((flow) => ask.durationSeconds <= flow.duration.maxSeconds);
  const withSessions = serving.map((flow) => ({ flow, tooLong: tooLongSessions(flow, ask.sessions) }));
  const fitting = withSessions.flatMap(({ flow, tooLong }) => (tooLong.length === 0 ? [flow] : []));
  const flow = fitting.toSorted(leastDemanding)[0];
  if (flow !== undefined) return { allowed: true, flow };
  if (serving.length > 0) {
    const reasons = withSessions.flatMap(({ tooLong }) => tooLong);
    return { allowed: false, code: "session-too-long", reasons: [...new Set(reasons)] };
  }
  if (covering.length > 0) {
    return {
      allowed: false,
      code: "duration-above-maximum",
      reasons: covering.map(({ name, duration }) => `access flow ${name} allows at most ${duration.max}`),
    };
  }
  return {
    allowed: false,
    code: "no-matching-flow",
    reasons:
      asRequestor.length === 0
        ? ["no access flow names you or one of your groups as a requestor"]
        : asRequestor.map(({ name }) => `access flow ${name} does not cover everything that you asked for`),
  };
};

/** The groups that an evaluation of these flows needs the requester's membership in. */
export const groupsNamedIn = (parties: readonly Party[]): readonly GroupId[] => [
  ...new Set(parties.flatMap((party) => (party.type === "group" ? [party.id] : []))),
];

/** The accounts whose organizational units matter: some flow that offers the permission set names a unit and does not name the account. */
export const accountsToLocate = (ask: Ask, flows: readonly AccessFlow[]): readonly AccountId[] => {
  const flowTargets = flows
    .flatMap((flow) => flow.targets)
    .filter((target) => target.organizationalUnits.length > 0);
  const needed = ask.targets.filter(({ permissionSetArn }) =>
    flowTargets.some(({ permissionSets }) => permissionSets.some(({ id }) => id === permissionSetArn)),
  );
  return [...new Set(needed.map(({ accountId }) => accountId))];
};
