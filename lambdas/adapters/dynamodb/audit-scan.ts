import { RetryableError } from "../../core/domain/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { AUDIT_BY_DAY } from "./keys.ts";
import { table, type Item, type Key, type TableDeps } from "./table.ts";

/** An audit entry as the table holds it, unchecked: an export has to show what somebody altered. */
export interface KeptEntry {
  readonly chain: string;
  readonly sequence: number;
  readonly content: Item;
}

/** A page of usual entries is some 500 KB, half of DynamoDB's 1 MB, and comes within the client's three seconds. */
const PAGE_ITEMS = 1_000;

/** 1, 2, 4, … seconds, 30 at most: about two minutes in all before a throttled scan is given up. */
const RETRIES = 7;
const LONGEST_PAUSE_SECONDS = 30;

/** Every entry of the Audit table, page by page, in no order. Throws RetryableError `StoreUnavailable`. */
export const scanAudit = async function* ({
  clock,
  ...deps
}: TableDeps & { readonly clock: Pick<Clock, "sleep"> }): AsyncGenerator<readonly KeptEntry[]> {
  const audit = table(deps);
  // An endpoint that never answered will not answer a minute later: only what worked before is tried again.
  let { items, next } = await audit.scan(PAGE_ITEMS);
  yield items.map(keptEntryOf);
  while (next !== undefined) {
    const from: Key = next;
    ({ items, next } = await patiently(clock, () => audit.scan(PAGE_ITEMS, from)));
    yield items.map(keptEntryOf);
  }
};

const keptEntryOf = (item: Item): KeptEntry => {
  const { pk, sk, [AUDIT_BY_DAY.partition]: _recordedOn, ...content } = item;
  return { chain: String(pk), sequence: Number(sk), content };
};

const patiently = async <T>(clock: Pick<Clock, "sleep">, call: () => Promise<T>): Promise<T> => {
  for (let retry = 0; ; retry += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RetryableError) || retry === RETRIES) throw error;
      await clock.sleep(Math.min(2 ** retry, LONGEST_PAUSE_SECONDS) * 1_000);
    }
  }
};
