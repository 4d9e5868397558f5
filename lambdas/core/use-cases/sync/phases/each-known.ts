import type { FactKind, FactOf } from "../../../domain/inventory/facts.ts";
import type { Observed } from "../../../ports/inventory.ts";
import { inBatches } from "../../in-batches.ts";
import type { Phase } from "../phase.ts";

/**
 * So many looks are under way at once. A call takes some 100 ms, and AWS's limits allow ten a second: with five at once it
 * is the limit that decides, and not the distance.
 */
const AT_ONCE = 5;

/** Facts that are read at a time. Kept small: it is what a sync holds in memory, however large the organization is. */
const PAGE = 100;

/**
 * Does `work` for each fact of a kind that the inventory knows, in the order of their ids. The cursor is the last one that
 * was done, so that the next invocation goes on behind it.
 */
export const eachKnown = async <Kind extends FactKind>(
  phase: Pick<Phase, "inventory" | "progress" | "isOutOfTime">,
  kind: Kind,
  { total, atOnce = AT_ONCE }: { readonly total: number | undefined; readonly atOnce?: number },
  work: (observed: Observed<FactOf<Kind>>) => Promise<void>,
): Promise<"done" | "more"> =>
  eachKnownPage(phase, kind, { total, limit: PAGE }, async (page) => {
    await inBatches(page, atOnce, work);
  });

/** The same for a page of them at a time. */
export const eachKnownPage = async <Kind extends FactKind>(
  { inventory, progress, isOutOfTime }: Pick<Phase, "inventory" | "progress" | "isOutOfTime">,
  kind: Kind,
  { total, limit }: { readonly total: number | undefined; readonly limit: number },
  work: (page: readonly Observed<FactOf<Kind>>[]) => Promise<void>,
): Promise<"done" | "more"> => {
  let { done } = progress.sync;
  let from = progress.sync.checkpoint.cursor;
  for (;;) {
    const page = await inventory.page(
      { kind },
      {
        limit,
        ...(from === undefined ? {} : { from }),
      },
    );
    await work(page.facts);
    done += page.facts.length;
    from = page.next;
    if (from === undefined) return "done";
    await progress.advance({ done, total, cursor: from });
    if (isOutOfTime()) return "more";
  }
};
