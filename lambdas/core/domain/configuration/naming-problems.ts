import { DomainError } from "../errors.ts";
import { HOME_INTEGRATION } from "../integration.ts";
import { parseQuery } from "../query/parse-query.ts";
import { saysWhichPermissions } from "../query/says-which-permissions.ts";
import { tooManyNamed } from "../too-many-named.ts";
import { namedOneByOne, referencesOf, wholeScopesOf, type Naming, type Reference } from "./references.ts";
import { nounOf, type Subject } from "./subject.ts";

/** What there is to be named, by name. What is not asked for may be left out. */
export interface Catalogue {
  readonly bundles: ReadonlyMap<string, Pick<Naming, "targets">>;
  readonly scopes: ReadonlyMap<string, { readonly query: string }>;
  readonly rotas: ReadonlyMap<string, unknown>;
  /** Those that were written: the deployment's own organization is there anyway. */
  readonly integrations: ReadonlyMap<string, unknown>;
}

/** What is wrong with what an access flow or a bundle names: each with its field. */
export const problemsOfNaming = (
  what: "access flow" | "bundle",
  naming: Naming,
  catalogue: Catalogue,
): readonly DomainError[] => [
  ...referencesOf(naming).flatMap((reference) =>
    isThere(reference, catalogue) ? withoutAccounts(reference) : [unknown(reference)],
  ),
  ...wholeScopesOf(naming).flatMap((reference) => {
    const scope = catalogue.scopes.get(reference.name);
    return scope === undefined || mayBeTakenWhole(scope.query) ? [] : [withoutPermissions(reference)];
  }),
  ...tooManyIn(what, countWithBundles(naming, catalogue)),
];

const isThere = ({ kind, name }: Reference, { bundles, scopes, rotas, integrations }: Catalogue): boolean =>
  ({ bundle: bundles, "access-scope": scopes, rota: rotas, integration: integrations })[kind].has(name) ||
  (kind === "integration" && name === HOME_INTEGRATION);

const unknown = ({ kind, name, pointer }: Reference): DomainError => {
  const detail = `There is no ${nounOf[kind]} ${JSON.stringify(name)}. Make it first, or name another.`;
  return new DomainError("unknown-name", detail, [{ pointer, detail }]);
};

/** Everything is granted through the deployment's own organization: no account that access can be given to is of another one. */
const withoutAccounts = ({ kind, name, pointer }: Reference): readonly DomainError[] => {
  if (kind !== "integration" || name === HOME_INTEGRATION) return [];
  const detail = `No access can be given to accounts of the integration ${name}: all of it is given through the organization ${HOME_INTEGRATION}, whose accounts these are, also where an integration of their own looks into them. Leave integration out, or name ${HOME_INTEGRATION}; accounts, organizationalUnits and tags say which.`;
  return [new DomainError("configuration-unsound", detail, [{ pointer, detail }])];
};

const withoutPermissions = ({ name, pointer }: Reference): DomainError => {
  const detail = `The query of the access scope ${name} does not say which permissions, and neither does this: every permission set would be meant, also the most powerful ones and those of tomorrow. Name permissionSets here, or ask for a permission in the query, such as permission_name = "ReadOnly".`;
  return new DomainError("scope-without-permissions", detail, [{ pointer, detail }]);
};

/** Whether a target may name a scope with this query and no permission set. One that does not parse is told of by itself. */
const mayBeTakenWhole = (query: string): boolean => {
  try {
    return saysWhichPermissions(parseQuery(query, { about: "permissions on resources" }));
  } catch (error) {
    if (error instanceof DomainError) return true;
    throw error;
  }
};

const countWithBundles = (naming: Naming, { bundles }: Pick<Catalogue, "bundles">): number =>
  referencesOf(naming).reduce((total, { kind, name }) => {
    const bundle = kind === "bundle" ? bundles.get(name) : undefined;
    return total + (bundle === undefined ? 0 : namedOneByOne(bundle));
  }, namedOneByOne(naming));

const tooManyIn = (what: "access flow" | "bundle", count: number): readonly DomainError[] => {
  const detail = tooManyNamed(count, what);
  return detail === undefined
    ? []
    : [new DomainError("too-many-named", detail, [{ pointer: "/targets", detail }])];
};

/** An item that names others, and what it is called. */
export interface NamingItem {
  readonly subject: Subject;
  readonly naming: Naming;
}

/** Throws DomainError `still-named` where something names the subject, which is to be deleted. */
export const refuseStillNamed = ({ kind, name }: Subject, items: readonly NamingItem[]): void => {
  const naming = items.filter((item) =>
    referencesOf(item.naming).some((reference) => reference.kind === kind && reference.name === name),
  );
  if (naming.length === 0) return;
  throw new DomainError(
    "still-named",
    `The ${nounOf[kind]} ${name} is still named by ${listed(naming)}, which would give nobody anything without it. Change or delete ${naming.length === 1 ? "that" : "those"} first.`,
  );
};

/** Throws DomainError `scope-without-permissions` where something takes the scope whole, and the new query says no permission. */
export const refuseWideningOf = (
  scope: { readonly name: string; readonly query: string },
  items: readonly NamingItem[],
): void => {
  if (mayBeTakenWhole(scope.query)) return;
  const taking = items.filter(({ naming }) => wholeScopesOf(naming).some(({ name }) => name === scope.name));
  if (taking.length === 0) return;
  const detail = `This query does not say which permissions, and ${listed(taking)} ${taking.length === 1 ? "names" : "name"} the access scope without permissionSets: every permission set would be meant. Ask for a permission in the query, such as permission_name = "ReadOnly", or name permissionSets there first.`;
  throw new DomainError("scope-without-permissions", detail, [{ pointer: "/query", detail }]);
};

/** Throws DomainError `too-many-named` where an access flow that names the bundle would name too many with it. */
export const refuseTooManyThrough = (
  bundle: { readonly name: string } & Pick<Naming, "targets">,
  flows: readonly NamingItem[],
  bundles: Catalogue["bundles"],
): void => {
  const changed = new Map(bundles).set(bundle.name, bundle);
  for (const { subject, naming } of flows) {
    if (!referencesOf(naming).some(({ kind, name }) => kind === "bundle" && name === bundle.name)) continue;
    const sentence = tooManyNamed(countWithBundles(naming, { bundles: changed }), "access flow");
    if (sentence === undefined) continue;
    const detail = `With this bundle, the access flow ${subject.name} would name too many. ${sentence}`;
    throw new DomainError("too-many-named", detail, [{ pointer: "/targets", detail }]);
  }
};

/** How many are called by their names. */
const SHOWN = 5;

const listed = (items: readonly NamingItem[]): string => {
  const names = items.slice(0, SHOWN).map(({ subject }) => `the ${nounOf[subject.kind]} ${subject.name}`);
  const more = items.length - names.length;
  if (more > 0) return `${names.join(", ")} and ${String(more)} more`;
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
};
