import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../../contracts/http/cursor.ts";
import type { ConfigurationEntry } from "../../domain/configuration/entry.ts";
import { nounOf, type Subject } from "../../domain/configuration/subject.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ConfigurationHeads, ConfigurationTrail, Page, PageQuery } from "../../ports/stores.ts";
import { entriesUpTo } from "./entries-up-to.ts";

interface Dependencies {
  readonly configurationTrail: Pick<ConfigurationTrail, "list">;
  readonly configurationHeads: Pick<ConfigurationHeads, "head" | "entry">;
}

/** The last entry that was shown, and where in the trail's own list that was: nowhere once all of the trail was shown. */
const PlaceSchema = z.strictObject({ after: z.int().check(z.nonnegative()), trail: z.optional(z.string()) });

/**
 * The audit entries of one item of configuration, oldest first, also of one that is deleted. The table that keeps them is
 * written a moment after the item; until then the newest are where they were written first. Throws DomainError `not-found`.
 */
export const listChanges =
  ({ configurationTrail, configurationHeads }: Dependencies) =>
  async (subject: Subject, { limit, cursor }: PageQuery): Promise<Page<ConfigurationEntry>> => {
    const { version, change: newest } = await configurationHeads.head(subject);
    if (version === 0) throw neverThere(subject);
    const place = cursor === undefined ? undefined : decodeCursor(PlaceSchema, cursor);
    const page: Page<ConfigurationEntry> =
      place !== undefined && place.trail === undefined
        ? { items: [] }
        : await configurationTrail.list(subject, { limit, ...(place?.trail && { cursor: place.trail }) });
    const after = page.items.at(-1)?.sequence ?? place?.after ?? 0;
    if (page.cursor !== undefined)
      return { items: page.items, cursor: encodeCursor({ after, trail: page.cursor }) };
    if (newest === undefined || newest.sequence <= after) return { items: page.items };
    const { entries } = await entriesUpTo(configurationHeads, newest, after + 1);
    const items = [...page.items, ...entries].slice(0, limit);
    return items.length < page.items.length + entries.length
      ? { items, cursor: encodeCursor({ after: items.at(-1)?.sequence ?? after }) }
      : { items };
  };

const neverThere = ({ kind, name }: Subject): DomainError =>
  new DomainError("not-found", `There is no ${nounOf[kind]} ${name}, and there never was one.`);
