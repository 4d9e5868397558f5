import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../contracts/http/cursor.ts";
import type { AuditEntry } from "../domain/audit.ts";
import type { RequestId } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import type { AuditTrail, Page, PageQuery } from "../ports/stores.ts";
import { partyTo, type PartyDependencies } from "./party-to-request.ts";

interface Dependencies extends PartyDependencies {
  readonly audit: Pick<AuditTrail, "list">;
}

interface EventsInput {
  readonly caller: Person;
  readonly requestId: RequestId;
  readonly page: PageQuery;
}

/** The last entry that was shown, and where in the trail's own list that was. */
const PlaceSchema = z.strictObject({ after: z.int().check(z.nonnegative()), trail: z.optional(z.string()) });

/**
 * A request's audit entries, oldest first. The table that keeps them is written a moment after the request; until then
 * the request's own item has the newest, so none is ever missing.
 */
export const listRequestEvents =
  (dependencies: Dependencies) =>
  async ({ caller, requestId, page }: EventsInput): Promise<Page<AuditEntry>> => {
    const { request } = await partyTo(dependencies)(caller, requestId);
    let place = page.cursor === undefined ? { after: 0 } : decodeCursor(PlaceSchema, page.cursor);
    for (;;) {
      const { items, next } = await read(dependencies.audit, request, place, page.limit);
      if (next === undefined) return { items };
      if (items.length > 0) return { items, cursor: encodeCursor(next) };
      place = next;
    }
  };

type Place = z.infer<typeof PlaceSchema>;

const read = async (
  audit: Dependencies["audit"],
  request: { readonly id: RequestId; readonly trail: readonly AuditEntry[] },
  place: Place,
  limit: number,
): Promise<{ readonly items: readonly AuditEntry[]; readonly next?: Place }> => {
  const at = place.trail === undefined ? {} : { cursor: place.trail };
  const stored = await audit.list(request.id, { limit, ...at });
  const stop =
    stored.cursor === undefined ? Number.POSITIVE_INFINITY : (stored.items.at(-1)?.sequence ?? place.after);
  // What the table lacks (not recorded yet, or given up) stands in the request's own item, as far as that remembers.
  const bySequence = new Map(
    [...request.trail, ...stored.items]
      .filter(({ sequence }) => sequence > place.after && sequence <= stop)
      .map((entry) => [entry.sequence, entry]),
  );
  const all = [...bySequence.values()].toSorted((a, b) => a.sequence - b.sequence);
  const items = all.slice(0, limit);
  const last = items.at(-1)?.sequence ?? place.after;
  // The same place again where a page was cut short or was the table's last: by then the table may have caught up.
  if (items.length < all.length) return { items, next: { ...place, after: last } };
  return stored.cursor === undefined ? { items } : { items, next: { after: last, trail: stored.cursor } };
};
