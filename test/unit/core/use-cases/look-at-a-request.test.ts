import { beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest, RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { grantAccess } from "../../../../lambdas/core/use-cases/grant-access.ts";
import { revokeAccess } from "../../../../lambdas/core/use-cases/revoke-access.ts";
import { aPendingRequest, anAccountId, anActiveRequest, everyEndOf } from "../../../support/builders.ts";
import { FakeProvider } from "../../../support/fakes/provider.ts";
import { FakeEntitlementStore } from "../../../support/fakes/stores.ts";
import { FakeTurns } from "../../../support/fakes/turns.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { flowStoreWith } from "../../../support/policies.ts";
import { noGuardrails } from "../../../support/guardrails.ts";

/*
 * What one look of the workflow at a request comes to, in each of its statuses: where there is nothing to do, nothing is
 * written and no call is made, and the machine goes where the item says.
 */

const made = new Date("2026-01-01T00:00:00.000Z");
const pending = aPendingRequest({}, made);
const active = anActiveRequest();
const common = { ...commonOf(pending), version: 1, trail: pending.trail };
const ending = { reason: "expired" } as const;
const over = everyEndOf(active);
const stuck: RequestIn<"stuck"> = { ...active, status: "stuck", ending, lastError: "Conflict" };

let clock: VirtualClock;
let provider: FakeProvider;
let entitlements: FakeEntitlementStore;
let written: AccessRequest[];

beforeEach(() => {
  clock = new VirtualClock(made);
  provider = new FakeProvider(clock);
  entitlements = new FakeEntitlementStore(clock);
  written = [];
});

/** The ports, with this request in the table. */
const dependenciesWith = (request: AccessRequest | undefined) => ({
  requests: {
    get: () => Promise.resolve(written.at(-1) ?? request),
    replace: (next: AccessRequest) => {
      written.push(next);
      return Promise.resolve("written" as const);
    },
  } as never,
  entitlements,
  index: entitlements,
  turns: new FakeTurns(clock),
  providers: { [provider.kind]: provider },
  admission: { setApart: () => Promise.resolve("ready" as const) },
  protectedAccounts: [{ id: anAccountId(9), reason: "listed" as const }],
  guardrails: noGuardrails,
  flows: flowStoreWith(),
  whyNotBegin: () => Promise.resolve(undefined),
  clock,
});
const look = { requestId: active.id, enteredAt: timestamp(made) };
const grant = (request: AccessRequest | undefined) => grantAccess(dependenciesWith(request))(look);
const revoke = (request: AccessRequest | undefined, begin: "approval" | "grant" | "revoke" = "approval") =>
  revokeAccess(dependenciesWith(request))({ ...look, begin });
const nothingHappened = () => {
  expect(written).toEqual([]);
  expect(provider.calls).toEqual([]);
};

describe("a look before the access", () => {
  it.each(over)("ends with a request that is over: $status", async (request) => {
    expect(await grant(request)).toEqual({ next: "end", until: timestamp(made) });
    nothingHappened();
  });

  it("ends with a request that does not exist, or is another execution's to revoke", async () => {
    for (const request of [undefined, stuck])
      expect(await grant(request)).toEqual({ next: "end", until: timestamp(made) });
    nothingHappened();
  });

  it("waits for the decision until its deadline, and lapses at it", async () => {
    expect(await grant(pending)).toEqual({ next: "approval", until: pending.deadline });
    nothingHappened();
    await clock.advanceTo(new Date(pending.deadline));
    expect(await grant(pending)).toEqual({ next: "end", until: pending.deadline });
    expect(written).toMatchObject([
      { status: "lapsed", ended: { reason: "lapsed", message: "nobody decided in time" } },
    ]);
  });

  it("holds access that is active, and goes on with what is being revoked", async () => {
    expect(await grant(active)).toEqual({ next: "hold", until: active.expiresAt });
    const revoking: AccessRequest = { ...active, status: "revoking", ending };
    expect(await grant(revoking)).toEqual({ next: "revoke", until: timestamp(made) });
    nothingHappened();
  });

  it("schedules what is for later once, and waits for its start", async () => {
    const startAt = secondsAfter(made, 600);
    const approved: AccessRequest = { ...common, status: "approved", startAt };
    expect(await grant(approved)).toEqual({ next: "start", until: startAt });
    expect(written).toMatchObject([{ status: "scheduled", startAt }]);
    expect(await grant(undefined)).toEqual({ next: "start", until: startAt });
    expect(written).toHaveLength(1);
    expect(provider.calls).toEqual([]);
  });

  it("refuses what is not what was approved", async () => {
    const changed: AccessRequest = { ...common, status: "approved", durationSeconds: 7200 };
    expect(await grant(changed)).toEqual({ next: "end", until: timestamp(made) });
    const message = "the request is not what was approved";
    expect(written).toMatchObject([{ status: "failed", ended: { reason: "refused", message } }]);
    expect(written[0]?.trail.at(-1)?.details).toEqual({ message });
    expect(provider.calls).toEqual([]);
  });

  it("gives nothing any more once somebody has ended it, or its time is over", async () => {
    const granting: RequestIn<"granting"> = {
      ...common,
      status: "granting",
      expiresAt: secondsAfter(made, 60),
    };
    const revocation = { reason: "revoked", at: timestamp(made), by: pending.requester } as const;
    expect(await grant({ ...granting, revocation })).toEqual({ next: "revoke", until: timestamp(made) });
    await clock.advanceTo(new Date(granting.expiresAt));
    expect(await grant(granting)).toEqual({ next: "revoke", until: granting.expiresAt });
    expect(provider.calls).toEqual([]);
  });
});

describe("a look at the end of the access", () => {
  it.each(over)("ends with a request that is over: $status", async (request) => {
    expect(await revoke(request)).toEqual({ next: "end", until: timestamp(made) });
    nothingHappened();
  });

  it("ends with a request that does not exist", async () => {
    expect(await revoke(undefined)).toEqual({ next: "end", until: timestamp(made) });
    nothingHappened();
  });

  it.each<AccessRequest>([
    pending,
    { ...common, status: "approved" },
    { ...common, status: "scheduled", startAt: secondsAfter(made, 60) },
  ])("looks again at one that has not begun: $status", async (request) => {
    const answer = await revoke(request);
    expect(answer.next).toBe("look");
    expect(answer.until > timestamp(made)).toBe(true);
    nothingHappened();
  });

  it("holds access until its expiry, and not a tick longer", async () => {
    await clock.advanceTo(new Date(Date.parse(active.expiresAt) - 1));
    expect(await revoke(active)).toEqual({ next: "hold", until: active.expiresAt });
    nothingHappened();
    await clock.advanceBy(1);
    const answer = await revoke(active);
    expect(answer.next).toBe("end");
    expect(written.map(({ status }) => status)).toEqual(["revoking", "ended"]);
  });

  it("leaves an attempt to grant its time when another execution comes by, and takes its own back at once", async () => {
    const granting: RequestIn<"granting"> = {
      ...common,
      status: "granting",
      expiresAt: secondsAfter(made, 3600),
    };
    expect(await revoke(granting, "revoke")).toEqual({ next: "hold", until: secondsAfter(made, 400) });
    nothingHappened();
    expect((await revoke(granting, "approval")).next).toBe("end");
    expect(written.map(({ status }) => status)).toEqual(["revoking", "failed"]);
  });

  it("tries one that is stuck again", async () => {
    expect((await revoke(stuck)).next).toBe("end");
    expect(written.map(({ trail }) => trail.at(-1)?.type)).toEqual(["RevocationRetried", "AccessEnded"]);
  });
});

describe("the same look again", () => {
  it("writes nothing a second time", async () => {
    await clock.advanceTo(new Date(active.expiresAt));
    await revoke(active);
    const before = written.length;
    expect((await revoke(undefined)).next).toBe("end");
    expect(written).toHaveLength(before);
    expect(provider.countOf("remove")).toBe(0);
  });
});
