import type { AccessRequest } from "../../domain/access-request.ts";
import type { AuditTrail } from "../../ports/stores.ts";
import { recordEntry, type RecordDependencies } from "../record-transition.ts";

interface Dependencies extends RecordDependencies {
  readonly audit: Pick<AuditTrail, "append" | "sequences">;
}

/** What a look at a request's trail came to: sequences that were put back, and such as nobody has any more. */
export interface Healed {
  readonly healed: readonly number[];
  readonly lost: readonly number[];
}

/**
 * Puts back what a request's trail lacks, from the newest entries that its item keeps, and tells the bus of it. When the
 * stream was only late, the entry stays as it is and its event comes twice under one id.
 */
export const healTrail =
  ({ audit, events }: Dependencies) =>
  async (request: AccessRequest): Promise<Healed> => {
    const there = new Set(await audit.sequences(request.id, 1));
    const missing = Array.from({ length: request.version }, (_, index) => index + 1).filter(
      (sequence) => !there.has(sequence),
    );
    const kept = request.trail.filter(({ sequence }) => missing.includes(sequence));
    for (const entry of kept) await recordEntry({ audit, events })(request, entry);
    const healed = kept.map(({ sequence }) => sequence);
    return { healed, lost: missing.filter((sequence) => !healed.includes(sequence)) };
  };
