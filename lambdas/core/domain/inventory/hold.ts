import { RequestIdSchema, type RequestId, type Timestamp } from "../ids.ts";
import type { EntitlementRecord } from "../entitlement.ts";

/** Whether an assignment is there for good, and which requests hold it until when. */
export interface Hold {
  /** `ending`: nobody holds it any more, and Lockstep is removing it. */
  readonly kind: "standing" | "temporary" | "ending";
  /** The longest first. */
  readonly requests: readonly { readonly id: RequestId; readonly until: Timestamp }[];
}

/**
 * How an assignment that AWS shows is held, by Lockstep's record of it. Only what Lockstep itself made is temporary: what
 * was there before a request came (`standing`), and what nobody asked Lockstep for, stays when requests end. While a first
 * request still looks whether the access is there already (`observing`), nothing has been made.
 */
export const holdOf = (record: EntitlementRecord | undefined): Hold => {
  switch (record?.state) {
    case "ours":
      return { kind: "temporary", requests: holdersOf(record) };
    case "removing":
    case "verifying":
      return { kind: "ending", requests: [] };
    case "standing":
      return { kind: "standing", requests: holdersOf(record) };
    case "observing":
    case "absent":
    case undefined:
      return { kind: "standing", requests: [] };
  }
};

const holdersOf = ({ holders }: EntitlementRecord): Hold["requests"] =>
  Object.entries(holders)
    .map(([id, { expiresAt }]) => ({ id: RequestIdSchema.parse(id), until: expiresAt }))
    .sort((a, b) => (a.until === b.until ? (a.id < b.id ? -1 : 1) : a.until < b.until ? 1 : -1));
