import type { ProtectedAccount } from "../../contracts/environment.ts";
import {
  isResourceTarget,
  isScopeTarget,
  type AccessFlow,
  type FlowTarget,
  type ResourceTarget,
  type ScopeTarget,
} from "../../domain/access-flow.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import type { Bundle } from "../../domain/bundle.ts";
import type { Confirmable } from "../../domain/configuration/confirmation.ts";
import { brokenGuardrails, type Guardrails } from "../../domain/guardrails.ts";
import type { AccountId, PermissionSetArn } from "../../domain/ids.ts";
import { HOME_INTEGRATION } from "../../domain/integration.ts";
import type { AccountFact } from "../../domain/inventory/facts.ts";
import { asKnownAt } from "../../domain/inventory/known-tags.ts";
import { matchingAccounts, type Grantable } from "../../domain/inventory/matching-accounts.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import type { QuerySubject } from "../../domain/query/fields.ts";
import { all, any, not, verdictOf, type Verdict } from "../../domain/rule.ts";
import { sessionSecondsOf, tooLongSessions } from "../../domain/sessions.ts";
import {
  covers,
  targetKey,
  type CoverageContext,
  type Target,
  type TargetKey,
} from "../../domain/target-coverage.ts";
import type { Catalogue, CataloguePermissionSet } from "../../ports/catalogue.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { AccessScopeStore, BundleStore } from "../../ports/stores.ts";
import type { IntegrationStore } from "../../ports/sync.ts";
import { dependenciesAmong } from "../evaluation/dependencies-among.ts";
import { compiled } from "../evaluation/load-context.ts";
import { namesBundles } from "../evaluation/needed-facts.ts";
import { inBatches } from "../in-batches.ts";
import { loadGrantable } from "../inventory/subjects.ts";
import { TooMany } from "./flow-people.ts";
import { remembered } from "./remembered.ts";

export interface TargetDependencies {
  readonly inventory: Pick<InventoryReader, "getAll" | "page">;
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly catalogue: Pick<Catalogue, "permissionSet">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly accessScopes: Pick<AccessScopeStore, "list">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly guardrails: Guardrails;
  /** Deployed in the delegated administrator account, not in the management account. */
  readonly delegatedAdministrator: boolean;
}

/** Lookups at once. */
const AT_A_TIME = 5;

/** For each person whom the flow is for: ten requests of twenty. */
const MOST_TARGETS = 200;

/** What a flow gives. */
export interface FlowTargets {
  readonly targets: readonly Target[];
  readonly verdict: (target: Target) => Verdict;
  /** What the flow's sense depends on, but for its rotas. */
  readonly dependencies: readonly Confirmable[];
  readonly accountName: (id: AccountId) => string;
  readonly permissionSet: (arn: PermissionSetArn) => CataloguePermissionSet | undefined;
}

/**
 * What flows give, as the inventory shows the organization: never what is protected or ruled out by a guardrail, and only
 * in accounts that are known to be ACTIVE. What the inventory does not know is in doubt.
 */
export const targetsOfFlows = (dependencies: TargetDependencies, now: Date) => {
  const { inventory, catalogue } = dependencies;
  const bundlesOnce = remembered((_all: "all") => dependencies.bundles.list());
  const scopesOnce = remembered((_all: "all") => dependencies.accessScopes.list());
  const grantable = remembered((_all: "all") => loadGrantable(dependencies, now));
  const permissionSetOf = remembered((arn: PermissionSetArn) => catalogue.permissionSet(arn));

  return async (flow: AccessFlow, held: readonly Target[]): Promise<FlowTargets> => {
    const bundles = namesBundles([flow]) ? await bundlesOnce("all") : [];
    const parts = partsOf(flow, bundles);
    const scopes = parts.some(isScopeTarget) ? await scopesOnce("all") : [];
    const known = parts.some(asksOfAll) ? await grantable("all") : undefined;
    const candidates = unique([...parts.flatMap((part) => candidatesOf(part, scopes, known)), ...held]);
    const facts = await accountFacts(inventory, { known, candidates, now });
    const context = contextOf(flow, { bundles, scopes, known, facts, candidates });
    const arns = [...new Set(candidates.map(({ permissionSetArn }) => permissionSetArn))];
    const permissionSets = new Map(
      await inBatches(arns, AT_A_TIME, async (arn) => [arn, await permissionSetOf(arn)] as const),
    );
    const verdict = (target: Target): Verdict =>
      all(
        [
          () => mayBeGranted(dependencies, flow, target, permissionSets.get(target.permissionSetArn)),
          () => isActive(facts.get(target.accountId)),
          () => any(flow.targets, (part) => covers(part, target, context)),
        ],
        (part) => part(),
      );
    const verdicts = new Map(candidates.map((target) => [targetKey(target), verdict(target)]));
    const targets = candidates.filter((target) => verdicts.get(targetKey(target)) === "met");
    if (targets.length > MOST_TARGETS)
      throw new TooMany(
        `it gives ${String(targets.length)} permission sets in accounts to everybody it is for, and an automatic flow gives ${String(MOST_TARGETS)} at most: name fewer`,
      );
    return {
      targets,
      verdict: (target) => verdicts.get(targetKey(target)) ?? "unknown",
      dependencies: dependenciesAmong({ bundles, scopes, rotas: [] })(flow),
      accountName: (id) => facts.get(id)?.name ?? id,
      permissionSet: (arn) => permissionSets.get(arn),
    };
  };
};

type Part = ResourceTarget | ScopeTarget;

/** The flow's targets, and those in its bundles. */
const partsOf = ({ targets }: AccessFlow, bundles: readonly Bundle[]): readonly Part[] =>
  targets.flatMap((target: FlowTarget): readonly Part[] => {
    if (isResourceTarget(target) || isScopeTarget(target)) return [target];
    return bundles.find(({ name }) => name === target.bundle)?.targets ?? [];
  });

/** Whether any account of the organization may be meant. */
const asksOfAll = (part: Part): boolean =>
  isScopeTarget(part) || part.organizationalUnits.length > 0 || (part.tags ?? []).length > 0;

const candidatesOf = (
  part: Part,
  scopes: readonly AccessScope[],
  known: Grantable | undefined,
): readonly Target[] => {
  if (isResourceTarget(part)) {
    const named = part.accounts.map(({ id }) => id);
    const others = asksOfAll(part) ? (known?.accounts ?? []).map(({ fact }) => fact.id) : [];
    const accounts = [...new Set([...named, ...others])];
    return part.permissionSets.flatMap(({ id }) =>
      accounts.map((accountId) => ({ accountId, permissionSetArn: id })),
    );
  }
  const scope = scopes.find(({ name }) => name === part.accessScope);
  if (scope === undefined || known === undefined) return [];
  const wanted = part.permissionSets?.map(({ id }) => id);
  const permissionSets = known.permissionSets.filter(
    ({ fact }) => wanted === undefined || wanted.includes(fact.arn),
  );
  const query = parseQuery(scope.query, { about: "permissions on resources" });
  return [...matchingAccounts(query, { accounts: known.accounts, permissionSets })].flatMap(
    ({ permissionSet, accounts }) =>
      accounts.map(({ id }) => ({ accountId: id, permissionSetArn: permissionSet.arn })),
  );
};

const unique = (targets: readonly Target[]): readonly Target[] => [
  ...new Map(targets.map((target) => [targetKey(target), target])).values(),
];

type Facts = ReadonlyMap<AccountId, AccountFact>;

const accountFacts = async (
  inventory: Pick<InventoryReader, "getAll">,
  {
    known,
    candidates,
    now,
  }: {
    readonly known: Grantable | undefined;
    readonly candidates: readonly Target[];
    readonly now: Date;
  },
): Promise<Facts> => {
  const loaded = (known?.accounts ?? []).map(({ fact }) => fact);
  const have = new Set(loaded.map(({ id }) => id));
  const missing = [...new Set(candidates.map(({ accountId }) => accountId))].filter((id) => !have.has(id));
  const found = missing.length === 0 ? [] : await inventory.getAll("account", missing);
  return new Map([...loaded, ...found.map(asKnownAt(now))].map((fact) => [fact.id, fact]));
};

const contextOf = (
  flow: AccessFlow,
  loaded: {
    readonly bundles: readonly Bundle[];
    readonly scopes: readonly AccessScope[];
    readonly known: Grantable | undefined;
    readonly facts: Facts;
    readonly candidates: readonly Target[];
  },
): CoverageContext => {
  const { bundles, scopes, known, facts, candidates } = loaded;
  return {
    accounts: new Map(
      [...facts.values()].map(({ id, organizationalUnits, tags }) => [
        id,
        { organizationalUnits, tags, integration: HOME_INTEGRATION },
      ]),
    ),
    bundles: new Map(bundles.map((bundle) => [bundle.name, bundle])),
    scopes: new Map(
      partsOf(flow, bundles)
        .filter(isScopeTarget)
        .flatMap((part) => scopes.filter(({ name }) => name === part.accessScope))
        .map((scope) => [scope.name, compiled(scope)]),
    ),
    subjects: subjectsOf(known, candidates),
  };
};

const subjectsOf = (
  known: Grantable | undefined,
  candidates: readonly Target[],
): ReadonlyMap<TargetKey, QuerySubject> => {
  const subjectOf = new Map(known?.accounts.map(({ fact, subject }) => [fact.id, subject]));
  const permissionOf = new Map(known?.permissionSets.map(({ fact, permission }) => [fact.arn, permission]));
  return new Map(
    candidates.flatMap((target) => {
      const subject = subjectOf.get(target.accountId);
      const permission = permissionOf.get(target.permissionSetArn);
      return subject === undefined || permission === undefined
        ? []
        : [[targetKey(target), { ...subject, permission }] as const];
    }),
  );
};

/** Whatever a flow says. */
const mayBeGranted = (
  { protectedAccounts, guardrails, delegatedAdministrator }: TargetDependencies,
  flow: AccessFlow,
  target: Target,
  permissionSet: CataloguePermissionSet | undefined,
): Verdict => {
  if (protectedAccounts.some(({ id }) => id === target.accountId)) return "unmet";
  if (permissionSet === undefined) return "unknown";
  const { name, sessionDuration, inManagementAccount } = permissionSet;
  const guarded = { ...target, permissionSetName: name };
  const session = { permissionSetName: name, sessionSeconds: sessionSecondsOf(sessionDuration) };
  return all(
    [
      verdictOf(brokenGuardrails(guardrails, { targets: [guarded], durationSeconds: 0 }).length === 0),
      not(verdictOf(delegatedAdministrator && inManagementAccount)),
      verdictOf(tooLongSessions(flow, [session]).length === 0),
    ],
    (part) => part,
  );
};

const isActive = (fact: AccountFact | undefined): Verdict =>
  fact === undefined ? "unknown" : verdictOf(fact.state === "ACTIVE");
