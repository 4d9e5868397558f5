import { describe, expect, it } from "vitest";
import { aPermissionSetArn, anAccountId, anActiveRequest } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, carol, root } from "./world.ts";

describe("POST /requests", () => {
  it("answers 201 with the request and where to find it", async () => {
    const { call, ask } = await apiUnderTest();
    const { status, headers, body } = await call("POST /requests", { body: ask });
    expect(status).toBe(201);
    const { id } = body as { readonly id: string };
    expect(headers).toMatchObject({ location: `/requests/${id}`, "cache-control": "no-store" });
    expect(body).toEqual({
      id,
      status: "pending",
      requester: alice,
      principal: { type: "USER", id: alice.userId, name: "alice" },
      entitlements: [
        {
          account: { id: anAccountId(2), name: "payments-prod" },
          permissionSet: { arn: aPermissionSetArn("PowerUser"), name: "PowerUser" },
          status: "requested",
          standing: false,
        },
      ],
      flow: "prod-power",
      duration: "PT1H",
      justification: "incident 42",
      createdAt: "2026-01-01T00:00:00.000Z",
      approval: {
        deadline: "2026-01-02T00:00:00.000Z",
        steps: [
          {
            anyOf: [{ type: "group", id: expect.any(String) as unknown, name: "payments-leads" }],
            within: "PT24H",
          },
        ],
        decisions: [],
      },
      version: 1,
    });
    expect((await call(`GET /requests/${id}`)).body).toEqual(body);
  });

  it("answers a repeated call with the same request, still 201, and makes no second one", async () => {
    const { call, ask, requests } = await apiUnderTest();
    const options = { body: ask, headers: { "idempotency-key": "once" } };
    const first = await call("POST /requests", options);
    // The same JSON value, in another order.
    const reordered = Object.fromEntries(Object.entries(ask).reverse());
    expect(await call("POST /requests", { ...options, body: reordered })).toEqual(first);
    expect(requests.history).toHaveLength(1);
  });

  it("refuses a key that was used with another body, and keeps keys apart by caller", async () => {
    const { call, ask, requests } = await apiUnderTest();
    const headers = { "idempotency-key": "once" };
    await call("POST /requests", { body: ask, headers });
    const other = await call("POST /requests", { body: { ...ask, duration: "PT2H" }, headers });
    expect(problemIn(other)).toMatchObject({ status: 409, code: "idempotency-key-reused" });
    expect((await call("POST /requests", { as: carol, body: ask, headers })).status).toBe(201);
    expect(requests.all).toHaveLength(2);
  });

  it("makes two requests of two calls without a key", async () => {
    const { submit, requests } = await apiUnderTest();
    expect(await submit()).not.toBe(await submit());
    expect(requests.all).toHaveLength(2);
  });

  it.each([
    ["management", "management-account", 403],
    ["payments-old", "no-matching-flow", 403],
  ])("refuses %s as %s", async (account, code, status) => {
    const { call, ask } = await apiUnderTest();
    const body = { ...ask, entitlements: [{ account, permissionSet: "PowerUser" }] };
    expect(problemIn(await call("POST /requests", { body }))).toMatchObject({ status, code });
  });
});

describe("the other calls on a request", () => {
  it("shows the decision and what the approver said", async () => {
    const { call, submit, clock } = await apiUnderTest();
    const id = await submit();
    await clock.advanceBy(60_000);
    const { body } = await call(`POST /requests/${id}/decisions`, {
      as: bob,
      body: { decision: "approve", reason: "go" },
    });
    expect(body).toMatchObject({
      status: "approved",
      version: 2,
      approval: {
        decisions: [{ by: bob, decision: "approve", reason: "go", at: "2026-01-01T00:01:00.000Z" }],
      },
    });
    expect(body).not.toHaveProperty("approval.deadline");
  });

  it("answers a repeated decision as before; without the key it is a second decision", async () => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const decide = { as: bob, body: { decision: "approve" }, headers: { "idempotency-key": "d" } };
    const first = await call(`POST /requests/${id}/decisions`, decide);
    expect((await call(`POST /requests/${id}/decisions`, decide)).body).toEqual(first.body);
    expect(requests.history).toHaveLength(2);
    const again = await call(`POST /requests/${id}/decisions`, { as: bob, body: decide.body });
    expect(problemIn(again)).toMatchObject({ status: 409 });
    const reused = await call(`POST /requests/${id}/decisions`, { ...decide, body: { decision: "reject" } });
    expect(problemIn(reused)).toMatchObject({ status: 409, code: "idempotency-key-reused" });
  });

  it.each([
    [{ decision: "maybe" }, "invalid-body"],
    [{}, "invalid-body"],
    [{ decision: "approve", approver: "bob" }, "unknown-field"],
    [{ decision: "approve", reason: "" }, "invalid-body"],
    [undefined, "malformed-body"],
  ])("refuses the decision %j", async (body, code) => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const answer = await call(`POST /requests/${id}/decisions`, { as: bob, ...(body && { body }) });
    expect(problemIn(answer)).toMatchObject({ status: 400, code });
    expect(requests.history).toHaveLength(1);
  });

  it.each([
    ["its requester on it", alice, "self-approval", 403],
    ["somebody who may see it but not decide", root, "approver-no-longer-eligible", 403],
  ])("refuses the decision of %s", async (_, as, code, status) => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const answer = await call(`POST /requests/${id}/decisions`, { as, body: { decision: "approve" } });
    expect(problemIn(answer)).toMatchObject({ status, code });
    expect(requests.history).toHaveLength(1);
  });

  it("ends on cancel and on revoke, with a reason or without any body; ended, it stays as it is", async () => {
    const { call, submit, clock } = await apiUnderTest();
    const one = await submit();
    const cancelled = await call(`POST /requests/${one}/cancel`, { body: { reason: "not needed" } });
    expect(cancelled.body).toMatchObject({
      status: "cancelled",
      ended: { reason: "cancelled", by: alice, at: "2026-01-01T00:00:00.000Z", message: "not needed" },
    });
    await clock.advanceBy(1000);
    expect((await call(`POST /requests/${one}/revoke`)).body).toEqual(cancelled.body);
    const two = await submit();
    expect((await call(`POST /requests/${two}/revoke`, { as: root })).body).toMatchObject({
      status: "cancelled",
      ended: { by: root },
    });
  });

  it.each(["null", "[]", '"done"'])("refuses %s as a body, though none at all is right", async (body) => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    for (const action of ["revoke", "cancel"]) {
      const answer = await call(`POST /requests/${id}/${action}`, { body });
      expect(problemIn(answer)).toMatchObject({ status: 400, code: "invalid-body" });
    }
    expect(requests.history).toHaveLength(1);
  });

  it.each(["cancel", "revoke"])("refuses an approver's %s of what was not granted yet", async (action) => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const refused = async () => problemIn(await call(`POST /requests/${id}/${action}`, { as: bob }));
    expect(await refused()).toMatchObject({ status: 403, code: "not-requester" });
    expect((await refused()).detail).toContain("Reject it with POST …/decisions");
    await call(`POST /requests/${id}/decisions`, { as: bob, body: { decision: "approve" } });
    expect(await refused()).toMatchObject({ status: 403, code: "not-requester" });
    expect(requests.all).toMatchObject([{ status: "approved" }]);
  });

  it("lets an approver end access that is active", async () => {
    const { call, requests } = await apiUnderTest();
    await requests.create(anActiveRequest());
    const { body } = await call(`POST /requests/${anActiveRequest().id}/revoke`, { as: bob });
    expect(body).toMatchObject({ status: "revoking" });
  });
});
