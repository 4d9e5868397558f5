import { expect, it } from "vitest";
import {
  NO_PREVIOUS_HASH,
  firstBrokenLink,
  linkEntry,
  type AuditEntry,
} from "../../../lambdas/core/domain/audit.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import { aRequestId } from "../../support/builders.ts";
import { describeStores } from "./describe-stores.ts";

const at = timestamp(new Date("2026-01-01T00:00:00.000Z"));

describeStores("wake-ups", (stores) => {
  const wakeup = (taskToken: string, wait: { readonly enteredAt: string; readonly retryCount: number }) => ({
    requestId: aRequestId("one"),
    taskToken,
    enteredAt: timestamp(new Date(wait.enteredAt)),
    retryCount: wait.retryCount,
    expiresAt: at,
  });
  const first = wakeup("first", { enteredAt: "2026-01-01T00:00:00Z", retryCount: 0 });
  const retried = wakeup("retried", { enteredAt: "2026-01-01T00:00:00Z", retryCount: 10 });
  const next = wakeup("next", { enteredAt: "2026-01-01T00:00:01Z", retryCount: 0 });

  it("keeps the token of a request's latest wait", async () => {
    expect(await stores().wakeups.get(aRequestId("one"))).toBeUndefined();
    for (const later of [first, retried, next]) {
      expect(await stores().wakeups.put(later)).toBe("written");
      expect(await stores().wakeups.get(aRequestId("one"))).toBe(later.taskToken);
    }
    expect(await stores().wakeups.get(aRequestId("two"))).toBeUndefined();
  });

  it("keeps it when an earlier wait's token is written late", async () => {
    await stores().wakeups.put(next);
    for (const late of [first, retried]) expect(await stores().wakeups.put(late)).toBe("conflict");
    expect(await stores().wakeups.get(aRequestId("one"))).toBe("next");
  });
});

/** A chain of so many entries. */
const chain = (length: number): AuditEntry[] => {
  const entries: AuditEntry[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    entries.push(
      linkEntry({
        requestId: aRequestId("one"),
        sequence,
        type: "ApprovalNeeded",
        at,
        actor: { type: "lockstep", name: "workflow" },
        status: "pending",
        details: { nested: { list: [1, "two", null, true, 0.5] }, empty: {}, text: "" },
        previousHash: entries.at(-1)?.hash ?? NO_PREVIOUS_HASH,
      }),
    );
  }
  return entries;
};

describeStores("the audit trail", (stores) => {
  it("lists in order, page by page, with every hash intact", async () => {
    const entries = chain(12);
    for (const entry of entries.toReversed()) await stores().audit.append(entry);
    const first = await stores().audit.list(aRequestId("one"), { limit: 10 });
    expect(first.items).toEqual(entries.slice(0, 10));
    const { cursor } = first;
    if (cursor === undefined) throw new Error("expected a second page");
    const second = await stores().audit.list(aRequestId("one"), { limit: 10, cursor });
    expect(second).toEqual({ items: entries.slice(10) });
    expect(firstBrokenLink([...first.items, ...second.items])).toBeUndefined();
    expect(await stores().audit.list(aRequestId("two"), { limit: 10 })).toEqual({ items: [] });
  });

  it("says which entries are there", async () => {
    expect(await stores().audit.sequences(aRequestId("one"), 1)).toEqual([]);
    for (const entry of chain(12)) if (entry.sequence % 3 !== 0) await stores().audit.append(entry);
    expect(await stores().audit.sequences(aRequestId("one"), 1)).toEqual([1, 2, 4, 5, 7, 8, 10, 11]);
    expect(await stores().audit.sequences(aRequestId("one"), 5)).toEqual([5, 7, 8, 10, 11]);
    expect(await stores().audit.sequences(aRequestId("one"), 12)).toEqual([]);
    expect(await stores().audit.sequences(aRequestId("two"), 1)).toEqual([]);
  });

  it("never writes over an entry", async () => {
    const [entry] = chain(1);
    if (entry === undefined) throw new Error("expected an entry");
    await stores().audit.append(entry);
    await stores().audit.append({ ...entry, status: "tampered" });
    expect(await stores().audit.list(aRequestId("one"), { limit: 10 })).toEqual({ items: [entry] });
  });

  it("refuses a cursor that it never gave", async () => {
    for (const cursor of ["garbage", "", "LTE", "MS41", "e30"]) {
      await expect(stores().audit.list(aRequestId("one"), { limit: 1, cursor })).rejects.toMatchObject({
        code: "invalid-cursor",
      });
    }
  });
});
