import fc from "fast-check";
import {
  partyKey,
  type AccessFlow,
  type Approver,
  type FlowStep,
  type FlowTarget,
  type Party,
  type PartyKey,
  type PersonCondition,
  type PersonRule,
  type ResourceTarget,
} from "../../lambdas/core/domain/access-flow.ts";
import {
  needsOf,
  resolveSteps,
  type RequestApprover,
  type ResolvedApprovers,
} from "../../lambdas/core/domain/approval-step.ts";
import type { Bundle } from "../../lambdas/core/domain/bundle.ts";
import type { DecisionContext } from "../../lambdas/core/domain/evaluate.ts";
import type { Ask } from "../../lambdas/core/domain/ask.ts";
import {
  timestamp,
  type AccountId,
  type BundleName,
  type FlowName,
  type RotaName,
  type ScopeName,
  type UserId,
} from "../../lambdas/core/domain/ids.ts";
import type { Rule, Verdict } from "../../lambdas/core/domain/rule.ts";
import type { KnownApprovers } from "../../lambdas/core/domain/known-approvers.ts";
import { NOT_KNOWN, type QuerySubject } from "../../lambdas/core/domain/query/fields.ts";
import { targetKey, type Target } from "../../lambdas/core/domain/target-coverage.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "./builders.ts";
import { aContext, aPersonKnown, anAsk } from "./evaluations.ts";

/* Flows, requests and contexts of few names, so that they meet. */

const alice = aUserId("alice");
const groups = ["mine", "theirs", "deleted"].map((name) => ({
  type: "group" as const,
  id: aGroupId(name),
  name,
}));
const rotas = ["primary", "secondary"] as RotaName[];
const bundles = ["databases", "queues"] as BundleName[];
const scopes = ["prod", "pay"] as ScopeName[];
const units = ["prod", "sandbox"].map((name) => ({ id: anOrganizationalUnitId(name), name: `/${name}` }));
const accounts = [2, 3].map((digit) => ({ id: anAccountId(digit), name: `account ${String(digit)}` }));
const permissionSets = ["PowerUser", "ReadOnly"].map((name) => ({ id: aPermissionSetArn(name), name }));
const targets: readonly Target[] = accounts.flatMap(({ id: accountId }) =>
  permissionSets.map(({ id: permissionSetArn }) => ({ accountId, permissionSetArn })),
);

const some = <Item>(items: readonly Item[], minLength = 0) => fc.subarray([...items], { minLength });

const anyPersonCondition: fc.Arbitrary<PersonCondition> = fc.oneof(
  fc.constantFrom(...groups.slice(0, 1), ...groups.slice(0, 1), ...groups),
  fc.constantFrom("alice", "bob").map((name: string) => ({ type: "user" as const, id: aUserId(name), name })),
  fc.constantFrom("payments", "orders").map((value) => ({
    type: "attribute" as const,
    attribute: "department",
    operator: "is" as const,
    values: [value],
  })),
  fc.constantFrom(...groups).map((of) => ({ type: "manager-of", of }) as const),
  fc.constantFrom(...rotas).map((rota) => ({ type: "on-call", rota }) as const),
);

const ruleOf = <Leaf extends object>(leaf: fc.Arbitrary<Leaf>): fc.Arbitrary<Rule<Leaf>> =>
  fc.letrec<{ rule: Rule<Leaf> }>((tie) => {
    const parts = fc.array(tie("rule"), { minLength: 1, maxLength: 3 });
    return {
      rule: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        { weight: 4, arbitrary: leaf },
        { weight: 4, arbitrary: parts.map((anyOf) => ({ anyOf })) },
        { weight: 1, arbitrary: parts.map((allOf) => ({ allOf })) },
        { weight: 1, arbitrary: tie("rule").map((not) => ({ not })) },
      ),
    };
  }).rule;

export const anyPersonRule: fc.Arbitrary<PersonRule> = ruleOf(anyPersonCondition);

const anyTag = fc
  .tuple(fc.constantFrom("env", "team"), fc.option(some(["prod", "dev"], 1), { nil: undefined }))
  .map(([key, values]) => ({ key, ...(values === undefined ? {} : { values }) }));

const anyResources = fc.record({
  accounts: fc.oneof(fc.constant(accounts), some(accounts)),
  organizationalUnits: some(units),
  tags: fc.array(anyTag, { maxLength: 1 }),
});

export const anyExclude = fc
  .tuple(anyResources, some(permissionSets))
  .map(([resources, sets]) => ({ ...resources, ...(sets.length === 0 ? {} : { permissionSets: sets }) }));

const anyResourceTarget: fc.Arbitrary<ResourceTarget> = fc
  .tuple(
    anyResources,
    fc.oneof(fc.constant(permissionSets), some(permissionSets, 1)),
    fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyExclude }),
  )
  .map(([resources, sets, exclude]) => ({
    ...resources,
    permissionSets: sets,
    ...(exclude === undefined ? {} : { exclude }),
  }));

const anyScopeTarget = fc.constantFrom(...scopes).map((accessScope) => ({ accessScope }));

const anyFlowTarget: fc.Arbitrary<FlowTarget> = fc.oneof(
  { weight: 4, arbitrary: anyResourceTarget },
  { weight: 1, arbitrary: anyScopeTarget },
  { weight: 1, arbitrary: fc.constantFrom(...bundles).map((bundle) => ({ bundle })) },
);

const strictSettings = fc.record(
  {
    requesterCanApproveSelf: fc.constant(false),
    mfaRequired: fc.boolean(),
    ticketPattern: fc.constant("OPS-\\d+"),
    justificationRequired: fc.boolean(),
    maxSessionSeconds: fc.constantFrom(3600, 7200),
  },
  { requiredKeys: ["requesterCanApproveSelf"] },
);

const anySettings = fc.oneof(
  { weight: 2, arbitrary: fc.constant<AccessFlow["settings"]>({ requesterCanApproveSelf: false }) },
  { weight: 1, arbitrary: strictSettings },
);

const deciders = ["leads", "security"].map((name) => ({ type: "group" as const, id: aGroupId(name), name }));
const bob = { type: "user", id: aUserId("bob"), name: "bob" } as const;

const anyApprover: fc.Arbitrary<Approver> = fc.constantFrom<Approver>(
  ...deciders,
  ...deciders,
  bob,
  { type: "owner" },
  { type: "manager" },
);

const anyStep: fc.Arbitrary<FlowStep> = fc
  .record({
    approvers: fc.array(anyApprover, { minLength: 1, maxLength: 2 }),
    all: fc.boolean(),
    tier: fc.option(anyApprover, { nil: undefined, freq: 3 }),
  })
  .map(({ approvers, all, tier }) => ({
    ...(all ? { allOf: approvers } : { anyOf: approvers }),
    withinSeconds: 3600,
    ...(tier === undefined ? {} : { escalation: { afterSeconds: 1800, tiers: [[tier]] } }),
  }));

const anyApproval: fc.Arbitrary<AccessFlow["approval"]> = fc
  .tuple(
    fc.array(anyStep, { maxLength: 2 }),
    fc.option(
      ruleOf(
        fc.oneof(
          anyPersonCondition,
          anyTag.map((tag) => ({ type: "target-tag", ...tag }) as const),
          fc.constantFrom(1800, 7200).map((seconds) => ({ type: "duration-below", seconds }) as const),
        ),
      ),
      { nil: undefined },
    ),
  )
  .map(([steps, automatic]) => ({
    steps,
    ...(automatic === undefined ? {} : { automatic }),
  }));

const workingHours: AccessFlow["timeframe"] = {
  days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  from: "08:00",
  to: "18:00",
  timeZone: "UTC",
};
const emergency = { reviewWithinSeconds: 3600, watchers: [] };

/** Any flow that takes requests, or does not. */
const anyFlow: fc.Arbitrary<AccessFlow> = fc
  .record(
    {
      requestors: anyPersonRule,
      targets: fc.array(anyFlowTarget, { minLength: 1, maxLength: 3 }),
      duration: fc.constantFrom(
        { max: "PT1H", maxSeconds: 3600 },
        { max: "PT8H", maxSeconds: 8 * 3600, default: "PT30M", defaultSeconds: 1800 },
      ),
      approval: anyApproval,
      settings: anySettings,
      active: fc.constantFrom(true, true, true, true, true, false),
      requestFor: fc.constantFrom<NonNullable<AccessFlow["requestFor"]>>(
        ["self"],
        ["self", "others"],
        ["direct-reports"],
      ),
      unconfirmedEditors: fc.constantFrom<UserId[]>([], [], [aUserId("bob")], [alice]),
      timeframe: fc.constantFrom<AccessFlow["timeframe"]>(undefined, undefined, undefined, workingHours),
      breakGlass: fc.constantFrom<AccessFlow["breakGlass"]>(undefined, undefined, undefined, emergency),
    },
    { requiredKeys: ["requestors", "targets", "duration", "approval", "settings"] },
  )
  .map(({ timeframe, breakGlass, ...flow }) =>
    aFlow({
      ...flow,
      ...(timeframe === undefined ? {} : { timeframe }),
      ...(breakGlass === undefined ? {} : { breakGlass, approval: { steps: [] } }),
    }),
  );

/** A flow that gives alice what she asks for, with whatever approval: so that often several flows serve a request. */
const generousFlow: fc.Arbitrary<AccessFlow> = fc
  .record({ approval: anyApproval, targets: fc.array(anyFlowTarget, { maxLength: 1 }) })
  .map(({ approval, targets: others }) =>
    aFlow({
      requestors: { type: "user", id: alice, name: "alice" },
      targets: [{ accounts, organizationalUnits: [], permissionSets }, ...others],
      requestFor: ["self", "others"],
      approval,
      settings: { requesterCanApproveSelf: false },
    }),
  );

export const someFlows: fc.Arbitrary<readonly AccessFlow[]> = fc
  .array(fc.oneof({ weight: 3, arbitrary: anyFlow }, { weight: 2, arbitrary: generousFlow }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((flows) => flows.map((flow, index) => ({ ...flow, name: `flow-${String(index)}` as FlowName })));

/** Who the access is for, and the user who would get it, if it is one: mostly whoever asks, or a group of theirs. */
const anyBeneficiary = fc.constantFrom<Pick<Ask, "requestFor" | "beneficiary">>(
  ...Array.from({ length: 6 }, () => ({ requestFor: "self" as const, beneficiary: alice })),
  { requestFor: "self" },
  { requestFor: "direct-reports", beneficiary: bob.id },
  { requestFor: "others", beneficiary: bob.id },
  { requestFor: "others" },
);

export const anyRequest: fc.Arbitrary<Ask> = fc
  .record(
    {
      targets: some(targets, 1).map((asked) => asked.slice(0, 2)),
      beneficiary: anyBeneficiary,
      durationSeconds: fc.constantFrom(1800, 3600, 7200),
      longestSeconds: fc.constantFrom(1800, 3600),
      // A Thursday at noon, and the Saturday after.
      start: fc.constantFrom("2026-01-01T12:00Z", "2026-01-01T12:00Z", "2026-01-03T12:00Z"),
      sessions: fc
        .constantFrom(3600, 7200, undefined)
        .map((sessionSeconds) => [{ permissionSetName: "PowerUser", sessionSeconds }]),
      ticket: fc.constantFrom("OPS-1", "none"),
      mfa: fc.boolean(),
      breakGlass: fc.constantFrom(false, false, false, false, false, true),
    },
    { requiredKeys: ["targets", "beneficiary", "start", "sessions", "mfa", "breakGlass"] },
  )
  .map(({ beneficiary, start, ...asked }) => {
    const { durationSeconds: _duration, ...silent } = anAsk();
    return { ...silent, ...asked, ...beneficiary, start: new Date(start) };
  });

const anyVerdict = fc.constantFrom<Verdict>("met", "unmet", "unknown");
const perhaps = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 4 });
const thereOf = <Key extends string, Value>(entries: readonly (readonly [Key, Value | undefined])[]) =>
  new Map(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));

const anyPerson = fc
  .record({
    memberships: fc.oneof(fc.constant([aGroupId("mine")]), some(groups.map(({ id }) => id))),
    missing: some(groups.map(({ id }) => id)),
    department: perhaps(fc.constantFrom("payments", "orders")),
    manages: fc.tuple(...groups.map(() => anyVerdict)),
    onCall: fc.tuple(...rotas.map(() => anyVerdict)),
  })
  .map(({ memberships, missing, department, manages, onCall }) =>
    aPersonKnown({
      memberships: new Set(memberships),
      missingGroups: new Set(missing.filter((id) => !memberships.includes(id))),
      attributes: department === undefined ? {} : { department },
      manages: new Map(groups.map(({ id }, index) => [`group:${id}` as const, manages[index] ?? "unknown"])),
      onCall: new Map(rotas.map((rota, index) => [rota, onCall[index] ?? "unknown"])),
    }),
  );

const anyAccount = fc.record(
  {
    organizationalUnits: some(units.map(({ id }) => id)),
    tags: fc.dictionary(fc.constantFrom("env", "team"), fc.constantFrom("prod", "dev"), {
      noNullPrototype: true,
    }),
  },
  { requiredKeys: [] },
);

const anyBundle = fc.array(fc.oneof(anyResourceTarget, anyScopeTarget), { minLength: 1, maxLength: 2 });

const subjectOf = ({ accountId }: Target): QuerySubject => ({
  resource: {
    type: "aws-account",
    id: accountId,
    name: accountId,
    path: "/",
    status: "ACTIVE",
    tags: {},
    context: {},
  },
  integration: "organization",
});

/** What flows mean, who asks and who decides, all but the flows themselves. */
export interface Surroundings extends Omit<DecisionContext, "flows" | "approversOf"> {
  /** Of these there are enabled people, enough for any step. */
  readonly staffed: ReadonlySet<PartyKey>;
  readonly ownerOf: ReadonlyMap<AccountId, Party>;
  readonly manager: Party | undefined;
  /** The flows whose approvers somebody has looked up. */
  readonly lookedUp: (flow: AccessFlow) => boolean;
}

/** The surroundings as they are for a request, with these flows. */
export const contextOf = (
  ask: Ask,
  flows: readonly AccessFlow[],
  surroundings: Surroundings,
): DecisionContext => ({
  ...surroundings,
  flows,
  approversOf: (flow) => (surroundings.lookedUp(flow) ? approversOf(ask, flow, surroundings) : undefined),
});

const approversOf = (
  ask: Ask,
  flow: AccessFlow,
  { staffed, ownerOf, manager }: Surroundings,
): KnownApprovers => {
  const resolved: ResolvedApprovers = {
    owners: ask.targets.map(({ accountId }) => {
      const owner = ownerOf.get(accountId);
      return owner === undefined ? { nobody: "nobody owns it" } : { parties: [owner], because: "of a tag" };
    }),
    manager: manager === undefined ? { nobody: "there is no manager" } : { user: manager },
  };
  const found = resolveSteps(flow.approval.steps, resolved);
  if ("unresolved" in found) return { resolved };
  const hasPeople = (approver: RequestApprover): boolean =>
    needsOf(approver).every((need) => need.some((party) => staffed.has(partyKey(party))));
  const unstaffed = found.steps.findIndex((step) =>
    "anyOf" in step ? !step.anyOf.some(hasPeople) : !step.allOf.every(hasPeople),
  );
  return {
    resolved,
    staffing: { eligible: () => [], unstaffed: unstaffed < 0 ? undefined : unstaffed },
  };
};

const parties: readonly Party[] = [...deciders, bob];
const anyStaffed: fc.Arbitrary<readonly Party[]> = fc.oneof(fc.constant(parties), some(parties));

/** About a fifth of it is not known. */
export const anySurroundings: fc.Arbitrary<Surroundings> = fc
  .record({
    requester: anyPerson,
    located: fc.tuple(...accounts.map(() => perhaps(anyAccount))),
    bundled: fc.tuple(...bundles.map(() => perhaps(anyBundle))),
    selected: fc.tuple(...scopes.map(() => perhaps(some(accounts.map(({ id }) => id as string))))),
    seen: some(targets),
    edited: fc.constantFrom(false, false, false, true),
    staffed: anyStaffed,
    owners: fc.tuple(...accounts.map(() => perhaps(fc.constantFrom(...parties)))),
    manager: perhaps(fc.constant(bob)),
  })
  .map(({ requester, located, bundled, selected, seen, edited, staffed, owners, manager }) => {
    const {
      flows: _flows,
      approversOf: _approversOf,
      ...context
    } = aContext({
      requester,
      accounts: thereOf(accounts.map(({ id }, index) => [id, located[index]])),
      bundles: thereOf(
        bundles.map((name, index): readonly [BundleName, Bundle | undefined] => {
          const held = bundled[index];
          return [
            name,
            held && { name, version: 1, targets: held, updatedAt: timestamp(new Date(0)), updatedBy: "test" },
          ];
        }),
      ),
      scopes: thereOf(
        scopes.map((name, index) => {
          const ids = selected[index];
          // It says which permissions: what selects any may not be taken whole.
          const selects = ({ resource, permission }: QuerySubject) =>
            permission === NOT_KNOWN ? undefined : ids?.includes(resource.id);
          return [name, ids && selects] as const;
        }),
      ),
      subjects: new Map(seen.map((target) => [targetKey(target), subjectOf(target)])),
      dependenciesOf: ({ targets: of }) =>
        edited && of.some((target) => "bundle" in target) ? [{ unconfirmedEditors: [alice] }] : [],
    });
    return {
      ...context,
      staffed: new Set(staffed.map(partyKey)),
      ownerOf: thereOf(accounts.map(({ id }, index) => [id, owners[index]])),
      manager,
      lookedUp: () => true,
    };
  });
