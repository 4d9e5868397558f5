import type { AccessFlowBody } from "../../contracts/configuration/access-flow.ts";
import type { AccessFlow } from "../../domain/access-flow.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import { FlowNameSchema } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore } from "../../ports/stores.ts";
import type { CatalogueStores } from "./catalogue.ts";
import type { NameDependencies } from "./name-resolver.ts";
import { nameOfItem } from "./named-items.ts";
import { resolveAccessFlow } from "./resolve-access-flow.ts";
import { saveConfiguration, type CheckBeforeSave } from "./save-configuration.ts";

interface Dependencies extends NameDependencies, CatalogueStores {
  readonly flows: Pick<AccessFlowStore, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

interface SaveInput {
  readonly author: Author;
  readonly name: string;
  readonly flow: AccessFlowBody;
  readonly check?: CheckBeforeSave<AccessFlow> | undefined;
}

/**
 * Makes or replaces an access flow. Every name becomes an id now; one that is unknown or ambiguous refuses the whole
 * flow, with all such names in the error, and nothing is written. Saving what is there already writes nothing.
 */
export const saveAccessFlow =
  (dependencies: Dependencies) =>
  async ({ author, name, flow, check }: SaveInput): Promise<AccessFlow> => {
    const flowName = nameOfItem(NAME, name, flow);
    const content = await resolveAccessFlow(dependencies, flow);
    await check?.({ name: flowName, ...content });
    const { flows, clock } = dependencies;
    return saveConfiguration<AccessFlow>({ kind: "access-flow", store: flows, clock })(
      flowName,
      author,
      content,
    );
  };

const NAME = { kind: "access-flow", schema: FlowNameSchema, code: "invalid-access-flow" } as const;
