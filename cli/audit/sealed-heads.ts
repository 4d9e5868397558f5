import type { AuditRoot } from "../../lambdas/core/domain/audit-root.ts";

/** An entry's hash as a root sealed it. */
export interface SealedHead {
  readonly sequence: number;
  readonly hash: string;
  readonly day: string;
}

/** What the roots say of each request's chain. */
export interface SealedHeads {
  /** In the order of their ids. */
  readonly requestIds: readonly string[];
  /** By sequence; empty for a request that no root knows. */
  of(requestId: string): readonly SealedHead[];
  /** The newest root's day; absent without roots. */
  readonly newestDay?: string;
}

const NOTHING: readonly SealedHead[] = [];

/** Some 200 bytes for each head of each root. */
export const sealedHeads = (roots: readonly AuditRoot[]): SealedHeads => {
  const heads = new Map<string, SealedHead[]>();
  for (const { day, heads: sealed } of roots) {
    for (const { requestId, sequence, hash } of sealed) {
      const known = heads.get(requestId);
      const head = { sequence, hash, day };
      if (known === undefined) heads.set(requestId, [head]);
      else known.push(head);
    }
  }
  for (const known of heads.values()) known.sort((a, b) => a.sequence - b.sequence);
  const newestDay = roots.at(-1)?.day;
  return {
    requestIds: [...heads.keys()].sort(),
    of: (requestId) => heads.get(requestId) ?? NOTHING,
    ...(newestDay !== undefined && { newestDay }),
  };
};
