import * as z from "zod/mini";
import { IntegrationSchema, type Integration } from "../../core/domain/integration.ts";
import type { IntegrationStore } from "../../core/ports/sync.ts";
import { follows, hasVersion } from "./conditions.ts";
import { ConfigPartition, configKeys } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type Item, type TableDeps } from "./table.ts";

/** An integration within its item, since both have a `kind`; its version is beside it, where conditions look. */
const ItemSchema = z.strictObject({ version: z.int(), integration: IntegrationSchema });

/** Integrations in the Config table. Reads are consistent: two of the same organization must see each other. */
export const integrationStore = (deps: TableDeps): IntegrationStore => {
  const config = table(deps);
  return {
    get: async (name) => {
      const item = await config.get(configKeys.integration(name));
      return item === undefined ? undefined : integrationOf(item);
    },
    list: async () => {
      const items = await config.queryAll({
        KeyConditionExpression: "#pk = :pk",
        ExpressionAttributeNames: { "#pk": "pk" },
        ExpressionAttributeValues: { ":pk": ConfigPartition.integrations },
        ConsistentRead: true,
      });
      return items.map(integrationOf);
    },
    put: (next) =>
      config.put(
        { ...configKeys.integration(next.name), version: next.version, integration: next },
        follows(next.version),
      ),
    delete: ({ name, version }) => config.delete(configKeys.integration(name), hasVersion(version)),
  };
};

const integrationOf = (item: Item): Integration => stored(ItemSchema, item).integration;
