import type { EntitlementRecord } from "../../lambdas/core/domain/entitlement.ts";
import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import type { Sync } from "../../lambdas/core/domain/sync.ts";
import type { Conditions } from "./conditions.ts";
import type { InMemoryDynamoDb } from "./aws/dynamodb/dynamodb.ts";
import { NO_STEP } from "./history.ts";
import { assignmentKey, type AssignmentKey } from "./ledger.ts";
import { tables } from "./lockstep/names.ts";
import { inventoriedAssignments, latestLook } from "./observers/inventory.ts";
import type { Watcher } from "./oracle/watcher.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { World } from "./world.ts";

const MINUTE = 60_000;

/** What Lockstep has to find out for itself before a sync may look is found out by then (lambdas/core/domain/entitlement.ts). */
const LONGEST_SETTLING = 3 * 60 * MINUTE;

/** Far more than a pass needs here, and the pass that was under way before. */
const LONGEST_SYNC = 3 * 60 * MINUTE;

export interface LastSync {
  readonly time: VirtualTime;
  readonly conditions: Conditions;
  readonly dynamoDb: InMemoryDynamoDb;
  readonly watcher: Required<Watcher>;
  readonly callApi: World["callApi"];
  /** When an assignment last came or went in AWS. */
  readonly lastChange: () => number;
  readonly isViolated: () => boolean;
}

/**
 * Lets a whole sync pass when nothing moves any more, and tells what the inventory says after it. Answers whether nothing
 * moved meanwhile: somebody's call may still have been on its way.
 */
export const syncOnceMore = async (around: LastSync): Promise<"still" | "moved"> => {
  const { time, conditions, dynamoDb, watcher, callApi, lastChange, isViolated } = around;
  const wait = async (until: () => boolean, longest: number): Promise<boolean> => {
    // What goes wrong for hours may hold it up as long.
    const end = conditions.deadlineOf(time.milliseconds, longest);
    while (!until() && !isViolated() && time.milliseconds < end)
      await time.run(isViolated, time.milliseconds + MINUTE);
    return until();
  };
  const unsettled = () => unsettledIn(dynamoDb, time.milliseconds);
  // A look by a clock that was ahead counts until the others have come there, too.
  await wait(
    () => unsettled().size === 0 && latestLook(dynamoDb.items(tables.inventory)) < time.milliseconds,
    LONGEST_SETTLING,
  );
  const from = time.milliseconds;
  const syncs = () => dynamoDb.items(tables.inventory).map(syncOf);
  const isThrough = () =>
    syncs().some((sync) => sync?.status === "finished" && Date.parse(sync.begunAt) >= from);
  const ask = () =>
    void callApi(NO_STEP, {
      who: "tara",
      route: "POST /integrations/{name}/refresh",
      path: { name: HOME_INTEGRATION },
    });
  const askUntilThrough = () => {
    if (isThrough()) return true;
    if (!syncs().some((sync) => sync?.status === "running")) ask();
    return false;
  };
  const isOver = await wait(askUntilThrough, LONGEST_SYNC);
  if (isViolated()) return "still";
  if (!isOver) watcher.defect("the machine of syncs", "no pass comes to its end any more");
  if (lastChange() >= from) return "moved";
  watcher.synced(inventoriedAssignments(dynamoDb.items(tables.inventory)), unsettled());
  return "still";
};

const syncOf = (item: Readonly<Record<string, unknown>>): Sync | undefined =>
  item["kind"] === "sync" ? (item as unknown as Sync) : undefined;

/** What Lockstep itself is not through with: a sync leaves it alone. */
const unsettledIn = (dynamoDb: InMemoryDynamoDb, now: number): ReadonlySet<AssignmentKey> =>
  new Set(
    dynamoDb
      .items(tables.access)
      .filter(({ kind }) => kind === "entitlement")
      .map((item) => item as unknown as EntitlementRecord)
      .filter(
        ({ state, uncertainUntil }) =>
          ["observing", "removing", "verifying"].includes(state) ||
          (uncertainUntil !== undefined && Date.parse(uncertainUntil) > now),
      )
      .map(({ entitlement }) => assignmentKey(entitlement)),
  );
