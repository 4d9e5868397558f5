import type { WriteOutcome } from "../../../lambdas/core/ports/stores.ts";
import type { ToldFindings, ToldFindingsStore } from "../../../lambdas/core/ports/told-findings.ts";

/** What was told, in memory, with the condition of the real store. */
export class FakeToldFindings implements ToldFindingsStore {
  told: ToldFindings = { version: 0, keys: [] };
  /** While true, whoever writes dies before. */
  failing = false;

  get(): Promise<ToldFindings> {
    return Promise.resolve(structuredClone(this.told));
  }

  put(next: ToldFindings): Promise<WriteOutcome> {
    if (this.failing) return Promise.reject(new Error("The table does not answer"));
    if (this.told.version !== next.version - 1) return Promise.resolve("conflict");
    this.told = structuredClone(next);
    return Promise.resolve("written");
  }
}
