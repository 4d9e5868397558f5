import { timestamp } from "../../core/domain/ids.ts";
import type { DueRequests } from "../../core/ports/stores.ts";
import { accessRequestOf } from "./access-request-store.ts";
import { hasVersion } from "./conditions.ts";
import { dueItems } from "./due-items.ts";
import { BY_DUE, DuePartition, SWEPT, accessKeys, requestPlace } from "./keys.ts";
import { table, type TableDeps, type Update } from "./table.ts";

/** Requests that are due, in the Access table's index `byDue`. */
export const dueRequests = (deps: TableDeps): DueRequests => {
  const access = table(deps);
  return {
    due: (now, limit, onUnreadable) => {
      const query = { partitions: DuePartition.requests, until: timestamp(now), limit };
      return dueItems(access, query, { read: accessRequestOf, onUnreadable });
    },
    putOff: async ({ id, version }, until) => {
      const place = until === undefined ? undefined : requestPlace(id, until);
      const outcome = await access.update(accessKeys.request(id), moveTo(place, version));
      return outcome === "conflict" ? "conflict" : "written";
    },
  };
};

/** Only the place in the index changes, and the mark by which the stream's filter knows such a write. */
const moveTo = (place: ReturnType<typeof requestPlace> | undefined, version: number): Update => {
  const condition = hasVersion(version);
  const names = { "#swept": SWEPT, "#dueIn": BY_DUE.partition, "#dueAt": BY_DUE.sort };
  return {
    ...condition,
    ReturnValues: "NONE",
    UpdateExpression:
      place === undefined
        ? "SET #swept = :swept REMOVE #dueIn, #dueAt"
        : "SET #swept = :swept, #dueIn = :dueIn, #dueAt = :dueAt",
    ExpressionAttributeNames: { ...condition.ExpressionAttributeNames, ...names },
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ":swept": true,
      ...(place === undefined ? {} : { ":dueIn": place.dueIn, ":dueAt": place.dueAt }),
    },
  };
};
