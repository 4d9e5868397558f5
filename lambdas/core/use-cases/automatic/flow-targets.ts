import type { ProtectedAccount } from "../../contracts/environment.ts";
import { isResourceTarget, isScopeTarget, type AccessFlow } from "../../domain/access-flow.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import type { Bundle } from "../../domain/bundle.ts";
import type { Confirmable } from "../../domain/configuration/confirmation.ts";
import { brokenGuardrails, type Guardrails } from "../../domain/guardrails.ts";
import type { AccountId, PermissionSetArn } from "../../domain/ids.ts";
import { HOME_INTEGRATION } from "../../domain/integration.ts";
import type { AccountFact } from "../../domain/inventory/facts.ts";
import { asKnownAt } from "../../domain/inventory/known-tags.ts";
import type { Grantable } from "../../domain/inventory/matching-accounts.ts";
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
import { asksOfAll, candidatesOf, firstMet, partsOf } from "./candidate-targets.ts";
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
  /** None where it gives more than a run can look at. */
  readonly targets: readonly Target[];
  /** Of what it gives, and of what somebody holds: each is judged by itself, however much the flow gives. */
  readonly verdict: (target: Target) => Verdict;
  /** What the flow's sense depends on, but for its rotas. */
  readonly dependencies: readonly Confirmable[];
  readonly accountName: (id: AccountId) => string;
  readonly permissionSet: (arn: PermissionSetArn) => CataloguePermissionSet | undefined;
  /** What was not looked at, in words. */
  readonly problems: readonly string[];
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
    const candidates = parts.flatMap((part) => candidatesOf(part, scopes, known));
    const named = parts.filter(isResourceTarget).flatMap(({ accounts }) => accounts.map(({ id }) => id));
    const accountIds = [...named, ...held.map(({ accountId }) => accountId)];
    const facts = await accountFacts(inventory, { known, accountIds, now });
    const arns = [...new Set([...candidates, ...held].map(({ permissionSetArn }) => permissionSetArn))];
    const permissionSets = new Map(
      await inBatches(arns, AT_A_TIME, async (arn) => [arn, await permissionSetOf(arn)] as const),
    );
    const contextOf = contextsOf(flow, { bundles, scopes, known, facts });
    const verdict = (target: Target): Verdict =>
      all(
        [
          () => mayBeGranted(dependencies, flow, target, permissionSets.get(target.permissionSetArn)),
          () => isActive(facts.get(target.accountId)),
          () => {
            const context = contextOf(target);
            return any(flow.targets, (part) => covers(part, target, context));
          },
        ],
        (part) => part(),
      );
    const given = firstMet(candidates, verdict, MOST_TARGETS + 1);
    const areTooMany = given.size > MOST_TARGETS;
    const heldOnce = new Map(held.map((target) => [targetKey(target), target]));
    const verdicts = new Map([...heldOnce].map(([key, target]) => [key, verdict(target)]));
    return {
      targets: areTooMany ? [] : [...given.values()],
      verdict: (target) => verdicts.get(targetKey(target)) ?? verdictOfGiven(given, target),
      dependencies: dependenciesAmong({ bundles, scopes, rotas: [] })(flow),
      accountName: (id) => facts.get(id)?.name ?? id,
      permissionSet: (arn) => permissionSets.get(arn),
      problems: areTooMany
        ? [
            `it gives more than ${String(MOST_TARGETS)} permission sets in accounts to everybody it is for, and an automatic flow gives no more than that: nothing new is given by it until it names fewer`,
          ]
        : [],
    };
  };
};

const verdictOfGiven = (given: ReadonlyMap<TargetKey, Target>, target: Target): Verdict =>
  given.has(targetKey(target)) ? "met" : "unknown";

type Facts = ReadonlyMap<AccountId, AccountFact>;

const accountFacts = async (
  inventory: Pick<InventoryReader, "getAll">,
  {
    known,
    accountIds,
    now,
  }: {
    readonly known: Grantable | undefined;
    readonly accountIds: readonly AccountId[];
    readonly now: Date;
  },
): Promise<Facts> => {
  const loaded = (known?.accounts ?? []).map(({ fact }) => fact);
  const have = new Set(loaded.map(({ id }) => id));
  const missing = [...new Set(accountIds)].filter((id) => !have.has(id));
  const found = missing.length === 0 ? [] : await inventory.getAll("account", missing);
  return new Map([...loaded, ...found.map(asKnownAt(now))].map((fact) => [fact.id, fact]));
};

/** What the flow's targets mean, when they are asked of one target. */
const contextsOf = (
  flow: AccessFlow,
  loaded: {
    readonly bundles: readonly Bundle[];
    readonly scopes: readonly AccessScope[];
    readonly known: Grantable | undefined;
    readonly facts: Facts;
  },
): ((target: Target) => CoverageContext) => {
  const { bundles, scopes, known, facts } = loaded;
  const named = partsOf(flow, bundles).filter(isScopeTarget);
  const context: CoverageContext = {
    accounts: new Map(
      [...facts.values()].map(({ id, organizationalUnits, tags }) => [
        id,
        { organizationalUnits, tags, integration: HOME_INTEGRATION },
      ]),
    ),
    bundles: new Map(bundles.map((bundle) => [bundle.name, bundle])),
    scopes: new Map(
      named
        .flatMap((part) => scopes.filter(({ name }) => name === part.accessScope))
        .map((scope) => [scope.name, compiled(scope)]),
    ),
    subjects: new Map(),
  };
  if (named.length === 0) return () => context;
  const subjectOf = subjectsOf(known);
  return (target) => {
    const subject = subjectOf(target);
    return subject === undefined
      ? context
      : { ...context, subjects: new Map([[targetKey(target), subject]]) };
  };
};

const subjectsOf = (known: Grantable | undefined): ((target: Target) => QuerySubject | undefined) => {
  const subjectOf = new Map(known?.accounts.map(({ fact, subject }) => [fact.id, subject]));
  const permissionOf = new Map(known?.permissionSets.map(({ fact, permission }) => [fact.arn, permission]));
  return ({ accountId, permissionSetArn }) => {
    const subject = subjectOf.get(accountId);
    const permission = permissionOf.get(permissionSetArn);
    return subject === undefined || permission === undefined ? undefined : { ...subject, permission };
  };
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
