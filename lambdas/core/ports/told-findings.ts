import type { WriteOutcome } from "./stores.ts";

/** Which findings of lint the bus was told of while they last, and how often that was written. */
export interface ToldFindings {
  readonly version: number;
  /** Each by its key (domain/lint/died.ts). */
  readonly keys: readonly string[];
}

/** Remembers what was told. Throws RetryableError `StoreUnavailable`. */
export interface ToldFindingsStore {
  /** Version 0 where nothing was ever told. */
  get(): Promise<ToldFindings>;
  /** Writes version 1, or replaces version `next.version - 1`. */
  put(next: ToldFindings): Promise<WriteOutcome>;
}
