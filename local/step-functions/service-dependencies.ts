import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Executions } from "./executions.ts";
import type { Machines } from "./machines.ts";
import type { RecordsStore } from "./records-store.ts";

/** What the States API works on. */
export interface StatesServiceDependencies {
  readonly clock: Clock;
  readonly records: RecordsStore;
  readonly executions: Executions;
  readonly machines: Machines;
  readonly newId: () => string;
}
