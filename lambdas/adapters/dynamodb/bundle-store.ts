import { BundleSchema } from "../../core/domain/bundle.ts";
import type { BundleStore } from "../../core/ports/stores.ts";
import { configurationStore } from "./configuration-store.ts";
import { stored } from "./stored.ts";
import type { TableDeps } from "./table.ts";

/** Bundles in the Config table: flat in their items. */
export const bundleStore = (deps: TableDeps): BundleStore =>
  configurationStore(deps, {
    kind: "bundle",
    read: (item) => stored(BundleSchema, item),
    write: (content) => content,
  });
