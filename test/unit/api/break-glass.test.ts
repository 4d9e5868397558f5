import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { commonOf, evolve } from "../../../lambdas/core/domain/evolve.ts";
import { timestamp, type FlowName, type RequestId, type RotaName } from "../../../lambdas/core/domain/ids.ts";
import { aFlow, aGroupId, anAccountId } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import {
  alice,
  apiUnderTest,
  bob,
  carol,
  erin,
  frank,
  leads,
  mallory,
  root,
  type ApiUnderTest,
} from "./world.ts";

/** Alice's emergencies: an hour of PowerUser at once, watched by carol and the payments leads, reviewed within a day. */
const emergency: AccessFlow = aFlow({
  name: "break-glass" as FlowName,
  approval: { steps: [] },
  duration: { max: "PT1H", maxSeconds: 3600 },
  breakGlass: {
    reviewWithinSeconds: 24 * 3600,
    watchers: [
      { type: "user", id: carol.userId, name: "carol" },
      { type: "group", id: leads, name: "payments-leads" },
    ],
  },
});

const lockstep = { type: "lockstep", name: "workflow" } as const;

const world = async (...given: Parameters<typeof apiUnderTest>) => {
  const api = await apiUnderTest(...given);
  await api.flows.put(emergency);
  const { call, clock, requests } = api;
  const ask = { ...api.ask, breakGlass: true };
  const stored = async (id: string): Promise<AccessRequest> => {
    const found = await requests.get(id as RequestId);
    if (found === undefined) throw new Error(`There is no request ${id}`);
    return found;
  };
  return {
    ...api,
    ask,
    stored,
    use: (options = {}) => api.submit({ body: ask, ...options }),
    /** The workflow's part: the access is granted, and ends an hour later. */
    endAccess: async (id: string) => {
      const approved = await stored(id);
      if (approved.status !== "approved") throw new Error(`It is ${approved.status}`);
      const at = { actor: lockstep, now: clock.now() };
      const expiresAt = timestamp(new Date(clock.now().getTime() + 3_600_000));
      const granting = evolve("GrantStarted", approved, { ...commonOf(approved), expiresAt }, at);
      const activeAt = timestamp(clock.now());
      const granted = { ...commonOf(granting), activeAt, expiresAt };
      const active = evolve("AccessGranted", granting, granted, at);
      await clock.advanceBy(3_600_000);
      const late = { actor: lockstep, now: clock.now() };
      const revoking = evolve(
        "RevocationStarted",
        active,
        { ...granted, ending: { reason: "expired" } },
        late,
      );
      const ended = { reason: "expired" as const, at: timestamp(clock.now()) };
      const over = evolve("AccessEnded", revoking, { ...granted, ended }, late);
      for (const next of [granting, active, revoking, over]) {
        const { status } = await stored(id);
        expect(await requests.replace(next, [status])).toBe("written");
      }
    },
    review: (id: string, options: Parameters<ApiUnderTest["call"]>[1] = {}) =>
      call(`POST /requests/${id}/review`, {
        as: carol,
        body: { outcome: "justified", comment: "the payments were down" },
        ...options,
      }),
    list: async (query = "", as = erin) => {
      const { body } = await call(`GET /break-glass${query}`, { as });
      return (body as { readonly items: readonly { readonly id: string }[] }).items;
    },
  };
};

describe("an ask in an emergency", () => {
  it("is approved at once and loudly, and keeps what the flow promised then", async () => {
    const { call, ask, flows, stored } = await world();
    const { status, body } = await call("POST /requests", { body: ask });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: "approved",
      flow: "break-glass",
      breakGlass: {
        reviewWithin: "PT24H",
        watchers: [{ name: "carol" }, { name: "payments-leads" }],
      },
    });
    const { id } = body as { readonly id: string };
    expect((await stored(id)).trail).toMatchObject([{ type: "BreakGlassUsed", status: "approved" }]);
    await flows.put({ ...emergency, version: 2, breakGlass: { reviewWithinSeconds: 60, watchers: [] } });
    expect((await call(`GET /requests/${id}`)).body).toMatchObject({
      breakGlass: { reviewWithin: "PT24H", watchers: [{ name: "carol" }, { name: "payments-leads" }] },
    });
  });

  it("begins at once: a later start is refused", async () => {
    const { call, clock, ask } = await world();
    const startAt = timestamp(new Date(clock.now().getTime() + 3_600_000));
    const problem = problemIn(await call("POST /requests", { body: { ...ask, startAt } }));
    expect(problem).toMatchObject({ code: "start-out-of-bounds", errors: [{ pointer: "/startAt" }] });
  });

  it("is nothing without a flow for emergencies, and such a flow is nothing without it", async () => {
    const { call, ask, submit, stored, flows } = await world();
    const plain = await stored(await submit({ body: { ...ask, breakGlass: false } }));
    expect(plain).toMatchObject({ status: "pending", flow: { name: "prod-power" } });
    expect(plain).not.toHaveProperty("breakGlass");
    const [written] = await flows.list();
    expect(written?.name).toBe("break-glass");
    await flows.put({ ...emergency, version: 2, active: false });
    expect(problemIn(await call("POST /requests", { body: ask }))).toMatchObject({
      code: "no-matching-flow",
    });
  });
});

describe("a review", () => {
  it.each([
    ["a watcher", carol],
    ["a member of a watching group", bob],
    ["an auditor", erin],
    ["an administrator", root],
  ])("is for %s, when the access is over, once", async (_who, reviewer) => {
    const { use, endAccess, review, stored } = await world();
    const id = await use();
    expect(problemIn(await review(id, { as: reviewer }))).toMatchObject({ status: 409, code: "not-over" });
    await endAccess(id);
    const { status, body } = await review(id, { as: reviewer });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "ended",
      review: { by: { userId: reviewer.userId }, outcome: "justified", comment: "the payments were down" },
    });
    expect((await stored(id)).trail.at(-1)).toMatchObject({
      type: "AccessReviewed",
      actor: { type: "user", userId: reviewer.userId },
      details: { outcome: "justified", comment: "the payments were down" },
    });
    expect(problemIn(await review(id, { as: erin }))).toMatchObject({
      status: 409,
      code: "already-reviewed",
    });
  });

  it("is never for who asked, even as a watcher or an administrator", async () => {
    const { use, endAccess, review, directory, flows } = await world();
    const watchers = [{ type: "user" as const, id: alice.userId, name: "alice" }];
    await flows.put({ ...emergency, version: 2, breakGlass: { reviewWithinSeconds: 60, watchers } });
    const id = await use();
    await endAccess(id);
    expect(problemIn(await review(id, { as: alice }))).toMatchObject({ status: 403, code: "self-review" });
    directory.addGroup({
      groupId: aGroupId("platform-admins"),
      displayName: "platform-admins",
      members: [root.userId, alice.userId],
    });
    expect(problemIn(await review(id, { as: alice }))).toMatchObject({ status: 403, code: "self-review" });
  });

  it("is never for who got the access through a group", async () => {
    const { use, endAccess, review, ask } = await world();
    const principal = { type: "GROUP", name: "payments-engineers" };
    const id = await use({ body: { ...ask, principal } });
    await endAccess(id);
    // Carol watches, and is a payments engineer.
    expect(problemIn(await review(id, { as: carol }))).toMatchObject({ status: 403, code: "self-review" });
    expect((await review(id, { as: bob })).status).toBe(200);
  });

  it("is not for whoever was of the group that got it, and has left since", async () => {
    const { ask, use, endAccess, review, directory, stored } = await world();
    const id = await use({
      body: { ...ask, principal: { type: "GROUP", name: "payments-engineers" } },
    });
    expect((await stored(id)).breakGlass?.members?.toSorted()).toEqual(
      [alice.userId, carol.userId].toSorted(),
    );
    await endAccess(id);
    directory.leave(carol.userId, aGroupId("payments-engineers"));
    expect(problemIn(await review(id, { as: carol }))).toMatchObject({ status: 403, code: "self-review" });
    expect((await review(id, { as: bob })).status).toBe(200);
  });

  it("is for nobody else: they do not learn that there is something to review", async () => {
    const { use, endAccess, review } = await world();
    const id = await use();
    await endAccess(id);
    for (const as of [mallory, frank])
      expect(problemIn(await review(id, { as }))).toMatchObject({ status: 404, code: "not-found" });
  });

  it("is for emergencies alone", async () => {
    const { submit, review } = await world();
    const api = await world();
    const id = await api.submit({ body: { ...api.ask, breakGlass: false } });
    expect(problemIn(await api.review(id, { as: root }))).toMatchObject({ code: "review-not-needed" });
    const plain = await submit({ body: { ...api.ask, breakGlass: false } });
    // Carol watches emergencies, and sees no other request.
    expect(problemIn(await review(plain))).toMatchObject({ code: "not-found" });
  });

  it("may be of what nothing came of: it was asked for past everybody", async () => {
    const { call, use, review, stored } = await world();
    const id = await use();
    await call(`POST /requests/${id}/cancel`);
    const { body } = await review(id, { body: { outcome: "not-justified", comment: "no incident then" } });
    expect(body).toMatchObject({ status: "cancelled", review: { outcome: "not-justified" } });
    expect((await stored(id)).trail.at(-1)).toMatchObject({ type: "CancelledAccessReviewed" });
  });

  it("that is sent again with its key is answered again, and with another body refused", async () => {
    const { use, endAccess, review, stored } = await world();
    const id = await use();
    await endAccess(id);
    const headers = { "idempotency-key": "review-1" };
    await review(id, { headers });
    const { version } = await stored(id);
    expect(await review(id, { headers })).toMatchObject({ status: 200, body: { version } });
    const other = { outcome: "not-justified", comment: "on second thoughts" };
    expect(problemIn(await review(id, { headers, body: other }))).toMatchObject({
      code: "idempotency-key-reused",
    });
  });

  it("says why: a comment has to be there", async () => {
    const { use, endAccess, review } = await world();
    const id = await use();
    await endAccess(id);
    expect(problemIn(await review(id, { body: { outcome: "justified" } }))).toMatchObject({
      code: "invalid-body",
    });
  });
});

describe("a watcher", () => {
  it("sees the emergency from the beginning, and ends nothing of it", async () => {
    const { call, use } = await world();
    const id = await use();
    for (const as of [carol, bob]) {
      expect((await call(`GET /requests/${id}`, { as })).status).toBe(200);
      expect((await call(`GET /requests/${id}/events`, { as })).status).toBe(200);
      expect(problemIn(await call(`POST /requests/${id}/cancel`, { as }))).toMatchObject({
        code: "not-requester",
      });
    }
    expect((await call(`GET /requests/${id}`, { as: mallory })).status).toBe(404);
  });
});

describe("the list of emergencies", () => {
  it("shows what nobody has reviewed from its beginning, by when it is due, and what is overdue", async () => {
    const { use, endAccess, list, clock } = await world();
    const first = await use();
    expect(await list()).toMatchObject([{ id: first, status: "approved", overdue: false }]);
    await endAccess(first);
    const endedAt = clock.now().getTime();
    await clock.advanceBy(24 * 3_600_000 - 1);
    const second = await use();
    const reviewBy = timestamp(new Date(endedAt + 24 * 3_600_000));
    expect(await list()).toMatchObject([
      { id: first, status: "ended", reviewBy, overdue: false },
      { id: second, overdue: false },
    ]);
    await clock.advanceBy(1);
    expect(await list()).toMatchObject([
      {
        id: first,
        overdue: true,
        requester: alice,
        flow: "break-glass",
        entitlements: [{ account: { id: anAccountId(2) } }],
        watchers: [{ name: "carol" }, { name: "payments-leads" }],
      },
      { id: second, overdue: false },
    ]);
  });

  it("moves what was reviewed to the others, newest first", async () => {
    const { use, endAccess, review, list } = await world();
    const [first, second] = [await use(), await use()];
    await endAccess(first);
    await review(first);
    const ids = async (query: string) => (await list(query)).map(({ id }) => id);
    expect(await ids("")).toEqual([second]);
    expect(await ids("?status=reviewed")).toEqual([first]);
    expect((await ids("?status=all")).toSorted()).toEqual([first, second].toSorted());
    expect(await list("?status=reviewed")).toMatchObject([
      { overdue: false, review: { outcome: "justified" } },
    ]);
  });

  it("does not tell what was said: the request itself is for its parties", async () => {
    const { use, list } = await world();
    await use();
    expect(JSON.stringify(await list("", erin))).not.toContain("incident 42");
  });

  it("is for auditors and administrators alone", async () => {
    const { call } = await world();
    // Whoever writes access flows reads nobody's requests.
    for (const as of [alice, frank]) {
      expect(problemIn(await call("GET /break-glass", { as }))).toMatchObject({ code: "role-missing" });
    }
    expect(problemIn(await call("GET /break-glass?status=none", { as: erin }))).toMatchObject({
      code: "invalid-query",
    });
  });
});

describe("what is refused where a flow for emergencies covers it", () => {
  const again = 'In an emergency, ask again with "breakGlass": true';
  const leadsAlone = { type: "group" as const, id: leads, name: "payments-leads" };

  /** No other flow is for alice; how the refusal ends, and what a dry run says of emergencies. */
  const told = async (overrides: Partial<AccessFlow> = {}, asked: object = {}, as = alice) => {
    const { flows, call, ask } = await world();
    for (const flow of await flows.list()) await flows.delete(flow);
    await flows.put(aFlow({ requestors: leadsAlone }));
    await flows.put({ ...emergency, ...overrides });
    const body = { ...ask, breakGlass: false, ...asked };
    const { status, detail } = problemIn(await call("POST /requests", { body, as }));
    expect(status).toBe(403);
    const dry = (await call("POST /requests?dryRun=true", { body, as })).body as { inEmergency?: string };
    if (dry.inEmergency !== undefined) expect(detail.endsWith(`. ${dry.inEmergency}`)).toBe(true);
    else expect(detail).not.toContain("ask again");
    return dry.inEmergency;
  };

  it("says to whom the flow is for that they can ask again, and that serves them", async () => {
    expect(await told()).toBe(`${again}: access flow break-glass is for that.`);
    const { call, ask, flows } = await world();
    for (const flow of await flows.list()) if (flow.name !== emergency.name) await flows.delete(flow);
    expect((await call("POST /requests", { body: ask })).status).toBe(201);
  });

  it("promises nothing, and names no flow, where the request would have to be another one", async () => {
    // It asks for less than this.
    expect(await told({}, { duration: "PT8H" })).toBe(
      `${again}: an access flow for that covers it, and may serve you.`,
    );
  });

  it("says nothing to others, of what it does not cover or does not serve, or of access that is asked for ahead", async () => {
    expect(await told({}, {}, mallory)).toBeUndefined();
    // Whether she is on call was not looked up: most who are told would not be.
    const requestors = { type: "on-call" as const, rota: "payments" as RotaName };
    expect(await told({ requestors })).toBeUndefined();
    expect(await told({ unconfirmedEditors: [alice.userId] })).toBeUndefined();
    expect(await told({ targets: [] })).toBeUndefined();
    expect(await told({ active: false })).toBeUndefined();
    expect(await told({}, { startAt: "2026-01-02T00:00:00Z" })).toBeUndefined();
  });

  it("says nothing where what is in the way is nothing that one can ask otherwise: the hour, and how long sessions are", async () => {
    // The clock stands on a Thursday.
    const weekend = {
      days: ["saturday", "sunday"],
      from: "00:00",
      to: "24:00",
      timeZone: "UTC",
    } as never;
    expect(await told({ timeframe: weekend })).toBeUndefined();
    expect(await told({ settings: { ...emergency.settings, maxSessionSeconds: 60 } })).toBeUndefined();
  });

  it.each([
    ["a second factor", { mfaRequired: true }],
    ["another justification", { justificationPattern: "INC-\\d+" }],
    ["a ticket", { ticketPattern: "OPS-\\d+" }],
  ])("promises nothing, and says that it may serve, where %s is missing", async (_what, settings) => {
    expect(await told({ settings: { ...emergency.settings, ...settings } })).toBe(
      `${again}: an access flow for that covers it, and may serve you.`,
    );
  });

  it("sends nobody round the approval who forgot what the flow asks for", async () => {
    const { flows, call, ask } = await world();
    for (const flow of await flows.list()) await flows.delete(flow);
    await flows.put(emergency);
    await flows.put(aFlow({ settings: { ...aFlow().settings, ticketPattern: "OPS-\\d+" } }));
    const body = { ...ask, breakGlass: false };
    const { code, detail } = problemIn(await call("POST /requests", { body, as: alice }));
    expect(code).toBe("ticket-required");
    expect(detail).not.toContain("breakGlass");
  });

  it("says nothing where an emergency would be refused, too", async () => {
    const { flows, call, ask } = await world({
      protectedAccounts: [{ id: anAccountId(2), reason: "listed" }],
    });
    for (const flow of await flows.list()) await flows.delete(flow);
    await flows.put(emergency);
    const body = { ...ask, breakGlass: false };
    const dry = (await call("POST /requests?dryRun=true", { body, as: alice })).body;
    expect(dry).toMatchObject({ allowed: false, code: "protected-account" });
    expect(dry).not.toHaveProperty("inEmergency");
  });
});
