import { RotaSchema } from "../../core/domain/rota.ts";
import type { RotaStore } from "../../core/ports/stores.ts";
import { configurationStore } from "./configuration-store.ts";
import { stored } from "./stored.ts";
import type { TableDeps } from "./table.ts";

/** Rotas in the Config table: flat in their items. */
export const rotaStore = (deps: TableDeps): RotaStore =>
  configurationStore(deps, {
    kind: "rota",
    read: (item) => stored(RotaSchema, item),
    write: (content) => content,
  });
