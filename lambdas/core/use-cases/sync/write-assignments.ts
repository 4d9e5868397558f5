import { factId, ofPair, type AssignmentFact } from "../../domain/inventory/facts.ts";
import type { AssignmentSource, EntitlementWatch, Look, Pair } from "../../ports/sync.ts";
import { noChanges, sumOf, type Changes, type Difference, type WritesDifferences } from "./reconcile.ts";

export interface AssignmentWriterDeps {
  readonly write: WritesDifferences;
  readonly entitlements: EntitlementWatch;
  readonly assignments: Pick<AssignmentSource, "assignmentsOf">;
  /** A look that begins now. */
  readonly look: () => Look;
}

type AssignmentDifference = Difference<AssignmentFact>;

/**
 * Writes what differs of assignments without taking Lockstep's own doing for anybody's. A listing may be older than a grant
 * or a revoke that ended meanwhile:
 *
 *     sync lists: present · revoke deletes, its record says absent · sync compares: "appeared, and nobody holds it"
 *     sync lists: absent · grant creates, its record says ours, an event brings it in · sync compares: "vanished"
 *
 * So what Lockstep never had to do with is written as it was seen: its record is there before its Create is sent, thus
 * before anybody could see it. What Lockstep works on at this moment is left to the next look. Anything else is looked at
 * once more, between two readings of the record: if that did not change in between, nothing that Lockstep did can be the
 * reason for what the second look sees.
 */
export const writeAssignments =
  ({ write, entitlements, assignments, look }: AssignmentWriterDeps) =>
  async (differences: readonly AssignmentDifference[], seenAt: Look): Promise<Changes> => {
    const untouched: AssignmentDifference[] = [];
    const touched = new Map<string, TouchedPair>();
    for (const difference of differences) {
      const entitlement = await entitlements.of(difference.fact);
      if (entitlement === "unsettled") continue;
      if (entitlement.version === 0) untouched.push(difference);
      else {
        const key = ofPair(difference.fact);
        const pair = touched.get(key) ?? { pair: difference.fact, differences: [] };
        pair.differences.push({ difference, version: entitlement.version });
        touched.set(key, pair);
      }
    }
    let changes = await write(untouched, seenAt);
    for (const pair of touched.values()) changes = sumOf(changes, await confirm(pair));
    return changes;

    async function confirm({ pair, differences: doubtful }: TouchedPair): Promise<Changes> {
      const confirmedAt = look();
      const present = new Set((await assignments.assignmentsOf(pair)).map(factId));
      let confirmed = noChanges;
      for (const { difference, version } of doubtful) {
        const isThere = present.has(factId(difference.fact));
        if (isThere !== (difference.change !== "vanished")) continue;
        const entitlement = await entitlements.of(difference.fact);
        if (entitlement === "unsettled" || entitlement.version !== version) continue;
        const held = difference.change === "changed" ? {} : { heldBy: entitlement.heldBy };
        const written = await write([{ ...difference, ...held }], { ...seenAt, ...confirmedAt });
        confirmed = sumOf(confirmed, written);
      }
      return confirmed;
    }
  };

interface TouchedPair {
  readonly pair: Pair;
  readonly differences: { readonly difference: AssignmentDifference; readonly version: number }[];
}
