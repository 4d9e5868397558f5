import { readFileSync } from "node:fs";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { InMemoryDynamoDb } from "./aws/dynamodb/dynamodb.ts";
import { simulatedIdentity, type OperationCourse, type SimulatedIdentity } from "./aws/identity.ts";
import { MemoryStore } from "./aws/memory-store.ts";
import { emptyTables } from "./aws/tables.ts";

/** What a process builds once and every history begins with anew. */
export interface Simulator {
  readonly store: MemoryStore;
  readonly dynamoDb: InMemoryDynamoDb;
  readonly identity: SimulatedIdentity;
  /** The definition of the machine of requests, its functions filled in. */
  readonly definition: string;
  /** And of the one of syncs. */
  readonly syncDefinition: string;
  /** Gives the simulators another history's time and course, and a first id. */
  attach(to: { readonly clock: Clock; readonly course: OperationCourse }): void;
  readonly newId: () => string;
  /** Puts everything back to how the first history found it. */
  reset(): void;
  /** From now on, `reset` comes back to what there is now. */
  settle(): void;
}

/** The address of the sources that are simulated: a mutant's are a copy's. */
const definitionOf = (machine: "access-request" | "sync"): string =>
  readFileSync(new URL(`../../statemachines/${machine}.asl.json`, import.meta.url), "utf8").replaceAll(
    /\$\{(\w+)Function\}/g,
    (_whole, name: string) => name.replaceAll(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase(),
  );

/** An id in the form of a UUID, which the identity services demand. */
const uuidOf = (count: number): string => `00000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;

export const createSimulator = (): Simulator => {
  let attached: { readonly clock: Clock; readonly course: OperationCourse } | undefined;
  let ids = 0;
  const present = () => {
    if (attached === undefined) throw new Error("No history is running");
    return attached;
  };
  const epoch = new Date("2026-01-01T00:00:00.000Z");
  const clock: Clock = {
    now: () => attached?.clock.now() ?? epoch,
    sleep: (milliseconds, signal) => present().clock.sleep(milliseconds, signal),
  };
  const store = new MemoryStore();
  const dynamoDb = emptyTables();
  const newId = () => uuidOf((ids += 1));
  const identity = simulatedIdentity({ clock, store, course: () => present().course, newId });
  let resetStore = store.snapshot();
  let resetTables = dynamoDb.snapshot();
  return {
    store,
    dynamoDb,
    identity,
    definition: definitionOf("access-request"),
    syncDefinition: definitionOf("sync"),
    attach: (to) => {
      attached = to;
      ids = 0;
    },
    newId,
    reset: () => {
      store.watch(undefined);
      dynamoDb.watch(undefined);
      resetStore();
      resetTables();
    },
    settle: () => {
      resetStore = store.snapshot();
      resetTables = dynamoDb.snapshot();
    },
  };
};
