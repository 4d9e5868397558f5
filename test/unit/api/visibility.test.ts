import { describe, expect, it } from "vitest";
import { operations } from "../../../lambdas/core/contracts/http/operations.ts";
import { Routes, type RouteKey } from "../../../lambdas/core/contracts/routes.ts";
import type { Person } from "../../../lambdas/core/domain/principal.ts";
import { aRequestId } from "../../support/builders.ts";
import { aBundle, aRota, anAccessScope } from "../../support/catalogue.ts";
import { anAccountFact, seen } from "../../support/facts.ts";
import { aFinishedSync, anAccountIntegration, integrationName } from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import {
  alice,
  apiUnderTest,
  bob,
  claimsOf,
  carol,
  leads,
  erin,
  frank,
  mallory,
  root,
  type CallOptions,
} from "./world.ts";

/** A body that each route would take. */
const bodies: Partial<Record<RouteKey, object>> = {
  "POST /sweep": {},
  "POST /access-flows/{name}/confirm": { version: 1 },
  "PUT /bundles/{name}": { targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }] },
  "POST /bundles/{name}/confirm": { version: 1 },
  "POST /integrations/{name}/confirm": { version: 1 },
  "PUT /rotas/{name}": {
    timeZone: "Europe/Berlin",
    rotation: { participants: ["alice"], startsAt: "2026-01-05T08:00:00Z", every: "P1W" },
  },
  "POST /rotas/{name}/confirm": { version: 1 },
  "PUT /access-scopes/{name}": { query: 'permission_name = "PowerUser"' },
  "POST /access-scopes/{name}/confirm": { version: 1 },
  "POST /access-scopes/{name}/preview": {},
  "PUT /integrations/{name}": { kind: "aws-account", accountId: "999999999999", region: "eu-west-1" },
  "POST /integrations/{name}/refresh": {},
  "POST /requests": {
    entitlements: [{ account: "payments-prod", permissionSet: "PowerUser" }],
    duration: "PT1H",
    justification: "incident 42",
  },
  "POST /access-flows/lint": {},
  "POST /explain": { entitlement: { account: "payments-prod", permissionSet: "PowerUser" } },
  "POST /requests/{id}/decisions": { decision: "approve" },
  "POST /requests/{id}/extend": { duration: "PT1H", justification: "not done yet" },
  "POST /requests/{id}/revoke": { reason: "done" },
  "POST /requests/{id}/cancel": { reason: "done" },
  "POST /requests/{id}/review": { outcome: "justified", comment: "it was down" },
  "PUT /access-flows/{name}": {
    requestors: { anyOf: [{ user: "mallory" }] },
    targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
    duration: { max: "PT1H" },
  },
};

const routes = Routes.map((route) => ({ ...route, key: `${route.method} ${route.path}` as RouteKey }));

const lab = anAccountIntegration({ name: integrationName("lab") });
const pass = aFinishedSync();
const accountTwo = anAccountFact(2);

/** What else there is to name than requests and access flows. */
const otherPaths: Readonly<Record<string, string>> = {
  "/integrations/{name}": `/integrations/${lab.name}`,
  "/integrations/{name}/confirm": `/integrations/${lab.name}/confirm`,
  "/integrations/{name}/refresh": `/integrations/${lab.name}/refresh`,
  "/configuration/changes": "/configuration/changes?kind=access-flow&name=prod-power",
  "/syncs": `/syncs?integration=${pass.integration}&scope=${pass.scope}`,
  "/syncs/{id}": `/syncs/${pass.id}`,
  "/inventory/accounts/{id}/access": `/inventory/accounts/${accountTwo.id}/access`,
  "/inventory/users/{id}/access": `/inventory/users/${alice.userId}/access`,
};

const lineOf = ({ method, path }: Pick<(typeof routes)[number], "method" | "path">, id: string): string =>
  `${method} ${otherPaths[path] ?? path.replace("{id}", id).replace("{name}", "prod-power")}`;

const optionsOf = (key: RouteKey, as: CallOptions["as"]): CallOptions => ({
  ...(as && { as }),
  ...(bodies[key] && { body: bodies[key] }),
});

it("knows a body for every route that takes one", () => {
  const taking = Object.entries(operations).flatMap(([key, operation]) => ("body" in operation ? [key] : []));
  expect(Object.keys(bodies).toSorted()).toEqual(taking.toSorted());
});

describe("every route needs an enabled person of the directory", () => {
  it.each(routes)("$key", async (route) => {
    const { call, submit, directory, requests, flows } = await apiUnderTest();
    const line = lineOf(route, await submit());
    const before = await flows.list();
    const strangers: readonly CallOptions[] = [
      { claims: {} },
      { claims: { email: "" } },
      { claims: { email: "nobody@example.com" } },
      { claims: { email: "*" } },
      { claims: { sub: alice.userId, userName: "alice" } },
      { claims: { ...claimsOf(root), email_verified: "false" } },
      { claims: { ...claimsOf(root), email_verified: false } },
    ];
    directory.setEnabled(root.userId, false);
    for (const options of [...strangers, { claims: claimsOf(root) }]) {
      const answer = await call(line, { ...optionsOf(route.key, undefined), ...options });
      expect(problemIn(answer)).toMatchObject({ status: 403, code: "caller-not-eligible" });
    }
    expect(requests.history).toHaveLength(1);
    expect(await flows.list()).toEqual(before);
  });

  it("takes a verified address, and one of which the token says nothing", async () => {
    const { call } = await apiUnderTest();
    for (const verified of [{}, { email_verified: "true" }, { email_verified: true }]) {
      expect((await call("GET /me", { claims: { ...claimsOf(alice), ...verified } })).status).toBe(200);
    }
  });
});

describe("a request does not exist for a stranger", () => {
  it.each(routes.filter(({ role }) => role === "party"))("$key", async (route) => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const there = problemIn(await call(lineOf(route, id), optionsOf(route.key, mallory)));
    const nowhere = problemIn(
      await call(lineOf(route, aRequestId("nowhere")), optionsOf(route.key, mallory)),
    );
    expect(there).toMatchObject({ status: 404, code: "not-found" });
    // Nothing but the id that was asked for tells the two answers apart.
    expect({ ...there, detail: "" }).toEqual({ ...nowhere, detail: "" });
    expect(there.detail.replace(id, "")).toBe(nowhere.detail.replace(aRequestId("nowhere"), ""));
    expect(requests.history).toHaveLength(1);
  });

  it("is there for its requester, its approvers, auditors and administrators", async () => {
    const { call, submit } = await apiUnderTest();
    const id = await submit();
    for (const as of [alice, bob, erin, root]) {
      expect((await call(`GET /requests/${id}`, { as })).status).toBe(200);
      expect((await call(`GET /requests/${id}/events`, { as })).status).toBe(200);
    }
    expect((await call(`GET /requests/${id}`, { as: frank })).status).toBe(404);
    // A colleague who may ask for the same access has no business with this request.
    expect((await call(`GET /requests/${id}`, { as: carol })).status).toBe(404);
  });

  it("disappears for an approver who leaves the group", async () => {
    const { call, submit, directory } = await apiUnderTest();
    const id = await submit();
    directory.leave(bob.userId, leads);
    expect((await call(`GET /requests/${id}`, { as: bob })).status).toBe(404);
    const decision = await call(`POST /requests/${id}/decisions`, { as: bob, body: { decision: "approve" } });
    expect(problemIn(decision)).toMatchObject({ status: 403, code: "approver-no-longer-eligible" });
  });
});

/** Who may call the routes of each role, besides administrators. */
const openTo = {
  administrator: [],
  "policy-author": [frank],
  auditor: [erin],
  reader: [erin, frank],
} as const;

describe("a route that needs a role is closed to everyone without it", () => {
  const guarded = routes.flatMap(({ role, ...route }) =>
    role === "person" || role === "party" ? [] : [{ ...route, role }],
  );
  it.each(guarded)("$key ($role)", async (route) => {
    const may: readonly Person[] = [...openTo[route.role], root];
    for (const as of [alice, bob, erin, frank, mallory, root]) {
      const {
        call,
        submit,
        flows,
        bundles,
        accessScopes,
        rotas,
        integrations,
        syncs,
        syncStarter,
        inventory,
      } = await apiUnderTest();
      await accessScopes.put(anAccessScope());
      await rotas.put(aRota());
      await bundles.put(aBundle());
      await integrations.put(lab);
      await syncs.put(pass);
      await inventory.record(seen(accountTwo));
      const line = lineOf(route, await submit());
      const before = await flows.list();
      const answer = await call(line, optionsOf(route.key, as));
      if (may.includes(as)) {
        expect(answer.status, as.userName).toBeLessThan(300);
        continue;
      }
      expect(problemIn(answer), as.userName).toMatchObject({
        status: 403,
        code: route.role === "administrator" ? "not-administrator" : "role-missing",
      });
      expect(await flows.list()).toEqual(before);
      expect(await integrations.list()).toEqual([lab]);
      expect(syncStarter.started).toEqual([]);
    }
  });

  it("closes to an administrator who leaves the group, and to all when the group is gone", async () => {
    const { call, directory } = await apiUnderTest();
    const group = await directory.groupByName("platform-admins");
    directory.leave(root.userId, group?.groupId as never);
    expect((await call("GET /access-flows", { as: root })).status).toBe(403);
    directory.deleteGroup(group?.groupId as never);
    expect((await call("GET /access-flows", { as: root })).status).toBe(403);
  });

  it("says so before it looks at the body", async () => {
    const { call } = await apiUnderTest();
    const answer = await call("PUT /access-flows/prod-power", { as: mallory, body: { nonsense: true } });
    expect(problemIn(answer)).toMatchObject({ code: "role-missing" });
  });
});
