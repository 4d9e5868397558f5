import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccessRequestSchema } from "../../lambdas/core/domain/access-request.ts";
import { EntitlementRecordSchema, entitlementKey } from "../../lambdas/core/domain/entitlement.ts";
import { DomainError } from "../../lambdas/core/domain/errors.ts";
import type { RequestId } from "../../lambdas/core/domain/ids.ts";
import { requestAttributes } from "../../lambdas/adapters/dynamodb/keys.ts";
import { providers } from "../../lambdas/providers/registry.ts";
import { Routes } from "../../lambdas/core/contracts/routes.ts";
import { aFlow, aPendingRequest, anEntitlement } from "../support/builders.ts";
import {
  DAY,
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  bob,
  carol,
  engineers,
  lockstepUnderTest,
  powerUser,
  type LockstepUnderTest,
} from "../support/lockstep-under-test.ts";
import { apiUnderTest } from "../unit/api/world.ts";

const group = { type: "GROUP" as const, name: "payments-engineers" };

/** Every way to a grant. */
const ways: Readonly<Record<string, (lockstep: LockstepUnderTest) => Promise<unknown>>> = {
  "with approval": async (lockstep) => {
    for (const flow of await lockstep.flows.list()) await lockstep.flows.delete(flow);
    await lockstep.flows.put(aFlow());
    await lockstep.decide(await lockstep.submit());
  },
  "without approval": (lockstep) => lockstep.submit(),
  "for a group": (lockstep) => lockstep.submit(alice, { principal: group }),
  "at a chosen start": (lockstep) => lockstep.submit(alice, { startAt: "2026-01-01T06:00:00.000Z" }),
  "beside another holder": async (lockstep) => {
    await lockstep.submit(alice, { principal: group });
    await lockstep.submit(carol, { principal: group });
  },
  "by an attempt that is killed": (lockstep) => {
    lockstep.crashes.push({ function: "grant-access", when: "before-answer" });
    return lockstep.submit();
  },
};

/** A flow that lets access be extended as often as its cap of four hours allows, an hour at a time. */
const extendable = aFlow({
  duration: { max: "PT4H", maxSeconds: 4 * 3600 },
  approval: { steps: [] },
  settings: {
    requesterCanApproveSelf: false,
    maxExtensions: 99,
    extensionSeconds: 3600,
    extensionNeedsApproval: false,
  },
});

const expiryOf = async (lockstep: LockstepUnderTest, id: RequestId): Promise<number> => {
  const request = await lockstep.request(id);
  if (!("expiresAt" in request) || request.expiresAt === undefined) throw new Error("It has no expiry");
  return Date.parse(request.expiresAt);
};

/** Asks for more time, and says why not if it is refused. */
const extend = (lockstep: LockstepUnderTest, id: RequestId, duration = "PT1H"): Promise<string> =>
  lockstep.extend(id, { duration }).then(
    () => "extended",
    (error: unknown) => (error instanceof DomainError ? error.code : Promise.reject(error as Error)),
  );

const milliseconds = [-1001, -1000, -999, -500, -2, -1, 0, 1, 2, 500, 999, 1000, 1001];

describe("CVE-2021-32923 renewal at the last second", () => {
  it.each(milliseconds)(
    "CVE-2021-32923 renewal at the last second: %d ms from the expiry, the access still has an end and ends there",
    async (tick) => {
      const lockstep = await lockstepUnderTest({ flow: extendable });
      const id = await lockstep.submit();
      const before = await expiryOf(lockstep, id);
      await lockstep.clock.advanceTo(new Date(before + tick));
      expect(await extend(lockstep, id)).toBe(tick < 0 ? "extended" : "not-active");
      const end = await expiryOf(lockstep, id);
      expect(end).toBe(tick < 0 ? before + HOUR : before);
      await lockstep.clock.advanceTo(new Date(end - 1));
      if (tick < 0) expect(lockstep.has()).toBe(true);
      await lockstep.clock.advanceTo(new Date(end + MINUTE));
      expect(lockstep.has()).toBe(false);
      await lockstep.clock.runUntilIdle();
      expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    },
  );

  it("CVE-2021-32923 renewal at the last second: what is past its expiry cannot be renewed although nobody has come to end it", async () => {
    for (const extensionNeedsApproval of [false, true]) {
      for (const tick of milliseconds) {
        const settings = { ...extendable.settings, extensionNeedsApproval };
        const lockstep = await lockstepUnderTest({ flow: { ...aFlow(), settings } });
        const id = await lockstep.submit();
        await lockstep.decide(id);
        const before = await expiryOf(lockstep, id);
        await lockstep.stopExecutions();
        if (extensionNeedsApproval) {
          await lockstep.clock.advanceTo(new Date(before - 2 * MINUTE));
          await extend(lockstep, id);
        }
        await lockstep.clock.advanceTo(new Date(before + tick));
        const given = extensionNeedsApproval
          ? await lockstep.decideExtension(id).then(
              () => "extended",
              () => "not-active",
            )
          : await extend(lockstep, id);
        expect(given, String(tick)).toBe(tick < 0 ? "extended" : "not-active");
        expect(await expiryOf(lockstep, id)).toBe(tick < 0 ? before + HOUR : before);
      }
    }
  });

  it("CVE-2021-32923 renewal at the last second: extended in the last tick, over and over, it ends by its cap", async () => {
    for (const tick of [-1000, -999, -1]) {
      const lockstep = await lockstepUnderTest({ flow: extendable });
      const id = await lockstep.submit();
      const start = lockstep.clock.now().getTime();
      const answers: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        await lockstep.clock.advanceTo(new Date((await expiryOf(lockstep, id)) + tick));
        answers.push(await extend(lockstep, id), await extend(lockstep, id, "PT1S"));
      }
      // A second more each time leaves less than an hour of the four before the end.
      expect(new Set(answers)).toContain("duration-above-maximum");
      expect(await expiryOf(lockstep, id)).toBeLessThanOrEqual(start + 4 * HOUR);
      await lockstep.clock.runUntilIdle();
      expect(lockstep.has()).toBe(false);
      for (const version of lockstep.requests.history) {
        if (["granting", "active", "revoking", "ended"].includes(version.status)) {
          expect(version).toHaveProperty("expiresAt");
        }
      }
    }
  });

  it("CVE-2021-32923 renewal at the last second: an approval that comes with the expiry extends nothing", async () => {
    for (const tick of milliseconds) {
      const settings = { ...extendable.settings, extensionNeedsApproval: true };
      const lockstep = await lockstepUnderTest({ flow: { ...aFlow(), settings } });
      const id = await lockstep.submit();
      await lockstep.decide(id);
      const before = await expiryOf(lockstep, id);
      await lockstep.clock.advanceTo(new Date(before - 2 * MINUTE));
      expect(await extend(lockstep, id)).toBe("extended");
      // Asked for, not given.
      expect(await expiryOf(lockstep, id)).toBe(before);
      await lockstep.clock.advanceTo(new Date(before + tick));
      const decided = await lockstep.decideExtension(id).then(
        () => true,
        () => false,
      );
      expect(decided, String(tick)).toBe(tick < 0);
      expect(await expiryOf(lockstep, id)).toBe(decided ? before + HOUR : before);
      await lockstep.clock.runUntilIdle();
      expect(lockstep.has()).toBe(false);
    }
  });
});

describe("Teleport #62578 sessions outlive the access", () => {
  const withSessions = (maxSessionSeconds: number) =>
    aFlow({ settings: { requesterCanApproveSelf: false, maxSessionSeconds } });

  it("Teleport #62578 sessions outlive the access: a permission set with longer sessions than the flow allows is refused", async () => {
    const { call, ask, flows, requests } = await apiUnderTest();
    await flows.put({ ...withSessions(3599), version: 2 });
    expect(await call("POST /requests", { body: ask })).toMatchObject({
      status: 403,
      body: { code: "session-too-long", detail: expect.stringContaining("PowerUser") as string },
    });
    expect(requests.history).toEqual([]);
    await flows.put({ ...withSessions(3600), version: 3 });
    expect((await call("POST /requests", { body: ask })).status).toBe(201);
  });

  it("Teleport #62578 sessions outlive the access: active and ended requests say until when a session can last", async () => {
    const lockstep = await lockstepUnderTest();
    const { call } = await apiUnderTest({
      clock: lockstep.clock,
      requests: lockstep.requests,
      directory: lockstep.directory,
    });
    const id = await lockstep.submit();
    await lockstep.decide(id);
    const expiry = await expiryOf(lockstep, id);
    const sessionsUntil = async () => {
      const { body } = await call(`GET /requests/${id}`);
      return Date.parse((body as { readonly sessionsUntil: string }).sessionsUntil);
    };
    // PowerUser's sessions last an hour.
    expect(await sessionsUntil()).toBe(expiry + HOUR);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
    expect(await sessionsUntil()).toBeGreaterThanOrEqual(expiry + HOUR);
  });
});

describe("CVE-2020-25816 leases that outlive their end", () => {
  it.each(Object.entries(ways))(
    "CVE-2020-25816 leases that outlive their end: %s, the expiry is durable before AWS is asked for anything",
    async (_way, take) => {
      const lockstep = await lockstepUnderTest({ flow: automaticFlow });
      const apply = lockstep.provider.apply.bind(lockstep.provider);
      const found: string[] = [];
      lockstep.provider.apply = async (entitlement) => {
        const record = await lockstep.entitlements.get(entitlementKey(entitlement));
        for (const [id, { expiresAt }] of Object.entries(record?.holders ?? {})) {
          const request = await lockstep.request(id as never);
          expect(request).toMatchObject({ expiresAt });
          expect(Date.parse(expiresAt)).toBeGreaterThan(lockstep.clock.now().getTime());
          found.push(request.status);
        }
        return apply(entitlement);
      };
      await take(lockstep);
      await lockstep.clock.advanceBy(7 * HOUR);
      expect(found.length).toBeGreaterThan(0);
      expect(found).toContain("granting");
      await lockstep.clock.runUntilIdle();
      expect([...lockstep.provider.present]).toEqual([]);
    },
  );

  it("CVE-2020-25816 leases that outlive their end: nothing that grants can be stored without its expiry", () => {
    const pending = { ...aPendingRequest(), activeAt: "2026-01-01T00:00:00.000Z" };
    const { deadline: _deadline, activeAt, ...common } = pending;
    const expiresAt = "2026-01-01T01:00:00.000Z";
    const ending = { reason: "expired" };
    const granting = { ...common, status: "granting" };
    const granted: readonly object[] = [
      granting,
      { ...granting, status: "active", activeAt },
      { ...granting, status: "revoking", ending },
      { ...granting, status: "stuck", ending, lastError: "throttled" },
    ];
    for (const request of granted) {
      expect(AccessRequestSchema.safeParse({ ...request, expiresAt }).success, JSON.stringify(request)).toBe(
        true,
      );
      expect(AccessRequestSchema.safeParse(request).success).toBe(false);
      expect(AccessRequestSchema.safeParse({ ...request, expiresAt: "never" }).success).toBe(false);
    }
    const held = { entitlement: anEntitlement(), version: 1, state: "ours" };
    expect(
      EntitlementRecordSchema.safeParse({ ...held, holders: { [pending.id]: { expiresAt } } }).success,
    ).toBe(true);
    expect(EntitlementRecordSchema.safeParse({ ...held, holders: { [pending.id]: {} } }).success).toBe(false);
  });

  it("CVE-2020-25816 leases that outlive their end: these are all the kinds of grants that there are", () => {
    const kinds = Object.keys(providers({ accessPortalUrl: "https://example.com" } as never));
    expect(kinds).toEqual([powerUser.provider]);
  });
});

/** One request of a random history: who asks when for how long, and when they give it up, if they do (minutes). */
const asks = fc.array(
  fc.record({
    by: fc.constantFrom(alice, carol),
    asGroup: fc.boolean(),
    at: fc.integer({ min: 0, max: 90 }),
    minutes: fc.integer({ min: 1, max: 90 }),
    revokedAfter: fc.option(fc.integer({ min: 0, max: 90 }), { nil: undefined }),
  }),
  { minLength: 2, maxLength: 5 },
);

describe("TEAM #279, #513 overlap", () => {
  it("TEAM #279, #513 overlap: access is there exactly while somebody holds it, whoever comes and goes", async () => {
    await fc.assert(
      fc.asyncProperty(asks, async (history) => {
        const lockstep = await lockstepUnderTest({ flow: automaticFlow });
        const due: { readonly at: number; readonly act: () => Promise<unknown> }[] = history.map((ask) => ({
          at: ask.at,
          act: async () => {
            const principal = ask.asGroup ? { principal: group } : {};
            const id = await lockstep.submit(ask.by, { duration: `PT${String(ask.minutes)}M`, ...principal });
            const { revokedAfter } = ask;
            if (revokedAfter === undefined) return;
            due.push({ at: ask.at + revokedAfter, act: () => lockstep.revoke(id, ask.by) });
          },
        }));
        for (let minute = 0; minute <= 200; minute += 1) {
          for (let one = due.find(({ at }) => at <= minute); one !== undefined;) {
            due.splice(due.indexOf(one), 1);
            await one.act();
            one = due.find(({ at }) => at <= minute);
          }
          await lockstep.clock.advanceBy(0);
          const active = lockstep.requests.all.filter(({ status }) => status === "active");
          const needed = active.flatMap(({ entitlements }) =>
            entitlements.map(({ entitlement }) => entitlementKey(entitlement)),
          );
          expect(new Set(lockstep.provider.present), `minute ${String(minute)}`).toEqual(new Set(needed));
          await lockstep.clock.advanceBy(MINUTE);
        }
        expect(lockstep.requests.all.map(({ status }) => status)).toEqual(history.map(() => "ended"));
      }),
      { numRuns: 25, seed: 279 },
    );
  });

  it("TEAM #279, #513 overlap: what somebody else has does not make a grant fail", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const first = await lockstep.submit(alice, { principal: group });
    const second = await lockstep.submit(carol, { principal: group });
    for (const id of [first, second]) expect(await lockstep.request(id)).toMatchObject({ status: "active" });
  });
});

describe("Teleport #10018 deletion keeps access", () => {
  it("Teleport #10018 deletion keeps access: a request cannot be deleted, and its item has no time to live", () => {
    expect(Routes.filter(({ method, path }) => method === "DELETE" && path.startsWith("/requests"))).toEqual(
      [],
    );
    expect(Object.keys(requestAttributes(aPendingRequest()))).not.toContain("ttl");
  });

  it("Teleport #10018 deletion keeps access: cancelling what is active is refused, and the access still ends", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    await expect(lockstep.cancel(id)).rejects.toMatchObject({ code: "not-cancellable" });
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(HOUR);
    expect(lockstep.has()).toBe(false);
  });

  it("Teleport #10018 deletion keeps access: cancelling what waits for its start grants nothing", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit(alice, { startAt: "2026-01-02T00:00:00.000Z" });
    await lockstep.decide(id);
    await lockstep.cancel(id);
    await lockstep.clock.advanceBy(2 * DAY);
    expect(lockstep.provider.countOf("apply")).toBe(0);
  });

  it("Teleport #10018 deletion keeps access: deleting the flow, the approver, the group or the account's name ends nothing early and keeps nothing", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    for (const flow of await lockstep.flows.list()) await lockstep.flows.delete(flow);
    lockstep.directory.deleteUser(bob.userId);
    lockstep.directory.deleteGroup(engineers);
    await lockstep.clock.advanceBy(HOUR - 1);
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(1);
    expect(lockstep.has()).toBe(false);
  });

  it("Teleport #10018 deletion keeps access: a revoke of what is active removes it, whoever of its parties asks", async () => {
    for (const by of [alice, bob]) {
      const lockstep = await lockstepUnderTest();
      const id = await lockstep.submit();
      await lockstep.decide(id);
      await lockstep.revoke(id, by);
      expect(lockstep.has()).toBe(false);
      expect(await lockstep.request(id)).toMatchObject({ status: "ended", ended: { reason: "revoked", by } });
    }
  });

  it("Teleport #10018 deletion keeps access: deleting a flow deletes no request that it served, and revokes none by itself", async () => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const before = requests.all;
    await call("DELETE /access-flows/prod-power", { claims: { email: "root@example.com" } });
    expect(requests.all).toEqual(before);
    expect((await call(`GET /requests/${id}`)).status).toBe(200);
  });
});
