import type { AccessFlow, FlowTarget, ResourceTarget } from "../../lambdas/core/domain/access-flow.ts";
import type { Bundle } from "../../lambdas/core/domain/bundle.ts";
import { evaluate, type DecisionContext } from "../../lambdas/core/domain/evaluate.ts";
import type { Ask } from "../../lambdas/core/domain/ask.ts";
import {
  AccountIdSchema,
  BundleNameSchema,
  FlowNameSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  ScopeNameSchema,
  UserIdSchema,
  timestamp,
} from "../../lambdas/core/domain/ids.ts";
import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import { accountSubject, permissionOf } from "../../lambdas/core/domain/inventory/query-subject.ts";
import type { AccountFact, PermissionSetFact } from "../../lambdas/core/domain/inventory/facts.ts";
import { compileQuery } from "../../lambdas/core/domain/query/compile-query.ts";
import { parseQuery } from "../../lambdas/core/domain/query/parse-query.ts";
import type { QuerySubject } from "../../lambdas/core/domain/query/fields.ts";
import { targetKey, type Target } from "../../lambdas/core/domain/target-coverage.ts";
import { SLOWEST_EVALUATION_MILLISECONDS } from "./budgets.ts";
import { distributionOf, timedOnOneCore, type Distribution } from "./stopwatch.ts";

/** One request against all flows, against the longest that its median may take. */
export interface EvaluationRow {
  readonly request: string;
  readonly flows: number;
  readonly resources: number;
  readonly times: Distribution;
  readonly atMost: number;
  readonly passed: boolean;
}

const FLOWS = 1_000;
const ACCOUNTS = 10_000;
const ENTITLEMENTS = 20;
const REPETITIONS = 51;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const uuid = (kind: string, index: number): string =>
  `${kind}0000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

const alice = UserIdSchema.parse(uuid("a", 0));
const group = (index: number) =>
  ({ type: "group", id: GroupIdSchema.parse(uuid("b", index)), name: `group-${String(index)}` }) as const;
const accountIds = numbers(ACCOUNTS).map((index) => AccountIdSchema.parse(String(100_000_000_000 + index)));
const units = numbers(200).map((index) => ({
  id: OrganizationalUnitIdSchema.parse(`ou-abcd-${String(index).padStart(8, "0")}`),
  name: `/Workloads/Unit-${String(index)}`,
}));
const permissionSets = numbers(50).map((index) => ({
  id: PermissionSetArnSchema.parse(
    `arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-${String(index).padStart(16, "0")}`,
  ),
  name: `Set-${String(index)}`,
}));
const bundleNames = numbers(50).map((index) => BundleNameSchema.parse(`bundle-${String(index)}`));
const scopeNames = numbers(50).map((index) => ScopeNameSchema.parse(`scope-${String(index)}`));

/** `count` of the items, from the place `from` on and around. */
const around = <Item>(items: readonly Item[], from: number, count: number): Item[] =>
  numbers(count).flatMap((step) => items[(from + step) % items.length] ?? []);

const resourceTarget = (index: number): ResourceTarget => ({
  integration: HOME_INTEGRATION,
  accounts: around(accountIds, index * 7, 40).map((id) => ({ id, name: id })),
  organizationalUnits: around(units, index, 5),
  tags: [{ key: "team", values: [`team-${String(index % 40)}`] }],
  permissionSets: around(permissionSets, index, 10),
  exclude: {
    accounts: around(accountIds, index * 13, 10).map((id) => ({ id, name: id })),
    organizationalUnits: around(units, index + 100, 2),
    tags: [{ key: "env", values: ["restricted"] }],
  },
});

const flowTargets = (index: number): FlowTarget[] => [
  ...around(numbers(1_000), index, 3).map(resourceTarget),
  ...around(bundleNames, index, 1).map((bundle) => ({ bundle })),
  ...around(scopeNames, index, 1).map((accessScope) => ({ accessScope })),
];

/** Every flow is for alice by its last condition, and none covers all that she asks for: nothing is decided early. */
const flow = (index: number): AccessFlow => ({
  name: FlowNameSchema.parse(`flow-${String(index)}`),
  version: 1,
  requestors: {
    anyOf: [
      ...around(numbers(500), index, 8).map(group),
      {
        allOf: [
          { type: "attribute", attribute: "department", operator: "is", values: ["payments"] },
          { not: group(0) },
        ],
      },
    ],
  },
  targets: flowTargets(index),
  duration: { max: "PT8H", maxSeconds: 8 * 3600 },
  approval: { steps: [{ anyOf: [group(index % 500)], withinSeconds: 3600 }] },
  settings: { requesterCanApproveSelf: false },
  updatedAt: timestamp(new Date(0)),
  updatedBy: "bench",
});

const bundle = (index: number): Bundle => ({
  name: BundleNameSchema.parse(`bundle-${String(index)}`),
  version: 1,
  targets: around(numbers(1_000), index * 17, 4).map(resourceTarget),
  updatedAt: timestamp(new Date(0)),
  updatedBy: "bench",
});

const tagsOf = (index: number) => ({
  team: `team-${String(index % 400)}`,
  env: index % 3 === 0 ? "prod" : "dev",
});
const unitsOf = (index: number) => around(units, index % 90, 2).map(({ id }) => id);

const asked: readonly Target[] = numbers(ENTITLEMENTS).flatMap((index) => {
  const accountId = accountIds[index * 450];
  const permissionSetArn = permissionSets[index]?.id;
  return accountId === undefined || permissionSetArn === undefined ? [] : [{ accountId, permissionSetArn }];
});

const subjectOf = ({ accountId, permissionSetArn }: Target): QuerySubject => {
  const index = accountIds.indexOf(accountId);
  const account: AccountFact = {
    kind: "account",
    id: accountId,
    name: `account-${String(index)}`,
    state: "ACTIVE",
    organizationalUnits: unitsOf(index),
    tags: tagsOf(index),
  };
  const permissionSet: PermissionSetFact = {
    kind: "permission-set",
    arn: permissionSetArn,
    name: "Set",
    sessionDuration: "PT1H",
    managedPolicies: [],
    customerManagedPolicies: [],
    tags: {},
  };
  return {
    ...accountSubject(account, { account, unitPath: "/Workloads", integration: HOME_INTEGRATION }),
    permission: permissionOf(permissionSet),
  };
};

const context: DecisionContext = {
  flows: numbers(FLOWS).map(flow),
  requester: {
    id: alice,
    memberships: new Set(numbers(50).map((index) => group(index + 1).id)),
    missingGroups: new Set(),
    attributes: { department: "payments" },
    manages: new Map(),
    onCall: new Map(),
  },
  accounts: new Map(
    accountIds.map((id, index) => [
      id,
      { organizationalUnits: unitsOf(index), tags: tagsOf(index), integration: HOME_INTEGRATION },
    ]),
  ),
  bundles: new Map(bundleNames.map((name, index) => [name, bundle(index)])),
  scopes: new Map(
    scopeNames.map((name, index) => [
      name,
      compileQuery(
        parseQuery(
          `permission_name != "none" and (resource_tag["team"] = "team-${String(index)}" or resource_name ends_with "${String(index)}7")`,
          {
            about: "permissions on resources",
          },
        ),
      ),
    ]),
  ),
  subjects: new Map(asked.map((target) => [targetKey(target), subjectOf(target)])),
  secondAdministrator: true,
  dependenciesOf: () => [],
  // Looked up for the one that serves; of the others nobody asks.
  approversOf: () => ({
    resolved: { owners: [], manager: { nobody: "no flow names one" } },
    staffing: { eligible: () => [], unstaffed: undefined },
  }),
};

const ask: Ask = {
  requester: alice,
  requestFor: "self",
  targets: asked,
  start: new Date(0),
  sessions: [],
  justification: "incident 42",
  mfa: true,
  breakGlass: false,
};

/** A flow that gives all of it, which the last one has to be: the others are looked at before it is known. */
const everything: AccessFlow = {
  ...flow(0),
  name: FlowNameSchema.parse("everything"),
  targets: [
    {
      accounts: asked.map(({ accountId }) => ({ id: accountId, name: accountId })),
      organizationalUnits: [],
      permissionSets,
    },
  ],
};

/** Evaluates one request for 20 entitlements: one that a single flow of all allows, and one that none does. */
export const measureEvaluations = (): readonly EvaluationRow[] =>
  (
    [
      ["allowed by one flow", { ...context, flows: [...context.flows.slice(1), everything] }],
      ["refused by every flow", context],
    ] as const
  ).map(([request, facts]) => {
    const samples = Array.from({ length: REPETITIONS }, () => timedOnOneCore(() => evaluate(ask, facts)));
    const times = distributionOf(samples);
    const atMost = SLOWEST_EVALUATION_MILLISECONDS;
    const passed = times.median < atMost;
    return { request, flows: facts.flows.length, resources: facts.accounts.size, times, atMost, passed };
  });
