import { describe, expect, it } from "vitest";
import {
  NO_PREVIOUS_HASH,
  firstBrokenLink,
  linkEntry,
  type AuditEntry,
} from "../../../../lambdas/core/domain/audit.ts";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { aRequestId, aUserId } from "../../../support/builders.ts";

const chain = (length: number): AuditEntry[] => {
  const entries: AuditEntry[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    entries.push(
      linkEntry({
        requestId: aRequestId("one"),
        sequence,
        type: "GrantStarted",
        at: timestamp(new Date("2026-01-01T00:00:00.000Z")),
        actor: { type: "user", userId: aUserId("alice") },
        status: "granting",
        details: { note: String(sequence) },
        previousHash: entries.at(-1)?.hash ?? NO_PREVIOUS_HASH,
      }),
    );
  }
  return entries;
};

describe("a chain of audit entries", () => {
  it("is whole as it was written", () => {
    expect(firstBrokenLink(chain(5))).toBeUndefined();
  });

  it("shows the first entry that was altered", () => {
    const entries = chain(5);
    const altered = entries.map((entry) =>
      entry.sequence === 3 ? { ...entry, details: { note: "other" } } : entry,
    );
    expect(firstBrokenLink(altered)).toBe(3);
  });

  it("shows where an entry was removed, inserted or moved", () => {
    const [one, two, three] = chain(3);
    if (one === undefined || two === undefined || three === undefined)
      throw new Error("three entries expected");
    expect(firstBrokenLink([one, three])).toBe(2);
    expect(firstBrokenLink([one, two, two, three])).toBe(3);
    expect(firstBrokenLink([two, one, three])).toBe(1);
  });

  it("shows an entry whose hash is right, and whose number or predecessor is not", () => {
    const [one, two] = chain(2);
    if (one === undefined || two === undefined) throw new Error("two entries expected");
    const relinked = ({ hash: _hash, ...content }: AuditEntry, wrong: Partial<AuditEntry>) =>
      linkEntry({ ...content, ...wrong });
    expect(firstBrokenLink([one, relinked(two, { sequence: 3 })])).toBe(2);
    expect(firstBrokenLink([one, relinked(two, { previousHash: NO_PREVIOUS_HASH })])).toBe(2);
    expect(firstBrokenLink([relinked(one, { previousHash: two.hash })])).toBe(1);
  });
});
