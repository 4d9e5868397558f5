import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../../lambdas/core/domain/access-request.ts";
import { secondsAfter, timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { AccessRequestStore, PageQuery } from "../../../../../lambdas/core/ports/stores.ts";
import { measureLateRevocations } from "../../../../../lambdas/core/use-cases/sweep/late-revocations.ts";
import { Tally } from "../../../../../lambdas/core/use-cases/sweep/tally.ts";
import { anActiveRequest } from "../../../../support/builders.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const clock = new VirtualClock(new Date("2026-01-02T00:00:00.000Z"));

/** A request whose access should be gone for so many seconds, and is not. */
const late = (seconds: number, status: "stuck" | "revoking"): AccessRequest => {
  const since = secondsAfter(clock.now(), -seconds);
  const common = { ...anActiveRequest({ expiresAt: since }), ending: { reason: "expired" as const } };
  return status === "stuck"
    ? { ...common, status, since, lastError: "no answer" }
    : {
        ...common,
        status,
        delay: { since, attemptsSince: since, at: timestamp(clock.now()), lastError: "no answer" },
      };
};

/** A list of pages, each of one request; remembers what was asked for. */
const listOf = (pages: Readonly<Record<"stuck" | "revoking", readonly AccessRequest[]>>) => {
  const asked: { readonly status: string; readonly page: PageQuery }[] = [];
  const requests: Pick<AccessRequestStore, "listByStatus"> = {
    listByStatus: (status, page) => {
      asked.push({ status, page });
      const all = status === "stuck" ? pages.stuck : pages.revoking;
      const at = Number(page.cursor ?? 0);
      const next = at + 1 < all.length ? { cursor: String(at + 1) } : {};
      return Promise.resolve({ items: all.slice(at, at + 1), ...next });
    },
  };
  return { requests, asked };
};

const lagOf = async (requests: Pick<AccessRequestStore, "listByStatus">): Promise<number> => {
  const tally = new Tally();
  await measureLateRevocations({ requests, clock })(tally);
  return tally.revokeLagMilliseconds;
};

describe("how late the latest revocation is", () => {
  it("is nothing when there is none", async () => {
    expect(await lagOf(listOf({ stuck: [], revoking: [] }).requests)).toBe(0);
  });

  it.each([
    ["that is stuck", { stuck: [late(30, "stuck"), late(90, "stuck")], revoking: [late(60, "revoking")] }],
    ["that is tried", { stuck: [late(60, "stuck")], revoking: [late(30, "revoking"), late(90, "revoking")] }],
  ])("is that of the longest overdue access, on whatever page, %s", async (_, pages) => {
    expect(await lagOf(listOf(pages).requests)).toBe(90_000);
  });

  it("is read from 100 requests at a time, five times for each status at most", async () => {
    const many = Array.from({ length: 7 }, (_, index) => late(index, "stuck"));
    const { requests, asked } = listOf({ stuck: many, revoking: [] });
    // The later pages hold the longer ones here: those beyond the fifth are not read.
    expect(await lagOf(requests)).toBe(4000);
    expect(asked).toEqual([
      { status: "stuck", page: { limit: 100 } },
      ...["1", "2", "3", "4"].map((cursor) => ({ status: "stuck", page: { limit: 100, cursor } })),
      { status: "revoking", page: { limit: 100 } },
    ]);
  });
});
