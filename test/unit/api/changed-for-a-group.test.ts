import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import type { BundleName, UserId } from "../../../lambdas/core/domain/ids.ts";
import { aFlow, aGroupId, anActiveRequest, anEntitlement } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, carol, mallory, root } from "./world.ts";

/*
 * Alice asks for the group of payments engineers, as she always does. Mallory has changed the flow, and nobody has confirmed
 * it: whether that is in the way depends on whether mallory belongs to the group.
 */

const engineers = aGroupId("payments-engineers");
const principal = { type: "GROUP", name: "payments-engineers" } as const;

const changedBy = async (
  flow: Partial<AccessFlow>,
  options: { readonly secondAdministrator?: boolean } = {},
) => {
  const world = await apiUnderTest(options);
  await world.flows.put({ ...aFlow(flow), version: 2 });
  const body = { ...world.ask, principal };
  const submit = () => world.call("POST /requests", { body });
  const dryRun = () => world.call("POST /requests?dryRun=true", { body });
  const explain = () => {
    const { entitlements } = world.ask;
    return world.call("POST /explain", { body: { entitlements, principal } });
  };
  return { ...world, submit, dryRun, explain };
};
const byMallory = { unconfirmedEditors: [mallory.userId] };
const unconfirmed = { allowed: false, code: "flow-unconfirmed" };

describe("what a group would get by a change that nobody has confirmed", () => {
  it("is refused while whoever changed it belongs to the group: at submit, in the dry run, in the explanation", async () => {
    const world = await changedBy(byMallory);
    world.directory.join(mallory.userId, engineers);
    expect(problemIn(await world.submit())).toMatchObject({ status: 403, code: "flow-unconfirmed" });
    expect((await world.dryRun()).body).toMatchObject(unconfirmed);
    expect((await world.explain()).body).toMatchObject(unconfirmed);
    expect(world.requests.all).toEqual([]);

    await world.flows.put({ ...aFlow({ unconfirmedEditors: [] }), version: 3 });
    expect(await world.submit()).toMatchObject({ status: 201 });
  });

  it("is allowed where they do not, or where the settings ask for no second administrator", async () => {
    const stranger = await changedBy(byMallory);
    expect((await stranger.dryRun()).body).toMatchObject({ allowed: true });
    expect((await stranger.explain()).body).toMatchObject({ allowed: true });
    expect(await stranger.submit()).toMatchObject({ status: 201 });

    const alone = await changedBy(byMallory, { secondAdministrator: false });
    alone.directory.join(mallory.userId, engineers);
    expect(await alone.submit()).toMatchObject({ status: 201 });
  });

  it("counts everybody who changed it, and whatever it names", async () => {
    const changed = await changedBy({ unconfirmedEditors: [root.userId, mallory.userId] });
    changed.directory.join(mallory.userId, engineers);
    expect(problemIn(await changed.submit()).code).toBe("flow-unconfirmed");

    const { targets } = aFlow();
    const byBundle = await changedBy({ targets: [{ bundle: "databases" as BundleName }] });
    const { updatedAt, updatedBy } = aFlow();
    await byBundle.bundles.put({
      name: "databases" as BundleName,
      version: 1,
      targets: targets.filter((target) => "accounts" in target),
      updatedAt,
      updatedBy,
      ...byMallory,
    });
    expect((await byBundle.dryRun()).body).toMatchObject({ allowed: true });
    byBundle.directory.join(mallory.userId, engineers);
    expect(problemIn(await byBundle.submit()).code).toBe("flow-unconfirmed");
  });

  it("is refused where so many changed it that not all of them are looked up", async () => {
    const editors = Array.from({ length: 51 }, (_, index) => `editor-${String(index)}` as UserId);
    const world = await changedBy({ unconfirmedEditors: editors });
    expect(problemIn(await world.submit()).code).toBe("flow-unconfirmed");
    await world.flows.put({ ...aFlow({ unconfirmedEditors: editors.slice(1) }), version: 3 });
    expect(await world.submit()).toMatchObject({ status: 201 });
  });

  it("is not extended either", async () => {
    const { settings } = aFlow();
    const extendable = { settings: { ...settings, maxExtensions: 2, extensionNeedsApproval: false } };
    const world = await changedBy({ ...byMallory, ...extendable });
    const entitlement = anEntitlement({ principalType: "GROUP", principalId: engineers });
    const active = anActiveRequest({
      principal: { type: "GROUP", id: engineers, name: principal.name },
      entitlements: anActiveRequest().entitlements.map((one) => ({ ...one, entitlement })),
    });
    await world.requests.create(active);
    world.directory.join(mallory.userId, engineers);
    const body = { duration: "PT1H", justification: "not done yet" };
    const extend = () => world.call(`POST /requests/${active.id}/extend`, { body });
    expect(problemIn(await extend())).toMatchObject({ code: "flow-unconfirmed" });
    world.directory.leave(mallory.userId, engineers);
    expect(await extend()).toMatchObject({ status: 200, body: { expiresAt: "2026-01-01T02:00:00.000Z" } });
  });

  it("is nobody's concern who asks for themselves: the group gets nothing", async () => {
    const world = await changedBy(byMallory);
    world.directory.join(mallory.userId, engineers);
    for (const as of [alice, carol]) {
      expect(await world.call("POST /requests", { body: world.ask, as })).toMatchObject({ status: 201 });
    }
  });
});
