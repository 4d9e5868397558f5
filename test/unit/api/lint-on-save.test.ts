import { expect, it } from "vitest";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { Fact } from "../../../lambdas/core/domain/inventory/facts.ts";
import { aGroupId, aPermissionSetArn } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, frank, type ApiUnderTest } from "./world.ts";

const at = timestamp(new Date("2026-01-01T00:00:00.000Z"));

const seen = async ({ inventory }: ApiUnderTest, ...facts: readonly Fact[]) => {
  for (const fact of facts) await inventory.record({ fact, since: at, observedAt: at });
};

const flow = {
  requestors: { group: "payments-engineers" },
  targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
  duration: { max: "PT1H" },
  approval: { steps: [{ anyOf: [{ group: "payments-leads" }], within: "PT1H" }] },
};

const user = ({ userId, userName }: typeof alice, enabled = true): Fact => ({
  kind: "user",
  id: userId,
  userName,
  enabled,
});
const group = (name: string): Fact => ({ kind: "group", id: aGroupId(name), displayName: name });
const permissionSet: Fact = {
  kind: "permission-set",
  arn: aPermissionSetArn("PowerUser"),
  name: "PowerUser",
  sessionDuration: "PT1H",
  managedPolicies: [],
  customerManagedPolicies: [],
  tags: {},
};

const put = ({ call }: ApiUnderTest, line: string, body: object) => call(`PUT /${line}`, { as: frank, body });

const codesOf = ({ body }: Awaited<ReturnType<typeof put>>) =>
  (body as { readonly warnings?: readonly { readonly code: string }[] }).warnings?.map(({ code }) => code);

it("refuses a flow that could never do what it is for, with each field and what to do", async () => {
  const world = await apiUnderTest();
  await seen(world, user(alice), group("payments-engineers"), permissionSet, {
    kind: "membership",
    groupId: aGroupId("payments-engineers"),
    userId: alice.userId,
  });
  const refused = problemIn(
    await put(world, "access-flows/new", {
      ...flow,
      approval: { steps: [{ anyOf: [{ group: "payments-engineers" }], within: "PT1H" }] },
      settings: { maxSessionDuration: "PT30M" },
    }),
  );
  expect(refused).toMatchObject({
    status: 400,
    code: "configuration-unsound",
    errors: [
      { pointer: "/approval/steps/0", detail: expect.stringContaining("Name somebody else") as unknown },
      {
        pointer: "/targets/0/permissionSets/0",
        detail: expect.stringContaining("Shorten the permission set's") as unknown,
      },
    ],
  });
  expect(await world.flows.get("new")).toBeUndefined();
});

it("refuses a flow of which nothing is ever granted, whatever the inventory has seen", async () => {
  const world = await apiUnderTest();
  const targets = [{ accounts: ["management"], permissionSets: ["PowerUser"] }];
  expect(problemIn(await put(world, "access-flows/new", { ...flow, targets }))).toMatchObject({
    status: 400,
    code: "configuration-unsound",
    errors: [{ pointer: "/targets", detail: expect.stringContaining("is ever granted") as unknown }],
  });
});

it("answers warnings with what it saved, and shows them with nothing else", async () => {
  const world = await apiUnderTest();
  const saved = await put(world, "access-flows/lighter", {
    ...flow,
    duration: { max: "PT8H" },
    approval: { steps: [] },
    targets: [{ organizationalUnits: ["/Workloads/Prod"], permissionSets: ["PowerUser"] }],
  });
  expect(saved).toMatchObject({ status: 200, body: { name: "lighter" } });
  expect(codesOf(saved)).toBeUndefined();
  const stricter = await put(world, "access-flows/stricter", {
    ...flow,
    targets: [{ organizationalUnits: ["/Workloads/Prod"], permissionSets: ["PowerUser"] }],
  });
  expect(stricter.status).toBe(200);
  expect(codesOf(stricter)).toEqual(["flow-overshadowed"]);
  const read = await world.call("GET /access-flows/stricter", { as: frank });
  expect(read.body).not.toHaveProperty("warnings");
});

it("takes what the inventory has not seen yet to be there, and an empty group to be filled meanwhile", async () => {
  const world = await apiUnderTest();
  expect(await put(world, "access-flows/new", flow)).toMatchObject({ status: 200 });
  await seen(world, group("payments-leads"));
  const again = await put(world, "access-flows/new", { ...flow, duration: { max: "PT2H" } });
  expect(again.status).toBe(200);
  expect(codesOf(again)).toEqual(["group-empty", "nobody-decides"]);
});

it("looks at nothing but what is saved: what died before can be put right, and deleted", async () => {
  const world = await apiUnderTest();
  await put(world, "access-flows/dead", { ...flow, requestors: { user: "alice" } });
  await seen(world, user(alice, false));
  expect(
    problemIn(await put(world, "access-flows/dead", { ...flow, requestors: { user: "alice" } })),
  ).toMatchObject({ code: "configuration-unsound", errors: [{ pointer: "/requestors" }] });
  expect(await put(world, "access-flows/other", { ...flow, requestors: { user: "bob" } })).toMatchObject({
    status: 200,
  });
  expect(await put(world, "access-flows/dead", { ...flow, requestors: { user: "bob" } })).toMatchObject({
    status: 200,
  });
  await seen(world, user(bob, false));
  expect(await world.call("DELETE /access-flows/dead", { as: frank })).toMatchObject({ status: 204 });
});

it("looks at bundles, access scopes and rotas, too", async () => {
  const world = await apiUnderTest();
  await seen(world, permissionSet, user(alice, false));
  const target = { accounts: ["payments-prod"], permissionSets: ["PowerUser"] };
  expect(
    problemIn(
      await put(world, "bundles/nothing", {
        targets: [{ ...target, exclude: { permissionSets: ["PowerUser"] } }],
      }),
    ),
  ).toMatchObject({ status: 400, code: "configuration-unsound", errors: [{ pointer: "/targets" }] });
  const scope = await put(world, "access-scopes/none", { query: 'permission_name = "ReadOnly"' });
  expect(codesOf(scope)).toEqual(["scope-empty"]);
  const rota = await put(world, "rotas/payments", {
    timeZone: "Europe/Berlin",
    rotation: { participants: ["alice"], startsAt: "2026-01-05T08:00:00Z", every: "P1W" },
  });
  expect(codesOf(rota)).toEqual(["user-disabled"]);
});
