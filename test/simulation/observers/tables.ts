import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import type { InMemoryDynamoDb } from "../aws/dynamodb/dynamodb.ts";
import type { Attributes } from "../aws/dynamodb/expressions.ts";
import type { History } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { tables } from "../lockstep/names.ts";
import type { Watcher } from "../oracle/watcher.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { configurationObserver } from "./configuration.ts";
import { inventoryWriteOf } from "./inventory.ts";
import type { UntoldTransitions } from "./untold-transitions.ts";

export interface TableSurroundings {
  readonly history: History;
  readonly dynamoDb: InMemoryDynamoDb;
  readonly time: VirtualTime;
  readonly ledger: Ledger;
  readonly watcher: Required<Watcher>;
  readonly untold: UntoldTransitions;
  readonly onRequest: (item: Attributes) => void;
  /** The step that the function works for which is writing now. */
  readonly writingFor: () => number | undefined;
}

/** Follows what Lockstep writes to its tables; the flows that are there already count from the begin. */
export const observeTables = (around: TableSurroundings): void => {
  const { history, dynamoDb, time, ledger, watcher, untold, onRequest, writingFor } = around;
  const onAuditEntry = (entry: AuditEntry, replaced: boolean): void => {
    untold.recorded(entry.requestId, entry.sequence);
    watcher.recorded(entry, replaced);
  };
  /** Requests and configuration have chains in the same table. */
  const onAudit = (entry: Attributes, replaced: boolean): void => {
    if ("requestId" in entry) onAuditEntry(entry as unknown as AuditEntry, replaced);
    else watcher.recordedConfiguration(entry as unknown as ConfigurationEntry, replaced);
  };
  const onConfiguration = configurationObserver({ history, time, ledger, writingFor });
  const onInventory = (before: Attributes | undefined, after: Attributes): void => {
    const write = inventoryWriteOf(before, after);
    if (write !== undefined) watcher.inventoried(write);
  };
  dynamoDb.watch(({ table, before, after, text }) => {
    if (after === undefined) return;
    // Task tokens belong there, and nowhere else.
    if (table !== tables.wakeups) watcher.text(`the table ${table}`, text);
    if (table === tables.access && after["kind"] === "request") onRequest(after);
    if (table === tables.audit) onAudit(after, before !== undefined);
    if (table === tables.config) onConfiguration.written(after);
    if (table === tables.inventory) onInventory(before, after);
  });
  for (const item of dynamoDb.items(tables.config)) onConfiguration.found(item);
};
