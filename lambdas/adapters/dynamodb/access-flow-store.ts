import { AccessFlowSchema } from "../../core/domain/access-flow.ts";
import type { AccessFlowStore } from "../../core/ports/stores.ts";
import { follows, hasVersion } from "./conditions.ts";
import { ConfigPartition, configKeys } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type TableDeps } from "./table.ts";

/** Access flows in the Config table. Reads are consistent: a rule that was just taken away must not let one more request through. */
export const accessFlowStore = (deps: TableDeps): AccessFlowStore => {
  const config = table(deps);
  return {
    get: async (name) => {
      const item = await config.get(configKeys.accessFlow(name));
      return item === undefined ? undefined : stored(AccessFlowSchema, item);
    },
    list: async () => {
      const items = await config.queryAll({
        KeyConditionExpression: "#pk = :pk",
        ExpressionAttributeNames: { "#pk": "pk" },
        ExpressionAttributeValues: { ":pk": ConfigPartition.accessFlows },
        ConsistentRead: true,
      });
      return items.map((item) => stored(AccessFlowSchema, item));
    },
    put: (next) => config.put({ ...next, ...configKeys.accessFlow(next.name) }, follows(next.version)),
    delete: (flow) => config.delete(configKeys.accessFlow(flow.name), hasVersion(flow.version)),
  };
};
