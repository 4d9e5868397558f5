import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Publish } from "./ports.ts";
import type { ExecutionRecord } from "./records.ts";
import type { RecordsStore } from "./records-store.ts";
import { statusChangeEvent } from "./status-event.ts";

/** Publishes each change of status; what a killed process did not get to is published at the next start. */
export interface Announcements {
  announce(execution: ExecutionRecord): void;
  announceMissed(): void;
  /** Resolves once what was under way is published. */
  stop(): Promise<void>;
}

interface Dependencies {
  readonly clock: Clock;
  readonly records: RecordsStore;
  readonly publish: Publish;
  readonly newId: () => string;
  readonly region: string;
  readonly accountId: string;
}

export const createAnnouncements = (dependencies: Dependencies): Announcements => {
  const { clock, records, publish, newId, region, accountId } = dependencies;
  const underWay = new Set<Promise<void>>();

  const deliver = async (execution: ExecutionRecord) => {
    const { status } = execution;
    try {
      await publish(statusChangeEvent(execution, { id: newId(), at: clock.now(), region, accountId }));
    } catch {
      // "Delivery type: Best effort" (events-ref-states.html); it stays unannounced for the next start.
      return;
    }
    records.putAnnounced(execution.arn, status);
  };

  const announce = (execution: ExecutionRecord) => {
    // "Only standard workflows emit events to EventBridge" (eventbridge-integration.html).
    if (execution.mapRun?.executionType === "EXPRESS") return;
    const delivery = deliver(execution);
    underWay.add(delivery);
    void delivery.finally(() => underWay.delete(delivery));
  };

  return {
    announce,
    announceMissed: () => {
      for (const execution of records.executions()) {
        if (records.announced(execution.arn) !== execution.status) announce(execution);
      }
    },
    stop: async () => {
      await Promise.all(underWay);
    },
  };
};
