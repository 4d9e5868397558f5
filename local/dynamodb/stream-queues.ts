import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { matchesPattern } from "../events/pattern.ts";
import type { LocalStore } from "../store.ts";
import type { EventSourceMapping } from "../template/event-sources.ts";
import type { ChangeLog } from "./changes.ts";
import { streamRecord } from "./stream-record.ts";
import type { StreamRecord } from "./stream-record.ts";

/** What each event source mapping has not delivered yet. */
export interface StreamQueues {
  readonly changeLog: ChangeLog;
  /** The mapping's oldest records, in the order of the writes. */
  oldest(mapping: EventSourceMapping, limit: number): readonly StreamRecord[];
  /** Forgets delivered or discarded records. */
  remove(mapping: EventSourceMapping, records: readonly StreamRecord[]): void;
  /** Resolves at the next commit of a change, or once `signal` aborts. */
  changed(signal: AbortSignal): Promise<void>;
}

const queueOf = ({ id }: EventSourceMapping) => `lambda/event-source/${id}`;
const SEQUENCES = "dynamodb/stream-sequences";

/** DynamoDB's sequence numbers have 21 digits or more; of one length, they sort as text. */
const FIRST_SEQUENCE_NUMBER = 100_000_000_000_000_000_000n;

const passes = ({ filters }: EventSourceMapping, record: StreamRecord) =>
  filters.length === 0 || filters.some((filter) => matchesPattern(filter, record));

/**
 * A record goes, in the transaction of its write, into the queue of each mapping whose filter it passes, and stays until it
 * is delivered: longer than the 24 hours of a real stream, which no function may count on.
 */
export const createStreamQueues = (dependencies: {
  readonly mappings: readonly EventSourceMapping[];
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly region: string;
}): StreamQueues => {
  const { mappings, store, clock, region } = dependencies;
  let commit = Promise.withResolvers<undefined>();

  const nextSequenceNumber = (streamArn: string): string => {
    const last = store.get(SEQUENCES, streamArn);
    const next = String(typeof last === "string" ? BigInt(last) + 1n : FIRST_SEQUENCE_NUMBER);
    store.put(SEQUENCES, streamArn, next);
    return next;
  };

  return {
    changeLog: {
      append: (change) => {
        const { streamArn } = change.table;
        if (streamArn === undefined) return;
        const sequenceNumber = nextSequenceNumber(streamArn);
        const record = streamRecord(change, { sequenceNumber, at: clock.now(), region });
        if (record === undefined) return;
        for (const mapping of mappings) {
          if (mapping.streamArn === streamArn && passes(mapping, record)) {
            store.put(queueOf(mapping), sequenceNumber, record);
          }
        }
      },
      committed: () => {
        commit.resolve(undefined);
        commit = Promise.withResolvers<undefined>();
      },
    },
    oldest: (mapping, limit) =>
      store.listRange(queueOf(mapping), { limit }).map(({ document }) => document as StreamRecord),
    remove: (mapping, records) => {
      store.atomically(() => {
        for (const { dynamodb } of records) store.delete(queueOf(mapping), dynamodb.SequenceNumber);
      });
    },
    changed: async (signal) => {
      const aborted = Promise.withResolvers<undefined>();
      const abort = () => {
        aborted.resolve(undefined);
      };
      signal.addEventListener("abort", abort, { once: true });
      if (!signal.aborted) await Promise.race([commit.promise, aborted.promise]);
      signal.removeEventListener("abort", abort);
    },
  };
};
