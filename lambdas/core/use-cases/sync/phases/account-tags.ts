import { isTurnOf, turnOf } from "../../../domain/turns.ts";
import type { RunPhase } from "../phase.ts";
import { sameTags } from "../same-tags.ts";
import { eachKnown } from "./each-known.ts";

/**
 * AWS lists an account's tags one account at a time, and has no way to tell whether they changed. Each account is asked
 * about in one of so many passes, besides those that appeared since the last one began to ask: with a pass an hour, once a day.
 */
const PASSES = 24;

/** The accounts' tags. */
export const accountTags: RunPhase = async (phase) => {
  const { progress, sources, inventory, write } = phase;
  const turn = turnOf(progress.sync);
  const newSince = phase.before?.accountTagsBegunAt ?? phase.before?.begunAt;
  progress.asksForAccountTags();
  return eachKnown(phase, "account", { total: progress.sync.counts["account"] }, async ({ fact, since }) => {
    const isNew = newSince === undefined || since >= newSince;
    if (!isNew && !isTurnOf(fact.id, turn, PASSES)) return;
    const seenAt = phase.look();
    const tags = await sources.organization.tagsOf(fact.id);
    if (tags === undefined) return;
    const known = await inventory.get("account", fact.id);
    if (known === undefined || sameTags(known.fact.tags, tags)) return;
    const changed = { change: "changed", fact: { ...known.fact, tags: { ...tags } }, known } as const;
    progress.count(await write([changed], seenAt));
  });
};
