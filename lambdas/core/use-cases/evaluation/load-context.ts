import type { AccessFlow } from "../../domain/access-flow.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import type { EvaluationContext } from "../../domain/ask.ts";
import type { GroupId, UserId } from "../../domain/ids.ts";
import type { PersonFacts } from "../../domain/person-rule.ts";
import { compileQuery, type Selects } from "../../domain/query/compile-query.ts";
import type { QuerySubject } from "../../domain/query/fields.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import type { Rota } from "../../domain/rota.ts";
import type { CoverageContext, Target, TargetKey } from "../../domain/target-coverage.ts";
import type { AccessScopeStore, BundleStore, RotaStore } from "../../ports/stores.ts";
import type { IntegrationStore } from "../../ports/sync.ts";
import { inBatches } from "../in-batches.ts";
import { dependenciesAmong } from "./dependencies-among.ts";
import { loadPerson, MOST_QUESTIONS, type PersonDependencies } from "./load-person.ts";
import { locate, type LocateDependencies } from "./locate.ts";
import { namesBundles, neededOfPerson, neededOfTargets } from "./needed-facts.ts";
import { targetSubjects } from "./target-subjects.ts";

export interface ContextDependencies extends PersonDependencies, LocateDependencies {
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly accessScopes: Pick<AccessScopeStore, "list">;
  /** Of these rotas it matters who has edited them; who is on call by them says `onCall`. */
  readonly rotas: Pick<RotaStore, "get">;
  readonly secondAdministrator: boolean;
}

/** Rotas that are looked up at once. */
const AT_A_TIME = 5;

interface Asked {
  readonly requester: UserId;
  readonly targets: readonly Target[];
  readonly now: Date;
  /** When somebody has to be on call; everything else is looked up as it is. Absent: now. */
  readonly start?: Date;
  /** Whether the flow could serve, once it is known who asks; absent: every flow could. */
  readonly couldServe?: (flow: AccessFlow, coverage: CoverageContext) => boolean;
}

/**
 * Everything that flows ask about a person and targets, looked up now: a batch or a call for each kind of fact, and only of
 * the kinds that some flow asks about. A flow that names users, groups, accounts and permission sets alone costs one look
 * at memberships. What costs a call for each name (managers, rotas, whether a group is there) is looked up for the flows
 * alone that could serve: of the others it stays unknown.
 */
export const loadContext = async (
  dependencies: ContextDependencies,
  flows: readonly AccessFlow[],
  { requester: id, targets, now, start = now, couldServe = () => true }: Asked,
): Promise<EvaluationContext> => {
  const bundles = namesBundles(flows) ? await dependencies.bundles.list() : [];
  const needed = neededOfTargets(flows, bundles, targets);
  const ofAll = neededOfPerson(flows);
  const [memberships, accounts, scopes, subjects] = await Promise.all([
    ofAll.groups.length === 0 ? new Set<GroupId>() : dependencies.directory.memberships(id, ofAll.groups),
    locate(dependencies, { targets, now }, needed),
    needed.scopes ? dependencies.accessScopes.list() : [],
    needed.scopes ? targetSubjects(dependencies, { targets, now }) : new Map<TargetKey, QuerySubject>(),
  ]);
  const coverage: CoverageContext = {
    accounts,
    bundles: new Map(bundles.map((bundle) => [bundle.name, bundle])),
    scopes: new Map(scopes.map((scope) => [scope.name, compiled(scope)])),
    subjects,
  };
  const serving = flows.filter((flow) => couldServe(flow, coverage));
  const ofServing = { ...neededOfPerson(serving), attributes: ofAll.attributes };
  const requester = await loadPerson(dependencies, id, ofServing, start, memberships);
  // Whoever edits a rota becomes its editor: asked for after who is on call, no edit in between goes unseen.
  const rotas = await rotasNamedIn(dependencies, serving);
  return {
    ...coverage,
    flows,
    requester: withoutLooking(requester, ofAll.groupsDenied, ofServing.groupsDenied),
    secondAdministrator: dependencies.secondAdministrator,
    dependenciesOf: dependenciesAmong({ bundles, scopes, rotas }),
  };
};

/** Whether a group is there that nobody looked for is as little known as of one that is not. */
const withoutLooking = (
  requester: PersonFacts,
  named: readonly GroupId[],
  lookedFor: readonly GroupId[],
): PersonFacts => {
  const notLookedFor = named.filter((group) => !lookedFor.includes(group));
  const missingGroups = new Set([...requester.missingGroups, ...notLookedFor]);
  return { ...requester, missingGroups };
};

/** What a scope's query finds. */
export const compiled = ({ query }: AccessScope): Selects =>
  compileQuery(parseQuery(query, { about: "permissions on resources" }));

/** The rotas that these flows name; those that are not there have no editors. */
const rotasNamedIn = async (
  { rotas }: Pick<ContextDependencies, "rotas">,
  flows: readonly AccessFlow[],
): Promise<readonly Rota[]> => {
  const names = neededOfPerson(flows).rotas.slice(0, MOST_QUESTIONS);
  const found = await inBatches(names, AT_A_TIME, (name) => rotas.get(name));
  return found.filter((rota) => rota !== undefined);
};
