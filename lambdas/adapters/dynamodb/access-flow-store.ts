import { AccessFlowSchema } from "../../core/domain/access-flow.ts";
import type { AccessFlowStore } from "../../core/ports/stores.ts";
import { configurationStore } from "./configuration-store.ts";
import { stored } from "./stored.ts";
import type { TableDeps } from "./table.ts";

/** Access flows in the Config table: flat in their items. */
export const accessFlowStore = (deps: TableDeps): AccessFlowStore =>
  configurationStore(deps, {
    kind: "access-flow",
    read: (item) => stored(AccessFlowSchema, item),
    write: (flow) => flow,
  });
