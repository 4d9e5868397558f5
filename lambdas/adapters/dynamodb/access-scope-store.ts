import { AccessScopeSchema } from "../../core/domain/access-scope.ts";
import type { AccessScopeStore } from "../../core/ports/stores.ts";
import { configurationStore } from "./configuration-store.ts";
import { stored } from "./stored.ts";
import type { TableDeps } from "./table.ts";

/** Access scopes in the Config table: flat in their items. */
export const accessScopeStore = (deps: TableDeps): AccessScopeStore =>
  configurationStore(deps, {
    kind: "access-scope",
    read: (item) => stored(AccessScopeSchema, item),
    write: (content) => content,
  });
