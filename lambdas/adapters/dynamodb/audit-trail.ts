import * as z from "zod/mini";
import { AuditEntrySchema, type Link } from "../../core/domain/audit.ts";
import { chainIdOf, type ChainOwner } from "../../core/domain/chain.ts";
import { ConfigurationEntrySchema } from "../../core/domain/configuration/entry.ts";
import { dayOf } from "../../core/domain/day.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { AuditTrail, ConfigurationTrail, Page, PageQuery } from "../../core/ports/stores.ts";
import { isNew } from "./conditions.ts";
import { cursorCodec } from "./cursor.ts";
import { auditAttributes, auditKey } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type TableDeps } from "./table.ts";

type Deps = TableDeps & { readonly clock: Pick<Clock, "now"> };

const SequenceSchema = z.object({ sk: z.int() });

const cursors = cursorCodec(z.int().check(z.positive()));

/**
 * Chains in the Audit table, by what they are about and sequence. An entry is never written over. Each carries the day on which
 * it was recorded, by which the seal finds it: not its own date, which a late recording would put into a sealed day.
 */
const chains = <Schema extends z.ZodMiniType<Link & ChainOwner>>(deps: Deps, schema: Schema) => {
  const audit = table(deps);
  return {
    append: async (entry: z.output<Schema>): Promise<void> => {
      const chain = chainIdOf(entry);
      const attributes = auditAttributes(chain, entry.sequence, dayOf(deps.clock.now()));
      if ((await audit.put({ ...entry, ...attributes }, isNew)) === "written") return;
      const there = (await audit.get(auditKey(chain, entry.sequence)))?.["hash"];
      if (there !== entry.hash) throw forked(chain, entry, there);
    },
    /** A page ends at a megabyte too, which large entries reach before they are as many as asked for. */
    list: async (chain: string, { limit, cursor }: PageQuery): Promise<Page<z.output<Schema>>> => {
      const page = await audit.queryPage(
        {
          KeyConditionExpression: "#pk = :pk",
          ExpressionAttributeNames: { "#pk": "pk" },
          ExpressionAttributeValues: { ":pk": chain },
          Limit: limit + 1,
        },
        cursor === undefined ? undefined : auditKey(chain, cursors.decode(cursor)),
      );
      const entries = page.items.slice(0, limit).map((item) => stored(schema, item));
      const hasMore = page.items.length > limit || page.next !== undefined;
      const last = hasMore ? entries.at(-1) : undefined;
      return { items: entries, ...(last === undefined ? {} : { cursor: cursors.encode(last.sequence) }) };
    },
    sequences: async (chain: string, from: number): Promise<readonly number[]> => {
      const keys = await audit.queryAll({
        KeyConditionExpression: "#pk = :pk AND #sk >= :from",
        ProjectionExpression: "#sk",
        ExpressionAttributeNames: { "#pk": "pk", "#sk": "sk" },
        ExpressionAttributeValues: { ":pk": chain, ":from": from },
        ConsistentRead: true,
      });
      return keys.map((key) => SequenceSchema.parse(key).sk);
    },
  };
};

/** A replay has the same hash. Anything else is two histories of one thing, and the trail can show but one. */
const forked = (chain: string, { sequence, hash }: Link, there: unknown): Error =>
  new Error(
    `The Audit table has another entry ${chain}.${String(sequence)}: found hash ${String(there)}, expected ${hash}. An item was deleted or restored by hand, so that its chain began anew (docs/runbook.md, lockstep-record-errors).`,
  );

/** The chains of requests. */
export const auditTrail = (deps: Deps): AuditTrail => chains(deps, AuditEntrySchema);

/** The chains of configuration. */
export const configurationTrail = (deps: Deps): ConfigurationTrail => {
  const { append, list, sequences } = chains(deps, ConfigurationEntrySchema);
  return {
    append,
    list: (subject, page) => list(chainIdOf({ subject }), page),
    sequences: (subject, from) => sequences(chainIdOf({ subject }), from),
  };
};
