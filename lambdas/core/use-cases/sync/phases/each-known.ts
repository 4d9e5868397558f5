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
  options: { readonly total: number | undefined; readonly atOnce?: number },
  work: (observed: Observed<FactOf<Kind>>) => Promise<void>,
): Promise<"done" | "more"> => {
  const { inventory, progress, isOutOfTime } = phase;
  const { atOnce = AT_ONCE, total } = options;
  let { done } = progress.sync;
  let from = progress.sync.checkpoint.cursor;
  for (;;) {
    const page = await inventory.page(
      { kind },
      {
        limit: PAGE,
        ...(from === undefined ? {} : { from }),
      },
    );
    await inBatches(page.facts, atOnce, work);
    done += page.facts.length;
    from = page.next;
    if (from === undefined) return "done";
    await progress.advance({ done, total, cursor: from });
    if (isOutOfTime()) return "more";
  }
};
