import type { AccessFlowBody } from "../../contracts/configuration/access-flow.ts";
import type { AccessFlow } from "../../domain/access-flow.ts";
import { FlowNameSchema } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore } from "../../ports/stores.ts";
import type { CatalogueStores } from "./catalogue.ts";
import type { NameDependencies } from "./name-resolver.ts";
import { resolveAccessFlow } from "./resolve-access-flow.ts";
import { saveConfiguration } from "./save-configuration.ts";

interface Dependencies extends NameDependencies, CatalogueStores {
  readonly flows: Pick<AccessFlowStore, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Makes or replaces an access flow. Every name becomes an id now; one that is unknown or ambiguous refuses the whole
 * flow, with all such names in the error, and nothing is written. Saving what is there already writes nothing.
 */
export const saveAccessFlow = (dependencies: Dependencies) =>
  saveConfiguration<AccessFlow, AccessFlowBody>({
    kind: "access-flow",
    store: dependencies.flows,
    clock: dependencies.clock,
    naming: { schema: FlowNameSchema, code: "invalid-access-flow" },
    contentOf: (_name, document) => resolveAccessFlow(dependencies, document),
  });
