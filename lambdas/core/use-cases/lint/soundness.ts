import { isScopeTarget, type FlowTarget } from "../../domain/access-flow.ts";
import { nounOf } from "../../domain/configuration/subject.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Configuration, LintedItem } from "../../domain/lint/configuration.ts";
import type { LintFinding } from "../../domain/lint/finding.ts";
import { lintAsWhenSaved } from "./as-when-saved.ts";
import { loadConfiguration, type ConfiguredStores } from "./lint-what-is-there.ts";
import { loadWorld, type WorldDependencies } from "./load-world.ts";

/** Answers what lint warns of in an item that is about to be saved; throws DomainError `configuration-unsound` for errors. */
export type Soundness = (linted: LintedItem) => Promise<readonly LintFinding[]>;

/** Only the item's own findings count: what others name that is gone stands in nobody's way of putting it right. */
export const soundness =
  (dependencies: WorldDependencies & ConfiguredStores): Soundness =>
  async (linted) => {
    const there = await loadConfiguration(dependencies);
    const world = await loadWorld(dependencies, ownPartOf(there, linted));
    const findings = lintAsWhenSaved(linted, laidOver(there, linted), world);
    const errors = findings.filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw unsound(linted, errors);
    return findings;
  };

const unsound = ({ kind, item }: LintedItem, errors: readonly LintFinding[]): DomainError =>
  new DomainError(
    "configuration-unsound",
    `The ${nounOf[kind]} ${item.name} could never do what it is for: ${errors.map(({ message }) => message).join(" ")}`,
    errors.map(({ pointer, message }) => ({ pointer, detail: message })),
  );

const NOTHING: Configuration = { flows: [], bundles: [], accessScopes: [], rotas: [] };

/** The item alone, with the bundles and scopes that it gives access to: nothing else has to be looked up in the inventory. */
const ownPartOf = (there: Configuration, linted: LintedItem): Configuration => {
  switch (linted.kind) {
    case "access-flow": {
      const named = new Set(linted.item.targets.flatMap((one) => ("bundle" in one ? [one.bundle] : [])));
      const bundles = there.bundles.filter(({ name }) => named.has(name));
      const accessScopes = scopesIn([linted.item, ...bundles], there);
      return { ...NOTHING, flows: [linted.item], bundles, accessScopes };
    }
    case "bundle":
      return { ...NOTHING, bundles: [linted.item], accessScopes: scopesIn([linted.item], there) };
    case "access-scope":
      return { ...NOTHING, accessScopes: [linted.item] };
    case "rota":
      return { ...NOTHING, rotas: [linted.item] };
  }
};

const scopesIn = (
  items: readonly { readonly targets: readonly FlowTarget[] }[],
  { accessScopes }: Pick<Configuration, "accessScopes">,
): Configuration["accessScopes"] => {
  const named = new Set(
    items.flatMap(({ targets }) => targets.filter(isScopeTarget)).map((one) => one.accessScope),
  );
  return accessScopes.filter(({ name }) => named.has(name));
};

/** What is configured with the item in its place. */
const laidOver = (there: Configuration, linted: LintedItem): Configuration => {
  switch (linted.kind) {
    case "access-flow":
      return { ...there, flows: replaced(there.flows, linted.item) };
    case "bundle":
      return { ...there, bundles: replaced(there.bundles, linted.item) };
    case "access-scope":
      return { ...there, accessScopes: replaced(there.accessScopes, linted.item) };
    case "rota":
      return { ...there, rotas: replaced(there.rotas, linted.item) };
  }
};

const replaced = <Item extends { readonly name: string }>(
  items: readonly Item[],
  item: Item,
): readonly Item[] => [...items.filter(({ name }) => name !== item.name), item];
