import { beforeEach, describe, expect, it } from "vitest";
import type {
  AccessRequest,
  RequestedEntitlement,
  RequestIn,
} from "../../../../lambdas/core/domain/access-request.ts";
import { entitlementKey, type Entitlement } from "../../../../lambdas/core/domain/entitlement.ts";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import type { Guardrails } from "../../../../lambdas/core/domain/guardrails.ts";
import { secondsAfter, timestamp, type Timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { grantAccess } from "../../../../lambdas/core/use-cases/grant-access.ts";
import {
  aPendingRequest,
  aPerson,
  aRequestId,
  anAccountId,
  anEntitlement,
} from "../../../support/builders.ts";
import { FakeProvider } from "../../../support/fakes/provider.ts";
import { FakeAccessRequestStore, FakeEntitlementStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { flowStoreWith } from "../../../support/policies.ts";
import { noGuardrails } from "../../../support/guardrails.ts";

/* What an attempt to grant comes to: when it begins, how each entitlement comes out, and what is written of it. */

const SECOND = 1000;
const workflow = { type: "lockstep", name: "workflow" } as const;

let clock: VirtualClock;
let provider: FakeProvider;
let entitlements: FakeEntitlementStore;
let requests: FakeAccessRequestStore;
let room: "ready" | "later";
let notBegin: string | undefined;
let setApart: number[];
let guardrails: Guardrails;
let flows: ReturnType<typeof flowStoreWith>;

beforeEach(() => {
  flows = flowStoreWith();
  guardrails = noGuardrails;
  clock = new VirtualClock();
  provider = new FakeProvider(clock);
  entitlements = new FakeEntitlementStore(clock);
  requests = new FakeAccessRequestStore();
  room = "ready";
  setApart = [];
  notBegin = undefined;
});

const accessIn = (account: number): Entitlement => anEntitlement({ accountId: anAccountId(account) });
const requested = (entitlement: Entitlement): RequestedEntitlement => ({
  entitlement,
  accountName: entitlement.accountId,
  permissionSetName: "PowerUser",
  status: "requested",
  standing: false,
});
/** A request for an hour of these, approved now. */
const approved = (
  list: readonly Entitlement[] = [accessIn(1)],
  overrides: { readonly name?: string; readonly startAt?: Timestamp } = {},
): RequestIn<"approved"> => {
  const { name = "one", startAt } = overrides;
  const pending = aPendingRequest(
    {
      id: aRequestId(name),
      entitlements: list.map(requested),
      ...(startAt !== undefined && { startAt }),
    },
    clock.now(),
  );
  return evolve("RequestApproved", pending, commonOf(pending), { actor: workflow, now: clock.now() });
};
const stored = async <Request extends AccessRequest>(request: Request): Promise<Request> => {
  expect(await requests.create(request)).toBe("written");
  return request;
};
const look = async ({ id }: AccessRequest, enteredAt: Timestamp = timestamp(clock.now())) => {
  const answer = grantAccess({
    requests,
    entitlements,
    providers: { [provider.kind]: provider },
    admission: {
      setApart: (calls) => {
        setApart.push(calls);
        return Promise.resolve(room);
      },
    },
    protectedAccounts: [{ id: anAccountId(9), reason: "listed" }],
    guardrails,
    flows,
    whyNotBegin: () => Promise.resolve(notBegin),
    clock,
  })({ requestId: id, enteredAt }).then(
    (output) => ({ output }),
    (error: unknown) => ({ error: error as Error }),
  );
  await clock.runUntilIdle();
  return answer;
};
const now = async ({ id }: AccessRequest): Promise<AccessRequest> => {
  const found = await requests.get(id);
  if (found === undefined) throw new Error("The request is gone");
  return found;
};
const lastEntry = async (request: AccessRequest) => (await now(request)).trail.at(-1);
const statuses = async (request: AccessRequest) =>
  (await now(request)).entitlements.map(({ status, standing }) => [status, standing]);
const types = () => requests.history.map(({ trail }) => trail.at(-1)?.type);

describe("the beginning of a grant", () => {
  it("fixes the expiry at a whole second, and nobody gets less than they asked for", async () => {
    const request = await stored(approved());
    await clock.advanceBy(1);
    expect(await look(request)).toEqual({
      output: { next: "hold", until: secondsAfter(clock.now(), 3600.999) },
    });
    expect(types()).toEqual(["RequestApproved", "GrantStarted", "AccessGranted"]);
    const expiresAt = secondsAfter(clock.now(), 3600.999);
    expect(requests.history[1]?.trail.at(-1)).toMatchObject({ actor: workflow, details: { expiresAt } });
    expect(await now(request)).toMatchObject({
      status: "active",
      expiresAt,
      activeAt: timestamp(clock.now()),
    });
    expect(await lastEntry(request)).toMatchObject({ actor: workflow, details: { standing: 0 } });
  });

  it("sets three calls apart for each entitlement", async () => {
    await look(await stored(approved([accessIn(1), accessIn(2)])));
    expect(setApart).toEqual([6]);
  });

  it("waits for its start to the tick, and says once that it is scheduled", async () => {
    const startAt = secondsAfter(clock.now(), 600);
    const request = await stored(approved([accessIn(1)], { startAt }));
    expect(await look(request)).toEqual({ output: { next: "start", until: startAt } });
    await clock.advanceTo(new Date(Date.parse(startAt) - 1));
    expect(await look(request)).toEqual({ output: { next: "start", until: startAt } });
    expect(types()).toEqual(["RequestApproved", "RequestScheduled"]);
    expect(setApart).toEqual([]);
    // The machine's timer has ended: it is believed, whatever the function's clock says.
    expect(await look(request, startAt)).toMatchObject({ output: { next: "hold" } });
  });

  it.each<[string, Guardrails, string]>([
    [
      "what is never granted any more",
      { neverGrantable: [{ accounts: [anAccountId(2)], permissionSets: [accessIn(2).permissionSetArn] }] },
      `PowerUser is never granted in account ${anAccountId(2)} (deploy setting guardrails.neverGrantable)`,
    ],
    [
      "what would last longer than anything may by now",
      { neverGrantable: [], maxDurationSeconds: 3599 },
      "it would last PT1H in all, and nothing lasts longer than PT59M59S (deploy setting guardrails.maxDuration)",
    ],
  ])("is not given %s, though it was approved", async (_case, since, message) => {
    const request = await stored(approved([accessIn(1), accessIn(2)]));
    guardrails = since;
    expect(await look(request)).toEqual({ output: { next: "end", until: timestamp(clock.now()) } });
    expect(await now(request)).toMatchObject({ status: "failed", ended: { reason: "refused", message } });
    expect(await lastEntry(request)).toMatchObject({ type: "RequestRefused", details: { message } });
    expect(provider.calls).toEqual([]);
  });

  it("is given nothing in an account that was protected since, and says which", async () => {
    const request = await stored(approved([accessIn(1), accessIn(9)]));
    const message = "nothing may be granted into account 999999999999";
    expect(await look(request)).toEqual({ output: { next: "end", until: timestamp(clock.now()) } });
    expect(await now(request)).toMatchObject({ status: "failed", ended: { reason: "refused", message } });
    expect(await lastEntry(request)).toMatchObject({
      type: "RequestRefused",
      actor: workflow,
      details: { message },
    });
    expect(setApart).toEqual([]);
    expect(provider.calls).toEqual([]);
  });
});

describe("a grant that waits for AWS to have room", () => {
  /** In how many seconds each of thirty requests that began to wait so long ago asks again. */
  const pauses = async (waitedSeconds: number, startAfterSeconds?: number): Promise<readonly number[]> => {
    room = "later";
    const startAt =
      startAfterSeconds === undefined ? undefined : secondsAfter(clock.now(), startAfterSeconds);
    const all: RequestIn<"approved">[] = [];
    for (let index = 0; index < 30; index += 1) {
      const overrides = { name: `waiting ${index}`, ...(startAt !== undefined && { startAt }) };
      all.push(await stored(approved([accessIn(1)], overrides)));
    }
    await clock.advanceBy((waitedSeconds + (startAfterSeconds ?? 0)) * SECOND);
    const seconds: number[] = [];
    for (const request of all) {
      const answer = await look(request);
      if ("error" in answer) throw answer.error;
      expect(answer.output.next).toBe("start");
      seconds.push((Date.parse(answer.output.until) - clock.now().getTime()) / SECOND);
    }
    expect(types()).toEqual(all.map(() => "RequestApproved"));
    expect(provider.calls).toEqual([]);
    return seconds;
  };

  it.each([
    ["at first", 0, undefined, 10, 20],
    ["after 30 seconds", 30, undefined, 15, 30],
    ["after ten minutes", 600, undefined, 30, 60],
    ["at first, when it was for later", 0, 3600, 10, 20],
  ])("asks again %s, not all at once, and its time has not begun", async (_, waited, start, least, most) => {
    const seconds = await pauses(waited, start);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(most + 1);
    expect(Math.max(...seconds) - Math.min(...seconds)).toBeGreaterThanOrEqual((most - least) / 2);
  });
});

describe("an attempt to grant", () => {
  it("writes down which of it was there before", async () => {
    provider.present.add(entitlementKey(accessIn(2)));
    const request = await stored(approved([accessIn(1), accessIn(2)]));
    await look(request);
    expect(await statuses(request)).toEqual([
      ["granted", false],
      ["granted", true],
    ]);
    expect(await lastEntry(request)).toMatchObject({ type: "AccessGranted", details: { standing: 1 } });
  });

  it("takes back what it was given when AWS refuses a part, after all of it has ended", async () => {
    const request = await stored(approved([accessIn(1), accessIn(2)]));
    const apply = provider.apply.bind(provider);
    provider.apply = async (entitlement) => {
      if (entitlement.accountId === anAccountId(1)) return { outcome: "refused", reason: "no such role" };
      await clock.sleep(30 * SECOND);
      return apply(entitlement);
    };
    const answer = await look(request);
    expect(answer).toEqual({ output: { next: "revoke", until: timestamp(clock.now()) } });
    expect(await now(request)).toMatchObject({
      status: "revoking",
      ending: { reason: "grant-failed", message: "no such role" },
      entitlements: [{ status: "failed", message: "no such role" }, { status: "granted" }],
    });
    expect(await lastEntry(request)).toMatchObject({
      type: "RevocationStarted",
      actor: workflow,
      details: { reason: "grant-failed", message: "no such role" },
    });
  });

  it("is repeated while a part has not ended, unless another part was refused", async () => {
    const request = await stored(approved([accessIn(1), accessIn(2)]));
    const outcomes = { [anAccountId(1)]: "unfinished", [anAccountId(2)]: "done" };
    provider.apply = ({ accountId }) =>
      Promise.resolve(
        outcomes[accountId] === "done"
          ? { outcome: "done" }
          : { outcome: outcomes[accountId] as "refused", reason: `${String(outcomes[accountId])} by AWS` },
      );
    const failure = { name: "GrantUnfinished", message: "unfinished by AWS" };
    expect(await look(request)).toMatchObject({ error: failure });
    expect((await now(request)).status).toBe("granting");
    outcomes[anAccountId(2)] = "refused";
    provider.present.clear();
    expect(await look(request)).toMatchObject({ output: { next: "revoke" } });
    expect(await statuses(request)).toEqual([
      ["requested", false],
      ["failed", false],
    ]);
  });

  it("that took as long as the access was to last is taken back", async () => {
    const request = await stored(approved());
    const apply = provider.apply.bind(provider);
    provider.apply = async (entitlement) => {
      await clock.sleep(3600 * SECOND);
      return apply(entitlement);
    };
    expect(await look(request)).toMatchObject({ output: { next: "revoke" } });
    const message = "the grant took longer than the access was to last";
    expect(await now(request)).toMatchObject({
      status: "revoking",
      ending: { reason: "grant-failed", message },
    });
  });

  it("that ends a tick before its expiry is active for that tick", async () => {
    const request = await stored(approved());
    const apply = provider.apply.bind(provider);
    provider.apply = async (entitlement) => {
      await clock.sleep(3600 * SECOND - 1);
      return apply(entitlement);
    };
    expect(await look(request)).toMatchObject({ output: { next: "hold" } });
    expect((await now(request)).status).toBe("active");
  });
});

describe("an attempt whose outcome is written while somebody else writes", () => {
  const bob = aPerson("bob");
  const revocation = { reason: "revoked", by: bob, message: "wrong account" } as const;
  /** Somebody asks for the end `times` times, each just before the outcome is written. */
  const endedBefore = (times: number): void => {
    const replace = requests.replace.bind(requests);
    let asked = 0;
    requests.replace = async (next, from) => {
      const isOutcome = next.status === "active" || next.status === "revoking";
      if (isOutcome && asked < times) {
        asked += 1;
        const current = await now(next);
        if (current.status !== "granting") throw new Error("Nothing is being granted");
        const draft = { ...commonOf(current), expiresAt: current.expiresAt, revocation };
        const occasion = { actor: { type: "user", userId: bob.userId } as const, now: clock.now() };
        await replace(evolve("RevocationRequested", current, draft, occasion), ["granting"]);
      }
      return replace(next, from);
    };
  };

  it("never becomes active: it ends as somebody asked, with what was granted known", async () => {
    const request = await stored(approved());
    endedBefore(1);
    expect(await look(request)).toEqual({ output: { next: "revoke", until: timestamp(clock.now()) } });
    expect(await now(request)).toMatchObject({
      status: "revoking",
      ending: revocation,
      entitlements: [{ status: "granted" }],
    });
    expect(await lastEntry(request)).toMatchObject({
      details: { reason: "revoked", message: "wrong account" },
    });
  });

  it("is written at the third time, and left to the next look after that", async () => {
    const request = await stored(approved());
    endedBefore(2);
    expect(await look(request)).toMatchObject({ output: { next: "revoke" } });
    const second = await stored(approved([accessIn(1)], { name: "two" }));
    endedBefore(3);
    const message = `Request ${second.id} changed while its grant ended`;
    expect(await look(second)).toMatchObject({ error: { name: "ConcurrentModification", message } });
  });

  it("stops where another execution has ended the attempt", async () => {
    const request = await stored(approved());
    const replace = requests.replace.bind(requests);
    requests.replace = async (next, from) => {
      const current = await now(next);
      if (next.status === "active" && current.status === "granting") {
        const draft = { ...commonOf(current), expiresAt: current.expiresAt, ending: revocation };
        const occasion = { actor: workflow, now: clock.now() };
        await replace(evolve("RevocationStarted", current, draft, occasion), ["granting"]);
      }
      return replace(next, from);
    };
    expect(await look(request)).toMatchObject({ error: { name: "ConcurrentModification" } });
    expect(types().at(-1)).toBe("RevocationStarted");
  });
});
