import * as z from "zod/mini";
import { AuditEntrySchema } from "../../core/domain/audit.ts";
import type { AuditTrail } from "../../core/ports/stores.ts";
import { isNew } from "./conditions.ts";
import { cursorCodec } from "./cursor.ts";
import { auditKey } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type TableDeps } from "./table.ts";

const cursors = cursorCodec(z.int().check(z.positive()));

/** Audit entries in the Audit table, by request and sequence. An entry is never written over. */
export const auditTrail = (deps: TableDeps): AuditTrail => {
  const audit = table(deps);
  return {
    append: async (entry) => {
      await audit.put({ ...entry, ...auditKey(entry.requestId, entry.sequence) }, isNew);
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
  };
};
