import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import { frozenHash } from "../../../lambdas/core/domain/frozen.ts";
import type { RequestId } from "../../../lambdas/core/domain/ids.ts";
import { aFlow, aGroupId, anActiveRequest } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, root, type ApiUnderTest } from "./world.ts";

/* Root administers Lockstep, and is one of the payments leads, who approve; bob is the other one. Root has changed the flow. */

const leads = aGroupId("payments-leads");
const byRoot = { unconfirmedEditors: [root.userId] };

const world = async (flow: Partial<AccessFlow> = byRoot, secondAdministrator = true) => {
  const api = await apiUnderTest({ secondAdministrator });
  api.directory.join(root.userId, leads);
  await api.flows.put({ ...aFlow(flow), version: 2 });
  return api;
};
const decide = (api: ApiUnderTest, id: string, as: typeof bob, more: object = {}) =>
  api.call(`POST /requests/${id}/decisions`, { as, body: { decision: "approve", ...more } });
const unconfirmed = { status: 403, code: "flow-unconfirmed" };

describe("an approver who has changed the flow, and whom nobody has confirmed", () => {
  it("does not decide on what is asked for under that version: another approver does", async () => {
    const api = await world();
    const id = await api.submit();
    expect(problemIn(await decide(api, id, root))).toMatchObject(unconfirmed);
    expect(
      problemIn(await api.call(`POST /requests/${id}/decisions`, { as: root, body: { decision: "reject" } })),
    ).toMatchObject(unconfirmed);
    const toApprove = async (as: typeof bob) => {
      const { body } = await api.call("GET /requests?view=to-approve", { as });
      return (body as { items: readonly object[] }).items.length;
    };
    expect([await toApprove(root), await toApprove(bob)]).toEqual([0, 1]);
    expect(await decide(api, id, bob)).toMatchObject({ status: 200, body: { status: "approved" } });
  });

  it("is nobody to wait for: without another approver the request is refused, and a dry run says so", async () => {
    const api = await world();
    api.directory.leave(bob.userId, leads);
    const refused = problemIn(await api.call("POST /requests", { body: api.ask }));
    expect(refused.code).toBe("no-approver");
    expect(refused.detail).toContain("when another administrator has confirmed that");
    const { body } = await api.call("POST /requests?dryRun=true", { body: api.ask });
    expect(body).toMatchObject({ allowed: false, code: "no-approver" });
    await api.flows.put({ ...aFlow({ unconfirmedEditors: [] }), version: 3 });
    expect(await decide(api, await api.submit(), root)).toMatchObject({ status: 200 });
  });

  it("is who it was when it was asked for: no later confirmation and no later change moves that", async () => {
    const api = await world();
    const before = await api.submit();
    await api.flows.put({ ...aFlow({ unconfirmedEditors: [] }), version: 3 });
    expect(problemIn(await decide(api, before, root))).toMatchObject(unconfirmed);
    const between = await api.submit();
    await api.flows.put({ ...aFlow(byRoot), version: 4 });
    expect(await decide(api, between, root)).toMatchObject({ status: 200, body: { status: "approved" } });
  });

  it("decides where the settings ask for no second administrator", async () => {
    const api = await world(byRoot, false);
    expect(await decide(api, await api.submit(), root)).toMatchObject({ status: 200 });
  });

  it("does not decide on more time either", async () => {
    const { settings } = aFlow();
    const api = await world({ ...byRoot, settings: { ...settings, maxExtensions: 2 } });
    const active = anActiveRequest();
    await api.requests.create(active);
    const body = { duration: "PT1H", justification: "not done yet" };
    const asked = await api.call(`POST /requests/${active.id}/extend`, { body, as: alice });
    const { askedAt } = (asked.body as { extension: { askedAt: string } }).extension;
    const on = { extension: askedAt };
    expect(problemIn(await decide(api, active.id, root, on))).toMatchObject(unconfirmed);
    expect(await decide(api, active.id, bob, on)).toMatchObject({ status: 200 });
  });

  it("is part of what was frozen", async () => {
    const api = await world();
    const stored = await api.requests.get((await api.submit()) as RequestId);
    if (stored === undefined) throw new Error("It was not written");
    expect(stored.approval.unconfirmedEditors).toEqual([root.userId]);
    const { unconfirmedEditors: _editors, ...approval } = stored.approval;
    expect(frozenHash(stored)).toBe(stored.frozen);
    expect(frozenHash({ ...stored, approval })).not.toBe(stored.frozen);
  });
});
