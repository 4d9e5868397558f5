import {
  changeEventOf,
  type Said,
  type SaidGone,
} from "../../../lambdas/core/domain/inventory/change-event.ts";
import type { AssignmentFact } from "../../../lambdas/core/domain/inventory/facts.ts";
import type { Attributes } from "../aws/dynamodb/expressions.ts";
import { assignmentKey, type AssignmentKey } from "../ledger.ts";
import type { InventoryWrite } from "../oracle/watcher.ts";

/** What the Inventory table holds of an assignment; the trace of one that was never seen has no fact. */
interface Item {
  readonly pk: string;
  readonly fact?: AssignmentFact;
  readonly gone?: true;
  readonly observedAt: string;
  readonly heldBy?: readonly string[];
}

const itemOf = (attributes: Attributes): Item => attributes as unknown as Item;

const isAssignment = ({ pk }: Item): boolean => pk === "assignment";

const saidBy = (item: Item | undefined) => item as unknown as Said | SaidGone | undefined;

/** What of a write of the Inventory table is about an assignment, and what is told of it (lambdas/announce). */
export const inventoryWriteOf = (
  before: Attributes | undefined,
  after: Attributes,
): InventoryWrite | undefined => {
  const [old, next] = [before === undefined ? undefined : itemOf(before), itemOf(after)];
  if (!isAssignment(next) || next.fact === undefined) return undefined;
  const event = changeEventOf(saidBy(old), saidBy(next) as Said | SaidGone);
  return {
    key: assignmentKey(next.fact),
    change: event?.type.replace("Assignment", "") as InventoryWrite["change"],
    heldBy: next.heldBy ?? [],
    observedAt: Date.parse(next.observedAt),
    before: old === undefined ? undefined : Date.parse(old.observedAt),
  };
};

/** The assignments that the inventory has now. */
export const inventoriedAssignments = (items: readonly Attributes[]): ReadonlySet<AssignmentKey> =>
  new Set(
    items
      .map(itemOf)
      .flatMap((item) =>
        isAssignment(item) && item.gone !== true && item.fact !== undefined ? [assignmentKey(item.fact)] : [],
      ),
  );

/** The latest moment by any clock at which a look began that the inventory tells of. */
export const latestLook = (items: readonly Attributes[]): number =>
  Math.max(0, ...items.map((item) => Date.parse(itemOf(item).observedAt)).filter((moment) => moment > 0));
