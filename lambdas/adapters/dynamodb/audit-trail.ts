import * as z from "zod/mini";
import { AuditEntrySchema } from "../../core/domain/audit.ts";
import { dayOf } from "../../core/domain/day.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { AuditTrail } from "../../core/ports/stores.ts";
import { isNew } from "./conditions.ts";
import { cursorCodec } from "./cursor.ts";
import { auditAttributes, auditKey } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type TableDeps } from "./table.ts";

const SequenceSchema = z.object({ sk: z.int() });

const cursors = cursorCodec(z.int().check(z.positive()));

/**
 * Audit entries in the Audit table, by request and sequence. An entry is never written over. Each carries the day on which
 * it was recorded, by which the seal finds it: not its own date, which a late recording would put into a sealed day.
 */
export const auditTrail = (deps: TableDeps & { readonly clock: Pick<Clock, "now"> }): AuditTrail => {
  const audit = table(deps);
  return {
    append: async (entry) => {
      const attributes = auditAttributes(entry.requestId, entry.sequence, dayOf(deps.clock.now()));
      await audit.put({ ...entry, ...attributes }, isNew);
    },
    list: async (requestId, { limit, cursor }) => {
      const items = await audit.query({
        KeyConditionExpression: "#pk = :pk",
        ExpressionAttributeNames: { "#pk": "pk" },
        ExpressionAttributeValues: { ":pk": requestId },
        Limit: limit + 1,
        ...(cursor === undefined ? {} : { ExclusiveStartKey: auditKey(requestId, cursors.decode(cursor)) }),
      });
      const entries = items.slice(0, limit).map((item) => stored(AuditEntrySchema, item));
      const last = items.length > limit ? entries.at(-1) : undefined;
      return { items: entries, ...(last === undefined ? {} : { cursor: cursors.encode(last.sequence) }) };
    },
    sequences: async (requestId, from) => {
      const keys = await audit.queryAll({
        KeyConditionExpression: "#pk = :pk AND #sk >= :from",
        ProjectionExpression: "#sk",
        ExpressionAttributeNames: { "#pk": "pk", "#sk": "sk" },
        ExpressionAttributeValues: { ":pk": requestId, ":from": from },
        ConsistentRead: true,
      });
      return keys.map((key) => SequenceSchema.parse(key).sk);
    },
  };
};
