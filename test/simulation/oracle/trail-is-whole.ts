import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import type { Invariant } from "./watcher.ts";

const hashOf = (value: object): string =>
  createHash("sha256")
    .update(canonicalize(value) ?? "")
    .digest("hex");

/** What the hash covers: an item of the table has more. */
const contentOf = ({ requestId, sequence, type, at, actor, status, details, previousHash }: AuditEntry) => ({
  requestId,
  sequence,
  type,
  at,
  actor,
  status,
  details,
  previousHash,
});

/** Every transition that was written stands in the audit table once, as it was written, and the chain holds. */
export const trailIsWhole: Invariant = {
  number: 5,
  title: "every transition is in the audit chain once, in order",
  watch: ({ ledger, violated }) => {
    const kept = new Map<string, Map<number, AuditEntry>>();
    const ofConfiguration = new Map<string, Map<number, ConfigurationEntry>>();
    const published = new Map<string, Set<number>>();
    return {
      claimed: ({ n }, { version, entry }) => {
        if (entry.sequence !== version)
          violated(`version ${version} of request ${n} has entry ${entry.sequence}`);
      },
      recorded: (entry, replaced) => {
        const { requestId, sequence, hash } = entry;
        const written = ledger.withId(requestId)?.claims[sequence - 1]?.entry;
        if (replaced) violated(`entry ${sequence} of ${requestId} was written over`);
        if (written?.hash !== hash)
          violated(`entry ${sequence} of ${requestId} tells of what never happened`);
        const entries = kept.get(requestId) ?? new Map<number, AuditEntry>();
        kept.set(requestId, entries.set(sequence, entry));
      },
      recordedConfiguration: (entry, replaced) => {
        const { subject, sequence, previousHash, hash } = entry;
        const chain = `${subject.kind}/${subject.name}`;
        if (replaced) violated(`entry ${sequence} of ${chain} was written over`);
        const entries = ofConfiguration.get(chain) ?? new Map<number, ConfigurationEntry>();
        ofConfiguration.set(chain, entries.set(sequence, entry));
        const before = entries.get(sequence - 1);
        const next = entries.get(sequence + 1);
        if ((before !== undefined && before.hash !== previousHash) || (next?.previousHash ?? hash) !== hash)
          violated(`the chain of ${chain} breaks at ${sequence}`);
      },
      published: (requestId, version) => {
        const versions = published.get(requestId) ?? new Set<number>();
        published.set(requestId, versions.add(version));
      },
      end: () => {
        for (const { id, n, claims } of ledger.requests.values()) {
          let previousHash = "0".repeat(64);
          for (const { version } of claims) {
            const entry = kept.get(id)?.get(version);
            if (entry === undefined) {
              violated(`entry ${version} of request ${n} is missing in the trail`);
              break;
            }
            const { hash } = entry;
            if (entry.previousHash !== previousHash || hashOf(contentOf(entry)) !== hash) {
              violated(`the chain of request ${n} breaks at ${version}`);
            }
            if (published.get(id)?.has(version) !== true)
              violated(`no event told of ${version} of request ${n}`);
            previousHash = hash;
          }
        }
      },
    };
  },
};
