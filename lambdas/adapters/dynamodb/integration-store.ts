import * as z from "zod/mini";
import { IntegrationSchema } from "../../core/domain/integration.ts";
import type { IntegrationStore } from "../../core/ports/sync.ts";
import { configurationStore } from "./configuration-store.ts";
import { stored } from "./stored.ts";
import type { TableDeps } from "./table.ts";

/** An integration within its item, since both have a `kind`; its version is beside it, where conditions look. */
const ItemSchema = z.strictObject({ version: z.int(), integration: IntegrationSchema });

/** Integrations in the Config table. */
export const integrationStore = (deps: TableDeps): IntegrationStore =>
  configurationStore(deps, {
    kind: "integration",
    read: (item) => stored(ItemSchema, item).integration,
    write: (integration) => ({ integration }),
  });
