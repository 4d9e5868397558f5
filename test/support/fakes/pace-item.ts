import type { PaceItem } from "../../../lambdas/adapters/dynamodb/pace-item.ts";

/** The shared pace in memory. */
export class FakePaceItem implements PaceItem {
  /** What processes see; a test sets what another clock wrote. */
  value: number | undefined;
  /** Reads and writes, in order. */
  readonly calls: ("read" | "write")[] = [];

  freeFrom(): Promise<number | undefined> {
    this.calls.push("read");
    return Promise.resolve(this.value);
  }

  begin(freeFrom: number, { now, plausible }: { readonly now: number; readonly plausible: number }) {
    this.calls.push("write");
    const isTaken = this.value !== undefined && this.value > now && this.value <= plausible;
    return Promise.resolve(isTaken ? ("conflict" as const) : (this.value = freeFrom));
  }

  extend(milliseconds: number, { now, latest }: { readonly now: number; readonly latest: number }) {
    this.calls.push("write");
    const { value } = this;
    if (value === undefined || value <= now || value > latest) return Promise.resolve("conflict" as const);
    return Promise.resolve((this.value = value + milliseconds));
  }
}
