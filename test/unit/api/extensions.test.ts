import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import type { RequestIn } from "../../../lambdas/core/domain/access-request.ts";
import type { RequestId, Timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { Organization } from "../../../lambdas/core/ports/directory.ts";
import { recordTransition } from "../../../lambdas/core/use-cases/record-transition.ts";
import {
  aFlow,
  aGroupId,
  aPendingRequest,
  aPermissionSetArn,
  aRequestId,
  anAccountId,
  anActiveRequest,
} from "../../support/builders.ts";
import { FakeEventPublisher } from "../../support/fakes/event-publisher.ts";
import { FakeAuditTrail } from "../../support/fakes/stores.ts";
import { problemIn } from "./problems.ts";
import {
  alice,
  apiUnderTest,
  bob,
  carol,
  erin,
  leads,
  mallory,
  root,
  type Answer,
  type ApiUnderTest,
} from "./world.ts";

const { id } = anActiveRequest();
const engineers = aGroupId("payments-engineers");
const more = { duration: "PT1H", justification: "not done yet" };
const HOUR = 3_600_000;

/** When the extension that waits was asked for, as the answer shows it. */
const askedAtIn = ({ body }: Answer): string | undefined =>
  (body as { readonly extension?: { readonly askedAt: string } }).extension?.askedAt;

/** Alice's active request until 01:00, under a flow that lets it be extended twice, by two hours at most each time. */
const world = async (
  options: {
    readonly settings?: Partial<AccessFlow["settings"]>;
    readonly flow?: Partial<AccessFlow>;
    readonly request?: Partial<RequestIn<"active">>;
    readonly ports?: Parameters<typeof apiUnderTest>[0];
  } = {},
) => {
  const api = await apiUnderTest(options.ports);
  const settings = {
    requesterCanApproveSelf: false,
    maxExtensions: 2,
    extensionSeconds: 2 * 3600,
    ...options.settings,
  };
  await api.flows.put({ ...aFlow({ ...options.flow, settings }), version: 2 });
  await api.requests.create(anActiveRequest(options.request));
  /** The extension that waited when somebody looked last: a decision names it. */
  let seen: string | undefined;
  const extend = async (body: unknown = more, as = alice, key?: string) => {
    const answer = await api.call(`POST /requests/${id}/extend`, {
      as,
      body,
      ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
    });
    seen = askedAtIn(answer) ?? seen;
    return answer;
  };
  const decide = (decision: "approve" | "reject", as = bob, key?: string) =>
    api.call(`POST /requests/${id}/decisions`, {
      as,
      body: { decision, ...(seen === undefined ? {} : { extension: seen }) },
      ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
    });
  const types = () => api.requests.history.flatMap(({ trail }) => trail.at(-1)?.type ?? []).slice(1);
  return { ...api, api, extend, decide, types };
};

const automatic = { settings: { extensionNeedsApproval: false } };

describe("POST /requests/{id}/extend without approval", () => {
  it("moves the expiry from where it is, at once", async () => {
    const { extend, clock, types, workflow } = await world(automatic);
    await clock.advanceBy(HOUR / 2);
    const { status, body } = await extend();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "active",
      duration: "PT1H",
      expiresAt: "2026-01-01T02:00:00.000Z",
      extensions: [
        {
          by: alice,
          ...more,
          at: "2026-01-01T00:30:00.000Z",
          expiresAt: "2026-01-01T02:00:00.000Z",
          decisions: [],
        },
      ],
    });
    expect(types()).toEqual(["AccessExtended"]);
    // The execution that sleeps until the old expiry needs no word of it.
    expect(workflow.started.size + workflow.woken.length).toBe(0);
  });

  it("goes for a flow without approval steps, whatever its settings say", async () => {
    const { extend, types } = await world({
      settings: { extensionNeedsApproval: true },
      flow: { approval: { steps: [] } },
    });
    expect((await extend()).status).toBe(200);
    expect(types()).toEqual(["AccessExtended"]);
  });

  it("answers a repeated call as before; without its key it is another extension", async () => {
    const { extend, requests } = await world(automatic);
    const first = await extend(more, alice, "once");
    expect((await extend(more, alice, "once")).body).toEqual(first.body);
    expect(requests.history).toHaveLength(2);
    expect(problemIn(await extend({ ...more, duration: "PT2H" }, alice, "once"))).toMatchObject({
      code: "idempotency-key-reused",
    });
    expect((await extend()).body).toMatchObject({ expiresAt: "2026-01-01T03:00:00.000Z" });
    expect(problemIn(await extend())).toMatchObject({ status: 409, code: "too-many-extensions" });
  });

  it("says in the trail what was asked for and why, and in the event neither why nor who is called what", async () => {
    const { extend, requests } = await world(automatic);
    await extend();
    const [extended] = requests.all;
    if (extended === undefined) throw new Error("no request");
    const events = new FakeEventPublisher();
    await recordTransition({ audit: new FakeAuditTrail(), events })(extended);
    expect(extended.trail.at(-1)?.details).toEqual({
      ...more,
      flow: "prod-power",
      flowVersion: 2,
      expiresAt: "2026-01-01T02:00:00.000Z",
    });
    expect(events.published).toMatchObject([
      { type: "AccessExtended", detail: { expiresAt: "2026-01-01T02:00:00.000Z" } },
    ]);
    expect(JSON.stringify(events.published)).not.toMatch(/not done yet|alice|approvers/);
  });
});

describe("POST /requests/{id}/extend with approval", () => {
  it("waits in the active request, and leaves the expiry alone until somebody approves", async () => {
    const { extend, decide, types, workflow, wakeups } = await world();
    await wakeups.put({
      requestId: id,
      taskToken: "a token of the wait for approval",
      enteredAt: "2026-01-01T00:00:00.000Z" as Timestamp,
      retryCount: 0,
      expiresAt: "2026-01-09T00:00:00.000Z" as Timestamp,
    });
    expect((await extend()).body).toMatchObject({
      status: "active",
      expiresAt: "2026-01-01T01:00:00.000Z",
      extension: {
        by: alice,
        ...more,
        askedAt: "2026-01-01T00:00:00.000Z",
        approval: {
          deadline: "2026-01-01T01:00:00.000Z",
          steps: [{ anyOf: [{ name: "payments-leads" }], within: "PT24H" }],
          decisions: [],
        },
      },
    });
    const { body } = await decide("approve");
    expect(body).toMatchObject({
      status: "active",
      expiresAt: "2026-01-01T02:00:00.000Z",
      extensions: [{ by: alice, decisions: [{ by: bob, decision: "approve" }] }],
    });
    expect(body).not.toHaveProperty("extension");
    expect(types()).toEqual(["ExtensionRequested", "AccessExtended"]);
    expect(workflow.woken).toEqual([]);
  });

  it("is gone after a rejection, which does not count as an extension", async () => {
    const { extend, decide, types } = await world({ settings: { maxExtensions: 1 } });
    await extend();
    const { body } = await decide("reject");
    expect(body).toMatchObject({ status: "active", expiresAt: "2026-01-01T01:00:00.000Z" });
    expect(body).not.toHaveProperty("extension");
    expect(body).not.toHaveProperty("extensions");
    expect((await extend()).status).toBe(200);
    expect(types()).toEqual(["ExtensionRequested", "ExtensionRejected", "ExtensionRequested"]);
  });

  it("goes through every step, each by another person", async () => {
    const step = (name: string) => ({
      anyOf: [{ type: "group" as const, id: aGroupId(name), name }],
      withinSeconds: 600,
    });
    const steps = [step("payments-leads"), step("platform-admins")];
    const { extend, decide, types, clock, directory } = await world({ flow: { approval: { steps } } });
    directory.join(bob.userId, aGroupId("platform-admins"));
    expect((await extend()).body).toMatchObject({
      extension: { approval: { deadline: "2026-01-01T00:10:00.000Z" } },
    });
    await clock.advanceBy(60_000);
    expect((await decide("approve")).body).toMatchObject({
      extension: { approval: { deadline: "2026-01-01T00:11:00.000Z", decisions: [{ by: bob }] } },
    });
    expect(problemIn(await decide("approve"))).toMatchObject({ code: "already-decided" });
    expect((await decide("approve", root)).body).toMatchObject({ expiresAt: "2026-01-01T02:00:00.000Z" });
    expect(types()).toEqual(["ExtensionRequested", "NextExtensionApprovalNeeded", "AccessExtended"]);
  });

  it("is decided by the rule of requests: not by requester, beneficiary or stranger", async () => {
    const { extend, decide, directory, requests } = await world({
      request: { principal: { type: "GROUP", id: engineers, name: "payments-engineers" } },
    });
    directory.join(alice.userId, leads);
    directory.join(carol.userId, leads);
    await extend();
    const codes = [];
    for (const person of [alice, carol, mallory, root])
      codes.push(problemIn(await decide("approve", person)).code);
    expect(codes).toEqual([
      "self-approval",
      "beneficiary-approval",
      "not-found",
      "approver-no-longer-eligible",
    ]);
    directory.leave(bob.userId, leads);
    expect(problemIn(await decide("approve"))).toMatchObject({ code: "approver-no-longer-eligible" });
    expect(requests.history).toHaveLength(2);
  });

  it("is decided by its requester where the flow lets them", async () => {
    const { extend, decide, directory } = await world({ settings: { requesterCanApproveSelf: true } });
    directory.join(alice.userId, leads);
    await extend();
    expect((await decide("approve", alice)).body).toMatchObject({ expiresAt: "2026-01-01T02:00:00.000Z" });
  });

  it.each([
    ["a millisecond before the expiry", HOUR - 1, 200],
    ["at the expiry", HOUR, 409],
    ["a millisecond after the expiry", HOUR + 1, 409],
  ])("can be approved %s: %i ms", async (_, milliseconds, status) => {
    const { extend, decide, clock } = await world();
    await extend();
    await clock.advanceBy(milliseconds);
    expect((await decide("approve")).status).toBe(status);
  });

  it("can be asked for anew once nobody can decide it any more", async () => {
    const steps = [{ ...aFlow().approval.steps[0], withinSeconds: 600 }] as AccessFlow["approval"]["steps"];
    const { extend, decide, clock, requests } = await world({ flow: { approval: { steps } } });
    await extend();
    expect(problemIn(await extend())).toMatchObject({ status: 409, code: "extension-pending" });
    await clock.advanceBy(600_000);
    expect(problemIn(await decide("approve"))).toMatchObject({ status: 409, code: "not-pending" });
    expect((await extend({ ...more, duration: "PT2H" })).body).toMatchObject({
      extension: { duration: "PT2H" },
    });
    expect(requests.history).toHaveLength(3);
  });

  it("is dropped by a revoke", async () => {
    const { extend, call, decide, requests } = await world();
    await extend();
    const { body } = await call(`POST /requests/${id}/revoke`);
    expect(requests.history.map((version) => "extension" in version)).toEqual([false, true, false]);
    expect(body).toMatchObject({ status: "revoking" });
    expect(body).not.toHaveProperty("extension");
    expect(problemIn(await decide("approve"))).toMatchObject({ status: 409 });
  });

  it("is answered again to an approver who repeats the call, and refused under the key of another decision", async () => {
    const { extend, decide, requests } = await world();
    await extend();
    const first = await decide("approve", bob, "d");
    expect((await decide("approve", bob, "d")).body).toEqual(first.body);
    expect(requests.history).toHaveLength(3);
    expect(problemIn(await decide("reject", bob, "d"))).toMatchObject({ code: "idempotency-key-reused" });
  });
});

describe("a decision is on what its approver has seen", () => {
  const HALF_AN_HOUR = HOUR / 2;
  const decision = (api: ApiUnderTest, body: object, as = bob, of = id) =>
    api.call(`POST /requests/${of}/decisions`, { as, body: { decision: "approve", ...body } });

  it("without a name it is on the request itself: one that comes late decides on no extension", async () => {
    const { api, extend, types, decide } = await world();
    await extend();
    for (const said of ["approve", "reject"]) {
      const problem = problemIn(await decision(api, { decision: said }));
      expect(problem).toMatchObject({ status: 409, code: "not-pending" });
      expect(problem.detail).toContain("what waits is more time on it");
      expect(problem.detail).toContain('{"extension": "…"}');
    }
    expect(types()).toEqual(["ExtensionRequested"]);
    expect((await decide("approve")).body).toMatchObject({ expiresAt: "2026-01-01T02:00:00.000Z" });
  });

  it("names the extension: one that was asked for since is not approved", async () => {
    const steps = [{ ...aFlow().approval.steps[0], withinSeconds: 600 }] as AccessFlow["approval"]["steps"];
    const { api, extend, clock, types } = await world({ flow: { approval: { steps } } });
    const first = askedAtIn(await extend({ ...more, duration: "PT1M" }));
    await clock.advanceBy(600_000);
    const second = askedAtIn(await extend({ ...more, duration: "PT2H" }));
    const problem = problemIn(await decision(api, { extension: first }));
    expect(problem).toMatchObject({ status: 409, code: "not-pending" });
    expect(problem.detail).toBe(
      `No more time that was asked for at ${String(first)} waits for a decision: what waits is more time that was asked for at ${String(second)}.`,
    );
    expect(types()).toEqual(["ExtensionRequested", "ExtensionRequested"]);
    expect((await decision(api, { extension: second })).body).toMatchObject({
      expiresAt: "2026-01-01T03:00:00.000Z",
    });
  });

  it("names the extension: one that was decided on meanwhile is none any more", async () => {
    const { api, extend, decide } = await world();
    const extension = askedAtIn(await extend());
    await decide("reject");
    expect(problemIn(await decision(api, { extension }))).toMatchObject({
      status: 409,
      code: "not-pending",
      detail: `No more time that was asked for at ${String(extension)} waits for a decision: this request is active, and nothing of it waits for a decision.`,
    });
  });

  it("names no extension while the request itself waits", async () => {
    const { api, submit } = await world();
    const pending = await submit();
    const extension = "2026-01-01T00:00:00.000Z";
    const problem = problemIn(await decision(api, { extension }, bob, pending as RequestId));
    expect(problem).toMatchObject({ status: 409, code: "not-pending" });
    expect(problem.detail).toContain("the request itself waits");
    expect((await decision(api, {}, bob, pending as RequestId)).status).toBe(200);
  });

  it("names one extension for all of its steps", async () => {
    const step = (name: string) => ({
      anyOf: [{ type: "group" as const, id: aGroupId(name), name }],
      withinSeconds: 3600,
    });
    const steps = [step("payments-leads"), step("platform-admins")];
    const { api, extend, clock } = await world({ flow: { approval: { steps } } });
    const extension = askedAtIn(await extend());
    await clock.advanceBy(HALF_AN_HOUR);
    expect(askedAtIn(await decision(api, { extension }))).toBe(extension);
    expect((await decision(api, { extension }, root)).body).toMatchObject({
      expiresAt: "2026-01-01T02:00:00.000Z",
    });
  });

  it.each([["2026-01-01T00:00:00Z"], ["yesterday"], [true], [null]])(
    "takes no %j for a name",
    async (extension) => {
      const { api, extend, requests } = await world();
      await extend();
      const problem = problemIn(await decision(api, { extension }));
      expect(problem).toMatchObject({ status: 400, code: "invalid-body" });
      expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(["/extension"]);
      expect(requests.history).toHaveLength(2);
    },
  );

  it("is shown what to name, in the request and in the list of what to approve", async () => {
    const { api, extend } = await world();
    const extension = askedAtIn(await extend());
    expect(extension).toBe("2026-01-01T00:00:00.000Z");
    expect(askedAtIn(await api.call(`GET /requests/${id}`, { as: bob }))).toBe(extension);
    expect((await api.call("GET /requests?view=to-approve", { as: bob })).body).toMatchObject({
      items: [{ id, extension: { askedAt: extension } }],
    });
  });

  it("cannot come under the key of one on another extension", async () => {
    const { api, extend, decide } = await world();
    const extension = askedAtIn(await extend());
    await decide("reject", bob, "once");
    const body = { decision: "reject" };
    const again = (named: object) =>
      api.call(`POST /requests/${id}/decisions`, {
        as: bob,
        body: { ...body, ...named },
        headers: { "idempotency-key": "once" },
      });
    expect((await again({ extension })).status).toBe(200);
    for (const named of [{}, { extension: "2026-01-01T00:00:00.001Z" }]) {
      expect(problemIn(await again(named))).toMatchObject({ code: "idempotency-key-reused" });
    }
  });
});

describe("an extension is refused", () => {
  const refusal = async (
    options: Parameters<typeof world>[0] = {},
    body: unknown = more,
    prepare: (api: ApiUnderTest) => unknown = () => undefined,
    as = alice,
  ) => {
    const { extend, api, requests } = await world(options);
    await prepare(api);
    const problem = problemIn(await extend(body, as));
    expect(requests.history).toHaveLength(1);
    return problem;
  };

  it("to everyone but its requester: an administrator, approver or auditor may look, and not ask", async () => {
    for (const as of [bob, root, erin]) {
      expect(await refusal({}, more, undefined, as)).toMatchObject({ status: 403, code: "not-requester" });
    }
    expect(await refusal({}, more, undefined, mallory)).toMatchObject({ status: 404, code: "not-found" });
  });

  it.each([
    [{ justification: "why" }, "invalid-body", "/duration"],
    [{ duration: "PT1H" }, "justification-required", "/justification"],
    [{ ...more, duration: "P1M" }, "invalid-body", "/duration"],
    [{ ...more, duration: "PT0S" }, "duration-out-of-bounds", "/duration"],
    [{ ...more, duration: "P181D" }, "duration-out-of-bounds", "/duration"],
    [{ ...more, duration: "PT2H1S" }, "duration-above-maximum", "/duration"],
    [{ ...more, expiresAt: "2030-01-01T00:00:00Z" }, "unknown-field", "/expiresAt"],
    [{ ...more, approver: "alice" }, "unknown-field", "/approver"],
  ])("for the body %j", async (body, code, pointer) => {
    const problem = await refusal({}, body);
    expect(problem).toMatchObject({ status: 400, code });
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it("names the fields that are known when it finds another", async () => {
    expect((await refusal({}, { ...more, reason: "x" })).detail).toBe(
      "/reason: found a field that does not belong here; expected one of duration, justification",
    );
  });

  it.each([
    ["at its expiry", HOUR],
    ["a second after it", HOUR + 1000],
  ])("%s, though its removal has not begun", async (_, milliseconds) => {
    expect(await refusal({}, more, ({ clock }) => clock.advanceBy(milliseconds))).toMatchObject({
      status: 409,
      code: "not-active",
    });
  });

  it("when the expiry passes while it is being looked up who may have what", async () => {
    let timePasses = (): Promise<void> => Promise.resolve();
    const organization: Organization = {
      account: async (accountId) => {
        await timePasses();
        return { id: accountId, name: "payments-prod", state: "ACTIVE" };
      },
      ancestorsOf: () => Promise.resolve([]),
      organizationalUnitAt: () => Promise.resolve(undefined),
    };
    const { extend, clock, requests } = await world({ ...automatic, ports: { organization } });
    timePasses = () => clock.advanceBy(HOUR);
    expect(problemIn(await extend())).toMatchObject({ status: 409, code: "not-active" });
    expect(requests.history).toHaveLength(1);
  });

  it("for a request that is not active", async () => {
    const { call, requests, flows } = await apiUnderTest();
    await flows.put({
      ...aFlow({ settings: { requesterCanApproveSelf: false, maxExtensions: 1 } }),
      version: 2,
    });
    await requests.create(aPendingRequest());
    const problem = problemIn(await call(`POST /requests/${aPendingRequest().id}/extend`, { body: more }));
    expect(problem).toMatchObject({ status: 409, code: "not-active" });
  });

  it("by a flow that allows none, and when the flow is gone", async () => {
    expect(await refusal({ settings: { maxExtensions: 0 } })).toMatchObject({
      status: 403,
      code: "extension-not-allowed",
    });
    expect(
      await refusal({}, more, async ({ flows }) => flows.delete((await flows.list())[0] ?? aFlow())),
    ).toMatchObject({ status: 403, code: "extension-not-allowed" });
  });

  it("when the flow no longer covers the access, or its requester", async () => {
    const other = { ...aFlow().targets[0], accounts: [{ id: anAccountId(4), name: "sandbox" }] };
    expect(await refusal({ flow: { targets: [other] as AccessFlow["targets"] } })).toMatchObject({
      code: "no-matching-flow",
    });
    expect(
      await refusal({}, more, ({ directory }) => {
        directory.leave(alice.userId, engineers);
      }),
    ).toMatchObject({ code: "no-matching-flow" });
  });

  it("to somebody who has left the group that has the access", async () => {
    const problem = await refusal(
      { request: { principal: { type: "GROUP", id: leads, name: "payments-leads" } } },
      more,
    );
    expect(problem).toMatchObject({ status: 403, code: "principal-not-allowed" });
  });

  it("into an account that is protected or suspended by now", async () => {
    const ports = { protectedAccounts: [{ id: anAccountId(2), reason: "listed" as const }] };
    expect(await refusal({ ports })).toMatchObject({ code: "protected-account" });
    expect(
      await refusal({}, more, ({ organization }) => {
        organization.addAccount({ id: anAccountId(2), name: "payments-prod", state: "SUSPENDED" });
      }),
    ).toMatchObject({ code: "account-not-active" });
  });

  it("when its permission set is gone, or has longer sessions than the flow allows", async () => {
    expect(
      await refusal({}, more, ({ catalogue }) => {
        catalogue.knowsPermissionSets([]);
      }),
    ).toMatchObject({
      code: "extension-not-allowed",
    });
    const problem = await refusal({ settings: { maxSessionSeconds: 3599 } });
    expect(problem).toMatchObject({ status: 403, code: "session-too-long" });
    expect(problem.detail).toContain("permission set PowerUser has sessions of PT1H");
  });

  it("when nobody could approve it", async () => {
    expect(
      await refusal({}, more, ({ directory }) => {
        directory.leave(bob.userId, leads);
      }),
    ).toMatchObject({ status: 409, code: "no-approver" });
  });
});

describe("sessions", () => {
  it("of a permission set that last longer than the flow allows are refused when access is asked for", async () => {
    const { call, ask, requests } = await world({ settings: { maxSessionSeconds: 1800 } });
    const problem = problemIn(await call("POST /requests", { body: ask }));
    expect(problem).toMatchObject({ status: 403, code: "session-too-long" });
    expect(problem.detail).toBe(
      "Nothing allows this request: access flow prod-power allows sessions of at most PT30M, and permission set PowerUser has sessions of PT1H.",
    );
    expect(requests.all).toHaveLength(1);
  });

  it("are kept with the request that asks for them", async () => {
    const { submit, requests } = await world({ settings: { maxSessionSeconds: 3600 } });
    const made = await submit();
    expect(requests.all.find((request) => request.id === made)?.entitlements).toMatchObject([
      { sessionSeconds: 3600, entitlement: { permissionSetArn: aPermissionSetArn("PowerUser") } },
    ]);
  });
});

describe("what waits for a decision", () => {
  const ids = async (api: ApiUnderTest, line: string, as = bob) => {
    const found: string[] = [];
    let cursor = "";
    do {
      const { body } = await api.call(`${line}${cursor}`, { as });
      const page = body as { readonly items: readonly { readonly id: string }[]; readonly cursor?: string };
      found.push(...page.items.map((item) => item.id));
      cursor = page.cursor === undefined ? "" : `&cursor=${page.cursor}`;
    } while (cursor !== "");
    return found;
  };

  it("lists extensions after requests, and each by its status", async () => {
    const { api, extend, submit } = await world();
    const pending = [await submit(), await submit()];
    await extend();
    for (const limit of [1, 2, 3, 50]) {
      const all = await ids(api, `GET /requests?view=to-approve&limit=${String(limit)}`);
      expect(all.toSorted()).toEqual([...pending, id].toSorted());
      expect(all.at(-1)).toBe(id);
    }
    expect(await ids(api, "GET /requests?view=to-approve&status=active&limit=1")).toEqual([id]);
    expect(await ids(api, "GET /requests?view=to-approve&status=pending&limit=5")).toHaveLength(2);
    expect(await ids(api, "GET /requests?view=to-approve&status=ended&limit=5")).toEqual([]);
    expect((await api.call("GET /me", { as: bob })).body).toMatchObject({
      toApprove: [{ status: "pending" }, { status: "pending" }, { id, extension: more }],
    });
  });

  it("shows the one first whose time runs out first, to approvers only, until it is decided or too late", async () => {
    const { api, extend, decide, clock } = await world();
    const later = aRequestId("later");
    await api.requests.create(
      anActiveRequest({ id: later, expiresAt: "2026-01-01T02:00:00.000Z" as Timestamp }),
    );
    await extend();
    await api.call(`POST /requests/${later}/extend`, { body: more });
    const list = "GET /requests?view=to-approve&limit=1";
    expect(await ids(api, list)).toEqual([id, later]);
    for (const as of [alice, carol, root]) expect(await ids(api, list, as)).toEqual([]);
    await decide("reject");
    expect(await ids(api, list)).toEqual([later]);
    await clock.advanceBy(2 * HOUR);
    expect(await ids(api, list)).toEqual([]);
  });

  it("is not for its requester, though they have left the group that has the access and approve by now", async () => {
    const { api, extend, directory } = await world({
      request: { principal: { type: "GROUP", id: engineers, name: "payments-engineers" } },
    });
    await extend();
    directory.leave(alice.userId, engineers);
    directory.join(alice.userId, leads);
    expect(await ids(api, "GET /requests?view=to-approve&limit=5", alice)).toEqual([]);
    expect(await ids(api, "GET /requests?view=to-approve&limit=5", bob)).toEqual([id]);
  });

  it("is told on the bus, with who may decide and until when", async () => {
    const { extend, requests } = await world();
    await extend();
    const [waiting] = requests.all;
    if (waiting === undefined) throw new Error("no request");
    const events = new FakeEventPublisher();
    await recordTransition({ audit: new FakeAuditTrail(), events })(waiting);
    expect(events.published).toMatchObject([
      {
        type: "ExtensionRequested",
        detail: {
          requestId: id,
          status: "active",
          expiresAt: "2026-01-01T01:00:00.000Z",
          deadline: "2026-01-01T01:00:00.000Z",
          approvers: [{ type: "group", id: leads }],
        },
      },
    ]);
    expect(JSON.stringify(events.published)).not.toContain("not done yet");
  });

  it("is for whoever the flow names by then: they see the request from the moment they are asked", async () => {
    const byMallory = [
      { anyOf: [{ type: "user" as const, id: mallory.userId, name: "mallory" }], withinSeconds: 60 },
    ];
    const { call, extend, decide } = await world({ flow: { approval: { steps: byMallory } } });
    expect((await call(`GET /requests/${id}`, { as: mallory })).status).toBe(404);
    await extend();
    expect((await call(`GET /requests/${id}`, { as: mallory })).status).toBe(200);
    expect(problemIn(await decide("approve"))).toMatchObject({ code: "approver-no-longer-eligible" });
    expect((await decide("approve", mallory)).status).toBe(200);
  });
});
