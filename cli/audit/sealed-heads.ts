import type { AuditRoot } from "../../lambdas/core/domain/audit-root.ts";
import { chainIdOf } from "../../lambdas/core/domain/chain.ts";

/** An entry's hash as a root sealed it. */
export interface SealedHead {
  readonly sequence: number;
  readonly hash: string;
  readonly day: string;
}

/** What the roots say of each chain. */
export interface SealedHeads {
  /** In the order of their ids. */
  readonly chains: readonly string[];
  /** By sequence; empty for a chain that no root knows. */
  of(chain: string): readonly SealedHead[];
  /** The newest root's day; absent without roots. */
  readonly newestDay?: string;
}

const NOTHING: readonly SealedHead[] = [];

/** Some 200 bytes for each head of each root. */
export const sealedHeads = (roots: readonly AuditRoot[]): SealedHeads => {
  const heads = new Map<string, SealedHead[]>();
  for (const { day, heads: sealed } of roots) {
    for (const sealedHead of sealed) {
      const { sequence, hash } = sealedHead;
      const chain = chainIdOf(sealedHead);
      const known = heads.get(chain);
      const head = { sequence, hash, day };
      if (known === undefined) heads.set(chain, [head]);
      else known.push(head);
    }
  }
  for (const known of heads.values()) known.sort((a, b) => a.sequence - b.sequence);
  const newestDay = roots.at(-1)?.day;
  return {
    chains: [...heads.keys()].sort(),
    of: (chain) => heads.get(chain) ?? NOTHING,
    ...(newestDay !== undefined && { newestDay }),
  };
};
