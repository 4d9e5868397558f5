import type { Timestamp } from "../ids.ts";

const HOUR_MILLISECONDS = 3_600_000;

/**
 * So long tags count that nobody has seen again. Syncs ask for an account's tags once a day, and at once when that is half a day
 * overdue (use-cases/sync/phases/account-tags.ts); a unit's are asked for in every sync, and that they were seen is written at
 * most half a day late (use-cases/sync/look-at-tags.ts). Half a day is left for a sync that is late, or long. Where syncs fail
 * for longer, or are further apart, whoever was let in by a tag of two days ago may not be let in by the one of now.
 */
const TAGS_COUNT_FOR_MILLISECONDS = 48 * HOUR_MILLISECONDS;

/** Something with tags, with when they were seen last: where nobody noted it, they were when the rest was. */
interface Seen<Fact extends { readonly tags?: unknown }> {
  readonly fact: Fact;
  readonly observedAt: Timestamp;
  readonly tagsSeenAt?: Timestamp | undefined;
}

/** The account or the unit, without tags that nobody has seen for so long that they count no more. */
export const asKnownAt =
  (now: Date) =>
  <Fact extends { readonly tags?: unknown }>({
    fact,
    observedAt,
    tagsSeenAt = observedAt,
  }: Seen<Fact>): Fact => {
    if (now.getTime() - Date.parse(tagsSeenAt) <= TAGS_COUNT_FOR_MILLISECONDS) return fact;
    const { tags: _old, ...known } = fact;
    return known as Fact;
  };

/** Why there are no tags, in words: never asked for, or too long ago. */
export const tagsNotKnown = (what: string): string =>
  `the tags of ${what} are not known: nobody has asked AWS for them in the last ${String(TAGS_COUNT_FOR_MILLISECONDS / HOUR_MILLISECONDS)} hours`;
