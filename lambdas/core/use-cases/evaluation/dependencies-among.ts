import type { AccessFlow } from "../../domain/access-flow.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import type { Bundle } from "../../domain/bundle.ts";
import type { Confirmable } from "../../domain/configuration/confirmation.ts";
import type { ScopeName } from "../../domain/ids.ts";
import type { Rota } from "../../domain/rota.ts";
import { neededOfPerson } from "./needed-facts.ts";

interface Changeable {
  readonly bundles: readonly Bundle[];
  readonly scopes: readonly AccessScope[];
  readonly rotas: readonly Rota[];
}

/** What a flow names that somebody may have changed for their own good, by itself or through its bundles. */
export const dependenciesAmong =
  ({ bundles, scopes, rotas }: Changeable) =>
  (flow: AccessFlow): readonly Confirmable[] => {
    const named = flow.targets.flatMap((target) =>
      "bundle" in target ? bundles.filter(({ name }) => name === target.bundle) : [],
    );
    const scopeNames = new Set<ScopeName>(
      [...flow.targets, ...named.flatMap(({ targets }) => targets)].flatMap((target) =>
        "accessScope" in target ? [target.accessScope] : [],
      ),
    );
    const rotaNames = new Set(neededOfPerson([flow]).rotas);
    return [
      ...named,
      ...scopes.filter(({ name }) => scopeNames.has(name)),
      ...rotas.filter(({ name }) => rotaNames.has(name)),
    ];
  };
