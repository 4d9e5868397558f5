import { afterEach, describe, expect, it } from "vitest";
import { Routes, type RouteRole } from "../../lambdas/core/contracts/routes.ts";
import type { Person } from "../../lambdas/core/domain/principal.ts";
import { grantAccess } from "../../lambdas/core/use-cases/grant-access.ts";
import { oidc, synthesize } from "../infra/support/synthesize.ts";
import { allowedActions, resourcesOf, statementsOf } from "../infra/support/template.ts";
import { anAccountId, anEntitlement } from "../support/builders.ts";
import { entitlementKey } from "../../lambdas/core/domain/entitlement.ts";
import { lockstepUnderTest } from "../support/lockstep-under-test.ts";
import { alice, apiUnderTest, bob, carol, erin, frank, mallory, root } from "../unit/api/world.ts";
import { serve } from "./http.ts";
import { noGuardrails } from "../support/guardrails.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const setUp = async () => {
  const world = await apiUnderTest();
  const http = await serve(world);
  closing.push(http.close);
  return { world, http, tokenOf: (userName: string) => http.issuer.sign(http.claimsOf(userName)) };
};

describe("Teleport 17.5.0 unauthenticated deletion", () => {
  it.each([
    ["an OIDC issuer", { oidc }],
    ["a user pool of its own", {}],
  ])(
    "Teleport 17.5.0 unauthenticated deletion: with %s, every deployed route has the authorizer",
    (_case, settings) => {
      const { access } = synthesize({ settings });
      const [authorizer, ...others] = resourcesOf(access, "AWS::ApiGatewayV2::Authorizer");
      expect(others).toEqual([]);
      const routes = resourcesOf(access, "AWS::ApiGatewayV2::Route");
      expect(routes.length).toBe(Routes.length);
      for (const { properties, logicalId } of routes) {
        expect(properties, logicalId).toMatchObject({
          AuthorizationType: "JWT",
          AuthorizerId: { Ref: authorizer?.logicalId },
        });
      }
      // Nothing else can be reached from outside.
      const doors = [
        "AWS::Lambda::Url",
        "AWS::ApiGateway::RestApi",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
      ];
      for (const door of doors) expect(resourcesOf(access, door)).toEqual([]);
      for (const { properties } of resourcesOf(access, "AWS::Lambda::Permission")) {
        expect(properties["Principal"]).not.toBe("*");
      }
    },
  );

  it("Teleport 17.5.0 unauthenticated deletion: no route answers without a token, and nothing changes", async () => {
    const { world, http } = await setUp();
    const id = await world.submit();
    const flows = await world.flows.list();
    for (const { method, path } of Routes) {
      const target = path.replace("{id}", id).replace("{name}", "prod-power");
      const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
      expect((await http.send(`${method} ${target}`, undefined, body)).status, `${method} ${path}`).toBe(401);
    }
    expect(world.requests.history).toHaveLength(1);
    expect(await world.flows.list()).toEqual(flows);
  });

  it("Teleport 17.5.0 unauthenticated deletion: an event without an authorizer's claims changes nothing", async () => {
    const { invoke, submit, requests, flows } = await apiUnderTest();
    const id = await submit();
    const before = await flows.list();
    for (const { method, path } of Routes) {
      for (const requestContext of [
        { requestId: "r" },
        { requestId: "r", authorizer: {} },
        { requestId: "r", authorizer: { jwt: { claims: {}, scopes: [] } } },
        { requestId: "r", authorizer: { lambda: { email: "root@example.com" } } },
      ]) {
        const routeKey = `${method} ${path}`;
        const pathParameters = { id, name: "prod-power" };
        const event = { routeKey, headers: {}, pathParameters, body: "{}", requestContext };
        const { statusCode } = await invoke(event as never, {} as never);
        expect(statusCode, routeKey).toBeGreaterThanOrEqual(400);
      }
    }
    expect(requests.history).toHaveLength(1);
    expect(await flows.list()).toEqual(before);
  });
});

describe("CVE-2026-45808 legacy revoke path", () => {
  it("CVE-2026-45808 legacy revoke path: no other spelling of a route reaches what it guards", async () => {
    const { world, http, tokenOf } = await setUp();
    const id = await world.submit();
    const stranger = await tokenOf("mallory");
    const administrator = await tokenOf("root");
    const spellings = [
      ...[`DELETE /requests/${id}`, `PUT /requests/${id}`, `PATCH /requests/${id}`, `POST /requests/${id}`],
      ...[`POST /requests/${id}/revoke/`, `POST //requests/${id}/revoke`, `POST /requests/${id}/%72evoke%2F`],
      ...[`POST /Requests/${id}/revoke`, `POST /requests/${id}/REVOKE`, `POST /requests/${id}/delete`],
      ...[`POST /v1/requests/${id}/revoke`, `POST /api/requests/${id}/revoke`, `PUT /requests/${id}/revoke`],
      ...[`POST /sys/revoke/${id}`, `POST /requests/${id}/decisions/0`, `POST /access-flows/prod-power`],
    ];
    for (const line of spellings) {
      // Not even an administrator reaches anything by it.
      for (const token of [stranger, administrator]) {
        expect((await http.send(line, token, { body: {} })).status, line).toBe(404);
      }
    }
    // Other spellings of the same path reach the same route, and its same policy.
    for (const line of [`POST /requests/${id}/%72evoke`, `POST /requests/./${id}/revoke`]) {
      expect((await http.send(line, stranger, { body: {} })).status, line).toBe(404);
    }
    for (const name of ["x-http-method-override", "x-http-method", "x-method-override", "x-original-url"]) {
      const headers = { [name]: name === "x-original-url" ? `/requests/${id}/revoke` : "DELETE" };
      expect((await http.send(`GET /requests/${id}`, stranger, { headers })).status).toBe(404);
    }
    expect(world.requests.history).toHaveLength(1);
  });

  it("CVE-2026-45808 legacy revoke path: everything that ends, moves or decides a request asks who one is to it", async () => {
    const { call, submit, requests, flows } = await apiUnderTest();
    const id = await submit();
    const before = await flows.list();
    const bodies: readonly object[] = [{}, { reason: "mine" }, { decision: "approve" }];
    const more = { duration: "PT1H", justification: "mine" };
    for (const { method, path, role } of Routes) {
      if (role === "person") continue;
      const line = `${method} ${path.replace("{id}", id).replace("{name}", "prod-power")}`;
      for (const body of [...bodies, more]) {
        const { status } = await call(line, { as: mallory, ...(method === "POST" ? { body } : {}) });
        // A stranger is told nothing of what the body lacks: either they may not know of it, or may not do it.
        if (status !== 400) expect(status, line).toBe(role === "party" ? 404 : 403);
      }
    }
    expect(requests.history).toHaveLength(1);
    expect(await flows.list()).toEqual(before);
  });
});

describe("what the table of routes says of each role", () => {
  const everybody = [alice, bob, erin, frank, mallory, root];
  /** Whom a role of routes lets through, and what everybody else is told. Of a request: whoever may know of it. */
  const doors: Readonly<Record<RouteRole, { readonly code: string; readonly opensTo: readonly Person[] }>> = {
    person: { code: "caller-not-eligible", opensTo: everybody },
    party: { code: "not-found", opensTo: [alice, bob, erin, root] },
    reader: { code: "role-missing", opensTo: [erin, frank, root] },
    auditor: { code: "role-missing", opensTo: [erin, root] },
    "policy-author": { code: "role-missing", opensTo: [frank, root] },
    administrator: { code: "not-administrator", opensTo: [root] },
  };
  /** Only a body that fits gets as far as the request; anywhere else, the role is asked for before the body is read. */
  const fitting: Readonly<Record<string, object>> = {
    "/requests/{id}/decisions": { decision: "approve" },
    "/requests/{id}/extend": { duration: "PT1H", justification: "mine" },
    "/requests/{id}/revoke": {},
    "/requests/{id}/cancel": {},
    "/requests/{id}/review": { outcome: "justified", comment: "seen" },
  };
  const keys = Routes.map((route) => ({ ...route, key: `${route.method} ${route.path}` }));

  it.each(keys)("holds for everybody at $key ($role)", async ({ method, path, role }) => {
    const { call, submit } = await apiUnderTest();
    // One's own access is open to everyone, and this is somebody else's.
    const isOfUser = path === "/inventory/users/{id}/access";
    const id = isOfUser ? carol.userId : await submit();
    const line = `${method} ${path.replace("{id}", id).replace("{name}", "no-such-name")}`;
    const body = fitting[path] ?? { unfitting: true };
    const { code: closed, opensTo } = doors[isOfUser ? "reader" : role];
    for (const as of everybody) {
      const answer = await call(line, { as, ...(method === "GET" || method === "DELETE" ? {} : { body }) });
      expect(answer.status, as.userName).toBeLessThan(500);
      const { code } = { code: "", ...(answer.body as object | undefined) };
      expect(`${as.userName}: ${String(code === closed)}`).toBe(
        `${as.userName}: ${String(!opensTo.includes(as))}`,
      );
    }
  });

  it("is that an auditor changes nothing: no request, no access flow, no integration", async () => {
    const world = await apiUnderTest();
    const { call, submit, requests, flows, syncStarter, workflow } = world;
    const { integrations, bundles, accessScopes, rotas } = world;
    const id = await submit();
    const before = await flows.list();
    const started = workflow.started.size;
    // They ask for access as everybody does; what only looks answers them, and leaves everything below as it was.
    const asking: readonly string[] = ["POST /requests"];
    const looking: readonly string[] = [
      "POST /explain",
      "POST /access-scopes/{name}/preview",
      "POST /access-flows/lint",
    ];
    const others = Routes.filter(
      ({ method, path }) => method !== "GET" && !asking.includes(`${method} ${path}`),
    );
    expect(others.length).toBeGreaterThan(8);
    for (const { method, path } of others) {
      const answers = looking.includes(`${method} ${path}`) ? [200, 400, 404] : [400, 403];
      const line = `${method} ${path.replace("{id}", id).replace("{name}", "prod-power")}`;
      for (const body of [
        {},
        { decision: "approve" },
        { duration: "PT1H", justification: "mine" },
        { reason: "mine" },
      ]) {
        const { status } = await call(line, { as: erin, ...(method === "DELETE" ? {} : { body }) });
        expect(answers, line).toContain(status);
      }
    }
    expect(requests.history).toHaveLength(1);
    expect(await flows.list()).toEqual(before);
    for (const store of [integrations, bundles, accessScopes, rotas]) expect(await store.list()).toEqual([]);
    expect(syncStarter.started).toEqual([]);
    expect(workflow.started.size).toBe(started);
  });
});

describe("STS trust policies evaluated wrongly", () => {
  const HOME = "222222222222";
  const listed = "333333333333";

  it("STS trust policies evaluated wrongly: a protected account is refused by the API and again by the grant", async () => {
    for (const reason of ["management", "lockstep", "listed"] as const) {
      const { call, ask, requests } = await apiUnderTest({
        protectedAccounts: [{ id: anAccountId(2), reason }],
      });
      expect((await call("POST /requests", { body: ask })).status).toBe(403);
      expect((await call("POST /requests", { body: ask, as: root })).status).toBe(403);
      expect(requests.history).toEqual([]);
    }
    // Listed between the approval and the start: the grant looks again.
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit(undefined, { startAt: "2026-01-02T00:00:00.000Z" });
    await lockstep.decide(id);
    await lockstep.stopExecutions();
    await lockstep.clock.advanceBy(2 * 24 * 3_600_000);
    const grant = grantAccess({
      ...lockstep,
      providers: { [lockstep.provider.kind]: lockstep.provider },
      protectedAccounts: [{ id: anAccountId(2), reason: "listed" }],
      guardrails: noGuardrails,
    } as unknown as Parameters<typeof grantAccess>[0]);
    const { createdAt: enteredAt } = await lockstep.request(id);
    expect(await grant({ requestId: id, enteredAt })).toMatchObject({ next: "end" });
    expect(await lockstep.request(id)).toMatchObject({ status: "failed", ended: { reason: "refused" } });
    expect(lockstep.provider.calls).toEqual([]);
  });

  it("STS trust policies evaluated wrongly: IAM refuses the same accounts to every role that can grant", () => {
    const { access } = synthesize({ settings: { oidc, protectedAccounts: [listed] }, account: HOME });
    const granting = resourcesOf(access, "AWS::IAM::Role").filter(({ logicalId }) =>
      allowedActions(access, logicalId).includes("sso:CreateAccountAssignment"),
    );
    expect(granting.length).toBeGreaterThan(0);
    for (const { logicalId } of granting) {
      const denied = statementsOf(access, logicalId).flatMap(({ Effect, Action, Resource }) =>
        Effect === "Deny" && Action.includes("sso:CreateAccountAssignment") ? Resource : [],
      );
      for (const account of ["111111111111", HOME, listed]) {
        expect(denied, logicalId).toContain(`arn:aws:sso:::account/${account}`);
      }
    }
  });

  it("STS trust policies evaluated wrongly: a target is what its id says, never its name", () => {
    const keys = [
      anEntitlement(),
      anEntitlement({ accountId: anAccountId(4) }),
      anEntitlement({ principalType: "GROUP" }),
    ].map(entitlementKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
