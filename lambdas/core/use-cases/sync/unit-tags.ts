import type { OrganizationalUnitFact } from "../../domain/inventory/facts.ts";
import type { Clearing } from "./clear.ts";
import { noChanges, type Changes } from "./reconcile.ts";
import { sameTags } from "./same-tags.ts";

/**
 * Makes the inventory say which tags a unit has, for one call. Tags that it knew nothing of have not changed: nobody is told
 * of them, after an upgrade as little as of a new unit.
 */
export const lookAtUnitTags = async (
  { inventory, sources, look, write }: Clearing,
  { id }: Pick<OrganizationalUnitFact, "id">,
): Promise<Changes> => {
  const seenAt = look();
  const tags = await sources.organization.tagsOf(id);
  const known = await inventory.get("organizational-unit", id);
  if (tags === undefined || known === undefined) return noChanges;
  const before = known.fact.tags;
  if (before !== undefined && sameTags(before, tags)) return noChanges;
  const changed = { change: "changed", fact: { ...known.fact, tags: { ...tags } }, known } as const;
  if (before !== undefined) return write([changed], seenAt);
  await write([changed], { ...seenAt, by: known.by, baseline: true });
  return noChanges;
};

/** A unit as a listing shows it, which has no tags, with the tags that were known of it. */
export const withKnownTags = (
  unit: OrganizationalUnitFact,
  before: OrganizationalUnitFact | undefined,
): OrganizationalUnitFact => (before?.tags === undefined ? unit : { ...unit, tags: before.tags });
