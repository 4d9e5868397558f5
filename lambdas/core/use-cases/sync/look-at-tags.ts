import type { AccountFact, OrganizationalUnitFact } from "../../domain/inventory/facts.ts";
import type { Timestamp } from "../../domain/ids.ts";
import type { Observed } from "../../ports/inventory.ts";
import type { Clearing } from "./clear.ts";
import { noChanges, type Changes } from "./reconcile.ts";
import { sameTags } from "./same-tags.ts";

/** What has tags that a listing does not show. */
export type Tagged = AccountFact | OrganizationalUnitFact;

/**
 * That tags are the same as they were is written so often at most: a unit is asked for them in every pass, and one write in
 * half a day tells as much as 24 in a day.
 */
const NOTED_AGAIN_AFTER_MILLISECONDS = 12 * 3_600_000;

/**
 * Makes the inventory say which tags an account or a unit has, and that they were seen now, for one call. Tags that it knew
 * nothing of have not changed: nobody is told of them, after an upgrade as little as of what is new.
 */
export const lookAtTags = async (
  { inventory, sources, look, write }: Clearing,
  { kind, id }: Pick<Tagged, "kind" | "id">,
): Promise<Changes> => {
  const seenAt = { ...look(), seesTags: true };
  const tags = await sources.organization.tagsOf(id);
  const known = await inventory.get(kind, id);
  if (tags === undefined || known === undefined) return noChanges;
  const before = known.fact.tags;
  if (before !== undefined && sameTags(before, tags)) {
    if (isToBeNoted(known, seenAt.observedAt)) {
      const { observedAt } = seenAt;
      await inventory.record({ ...known, observedAt, tagsSeenAt: observedAt }, known);
    }
    return noChanges;
  }
  const changed = { change: "changed", fact: { ...known.fact, tags: { ...tags } }, known } as const;
  if (before !== undefined) return write([changed], seenAt);
  await write([changed], { ...seenAt, by: known.by, baseline: true });
  return noChanges;
};

const isToBeNoted = ({ tagsSeenAt }: Observed, now: Timestamp): boolean =>
  tagsSeenAt === undefined || Date.parse(now) - Date.parse(tagsSeenAt) >= NOTED_AGAIN_AFTER_MILLISECONDS;

/** What a listing shows of an account or a unit, which has no tags, with the tags that were known of it. */
export const withKnownTags = <Fact extends Tagged>(listed: Fact, before: Fact | undefined): Fact =>
  before?.tags === undefined ? listed : { ...listed, tags: before.tags };
