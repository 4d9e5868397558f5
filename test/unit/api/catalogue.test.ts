import { describe, expect, it } from "vitest";
import { aGroupId, aPerson, aPermissionSetArn, anAccountId } from "../../support/builders.ts";
import { aPermissionSetFact, anAccountFact, seen } from "../../support/facts.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, carol, erin, frank, mallory, root, type ApiUnderTest } from "./world.ts";

/* What bundles, access scopes and rotas have in common, kind by kind; then what is special to each. */

const target = {
  accounts: ["payments-prod"],
  organizationalUnits: ["/Workloads/Prod"],
  permissionSets: ["PowerUser"],
};

const rota = {
  timeZone: "Europe/Berlin",
  shifts: [{ user: "carol", from: "2026-02-01T00:00:00.000Z", to: "2026-02-02T00:00:00.000Z" }],
  rotation: { participants: ["alice", "bob"], startsAt: "2026-01-05T08:00:00.000Z", every: "P7D" },
  overrides: [{ user: "mallory", from: "2026-01-06T00:00:00.000Z", to: "2026-01-07T00:00:00.000Z" }],
};

interface Kind {
  readonly path: string;
  readonly kind: string;
  readonly storeOf: (api: ApiUnderTest) => {
    readonly changes: readonly object[];
    readonly get: (name: string) => Promise<unknown>;
  };
  readonly document: object;
  readonly changed: object;
  readonly invalid: { readonly body: object; readonly pointer: string };
}

const kinds: readonly Kind[] = [
  {
    path: "bundles",
    kind: "bundle",
    storeOf: ({ bundles }) => bundles,
    document: { description: "All that payments needs", targets: [target] },
    changed: { targets: [target] },
    invalid: { body: { targets: [] }, pointer: "/targets" },
  },
  {
    path: "access-scopes",
    kind: "access-scope",
    storeOf: ({ accessScopes }) => accessScopes,
    document: { description: "All of production", query: 'resource_tag["env"] = "prod"' },
    changed: { query: 'resource_tag["env"] in ("prod", "stage")' },
    invalid: { body: {}, pointer: "/query" },
  },
  {
    path: "rotas",
    kind: "rota",
    storeOf: ({ rotas }) => rotas,
    document: rota,
    changed: { ...rota, timeZone: "UTC" },
    invalid: { body: { ...rota, timeZone: "Berlin" }, pointer: "/timeZone" },
  },
];

const zoe = aPerson("zoe");
const world = async () => {
  const api = await apiUnderTest();
  api.directory.addUser({ userId: zoe.userId, userName: "zoe", email: "zoe@example.com" });
  api.directory.join(zoe.userId, aGroupId("platform-admins"));
  return api;
};

describe.each(kinds)("/$path", ({ path, kind, storeOf, document, changed, invalid }) => {
  it("shows what was written and by whom, counts versions, and writes nothing when nothing changes", async () => {
    const api = await world();
    const put = async (content: object) => {
      const answer = await api.call(`PUT /${path}/new`, { as: frank, body: content });
      const { warnings: _warnings, ...body } = answer.body as Readonly<Record<string, unknown>>;
      return { ...answer, body };
    };
    const { status, body } = await put(document);
    expect(status).toBe(200);
    const bookkeeping = { updatedAt: "2026-01-01T00:00:00.000Z", updatedBy: frank.userId };
    expect(body).toEqual({
      ...document,
      name: "new",
      version: 1,
      ...bookkeeping,
      unconfirmedEditors: [frank.userId],
    });
    expect((await api.call(`GET /${path}/new`, { as: root })).body).toEqual(body);
    await api.clock.advanceBy(1000);
    expect((await put({ name: "new", ...document })).body).toEqual(body);
    expect(storeOf(api).changes).toHaveLength(1);
    expect((await put(changed)).body).toMatchObject({ ...changed, version: 2 });
  });

  it("is listed by name, page by page", async () => {
    const { call } = await world();
    for (const name of ["c", "a", "b"]) await call(`PUT /${path}/${name}`, { as: frank, body: document });
    const first = (await call(`GET /${path}?limit=2`, { as: root })).body as {
      readonly items: readonly { readonly name: string }[];
      readonly cursor: string;
    };
    expect(first.items.map(({ name }) => name)).toEqual(["a", "b"]);
    const rest = (await call(`GET /${path}?cursor=${first.cursor}`, { as: root })).body;
    expect(rest).toMatchObject({ items: [{ name: "c" }] });
    expect(rest).not.toHaveProperty("cursor");
  });

  it("is deleted, and is then not there; the trail keeps who did what", async () => {
    const api = await world();
    await api.call(`PUT /${path}/new`, { as: frank, body: document, headers: { "lockstep-via": "file" } });
    expect((await api.call(`DELETE /${path}/new`, { as: frank })).status).toBe(204);
    for (const line of [`GET /${path}/new`, `DELETE /${path}/new`])
      expect(problemIn(await api.call(line, { as: root }))).toMatchObject({ status: 404, code: "not-found" });
    expect(storeOf(api).changes).toMatchObject([
      { type: "ConfigurationSaved", via: "file", actor: { userId: frank.userId } },
      { type: "ConfigurationDeleted", via: "api" },
    ]);
    const changes = await api.call(`GET /configuration/changes?kind=${kind}&name=new`, { as: root });
    expect(changes.body).toMatchObject({
      items: [
        { type: "ConfigurationSaved", subject: { kind } },
        { type: "ConfigurationDeleted", subject: { kind } },
      ],
    });
  });

  it("is confirmed by another administrator, and not by the one who wrote it", async () => {
    const { call } = await world();
    await call(`PUT /${path}/new`, { as: root, body: document });
    const confirm = (as: typeof root, version = 1) =>
      call(`POST /${path}/new/confirm`, { as, body: { version } });
    expect(problemIn(await confirm(root))).toMatchObject({ status: 403, code: "self-confirmation" });
    expect(problemIn(await confirm(zoe, 2))).toMatchObject({ status: 409, code: "concurrent-modification" });
    expect((await confirm(zoe)).body).toMatchObject({ version: 1, unconfirmedEditors: [] });
    expect(problemIn(await confirm(frank))).toMatchObject({ code: "not-administrator" });
  });

  it("is refused under another name than its own, under no name, with what does not fit, and to others", async () => {
    const api = await world();
    const refused = async (name: string, body: object, as = frank) =>
      problemIn(await api.call(`PUT /${path}/${name}`, { as, body }));
    expect(await refused("new", { name: "old", ...document })).toMatchObject({
      code: `invalid-${kind}`,
      errors: [{ pointer: "/name" }],
    });
    expect(await refused("-new", document)).toMatchObject({ code: `invalid-${kind}` });
    expect(await refused("new", invalid.body)).toMatchObject({
      code: `invalid-${kind}`,
      errors: [{ pointer: invalid.pointer }],
    });
    expect(await refused("new", document, mallory)).toMatchObject({ status: 403 });
    expect(await storeOf(api).get("new")).toBeUndefined();
  });
});

describe("PUT /bundles/{name}", () => {
  it("keeps names as ids, and tells of every name that leads nowhere", async () => {
    const { call, bundles } = await world();
    await call("PUT /bundles/new", { as: frank, body: { targets: [target] } });
    expect(await bundles.get("new")).toMatchObject({
      targets: [
        {
          accounts: [{ id: anAccountId(2), name: "payments-prod" }],
          permissionSets: [{ id: aPermissionSetArn("PowerUser") }],
        },
      ],
    });
    const body = { targets: [{ accounts: ["atlantis"], permissionSets: ["NoSuch"] }] };
    const problem = problemIn(await call("PUT /bundles/other", { as: frank, body }));
    expect(problem.code).toBe("unknown-name");
    expect(problem.errors?.map(({ pointer }) => pointer).toSorted()).toEqual([
      "/targets/0/accounts/0",
      "/targets/0/permissionSets/0",
    ]);
  });
});

describe("PUT /access-scopes/{name}", () => {
  it("refuses a query that means nothing, and points at the column", async () => {
    const { call, accessScopes } = await world();
    const body = { query: 'resource_nam = "x"' };
    expect(problemIn(await call("PUT /access-scopes/new", { as: frank, body }))).toMatchObject({
      code: "invalid-query",
      errors: [{ pointer: "/query", detail: expect.stringMatching(/column 1.*resource_name/) as string }],
    });
    expect(await accessScopes.get("new")).toBeUndefined();
  });
});

describe("POST /access-scopes/{name}/preview", () => {
  const prod = { env: "prod" };
  const withInventory = async () => {
    const api = await world();
    const facts = [
      anAccountFact(1, { tags: prod }),
      anAccountFact(2, { tags: prod }),
      anAccountFact(3, { tags: { env: "test" } }),
      aPermissionSetFact("Audit"),
      aPermissionSetFact("PowerUser"),
    ];
    for (const fact of facts) await api.inventory.record(seen(fact));
    return api;
  };
  const inAccounts = (name: string, digits: readonly number[]) =>
    digits.map((digit) => ({
      account: { id: anAccountId(digit) },
      permissionSet: { arn: aPermissionSetArn(name), name },
    }));

  it("answers what the scope finds now, and what it will find once the inventory has changed", async () => {
    const { call, inventory } = await withInventory();
    const query = 'resource_tag["env"] = "prod" and permission_name = "PowerUser"';
    await call("PUT /access-scopes/prod", { as: frank, body: { query } });
    const preview = async () => (await call("POST /access-scopes/prod/preview", { as: erin })).body;
    expect(await preview()).toMatchObject({
      query,
      found: 2,
      accounts: 2,
      permissionSets: 1,
      saysWhichPermissions: true,
      items: inAccounts("PowerUser", [1, 2]),
    });
    await inventory.record(seen(anAccountFact(4, { tags: prod })));
    expect(await preview()).toMatchObject({ found: 3, accounts: 3 });
  });

  it("tries another query under a name, whether there is such a scope or not, and keeps nothing of it", async () => {
    const { call, accessScopes } = await withInventory();
    const body = { query: 'resource_tag["env"] = "prod"' };
    expect((await call("POST /access-scopes/idea/preview", { as: erin, body })).body).toMatchObject({
      found: 4,
      accounts: 2,
      permissionSets: 2,
      saysWhichPermissions: false,
      items: [...inAccounts("Audit", [1, 2]), ...inAccounts("PowerUser", [1, 2])],
    });
    expect(await accessScopes.list()).toEqual([]);
    expect(problemIn(await call("POST /access-scopes/idea/preview", { as: erin }))).toMatchObject({
      code: "not-found",
    });
    const wrong = { query: "resource_type =" };
    expect(
      problemIn(await call("POST /access-scopes/idea/preview", { as: erin, body: wrong })),
    ).toMatchObject({
      code: "invalid-query",
      errors: [{ pointer: "/query" }],
    });
  });

  it("shows the first hundred of many, and counts all", async () => {
    const { call, inventory } = await world();
    const sets = Array.from({ length: 30 }, (_, index) => `Set${String(index)}`);
    for (const digit of [1, 2, 3, 4, 5]) await inventory.record(seen(anAccountFact(digit)));
    for (const name of sets) await inventory.record(seen(aPermissionSetFact(name)));
    const body = { query: 'permission_name starts_with "Set"' };
    const answer = (await call("POST /access-scopes/all/preview", { as: erin, body })).body;
    expect(answer).toMatchObject({ found: 150, accounts: 5, permissionSets: 30 });
    expect((answer as { readonly items: unknown[] }).items).toHaveLength(100);
  });
});

describe("GET /rotas/{name}/on-call", () => {
  it("answers who is on call now and at another time, by name, and nobody in a gap", async () => {
    const { call, clock } = await world();
    await call("PUT /rotas/payments", { as: frank, body: rota });
    const onCall = async (query = "") => {
      const answer = await call(`GET /rotas/payments/on-call${query}`, { as: erin });
      return (answer.body as { readonly onCall: readonly { readonly name: string }[] }).onCall;
    };
    expect(await onCall()).toEqual([]);
    expect(await onCall("?at=2026-01-05T09:00:00%2B01:00")).toEqual([{ id: alice.userId, name: "alice" }]);
    expect(await onCall("?at=2026-01-06T12:00:00Z")).toEqual([{ id: mallory.userId, name: "mallory" }]);
    await clock.advanceBy(12 * 24 * 3600 * 1000);
    expect(await onCall()).toEqual([{ id: bob.userId, name: "bob" }]);
    expect(await onCall("?at=2026-02-01T12:00:00Z")).toEqual([{ id: carol.userId, name: "carol" }]);
    const wrong = await call("GET /rotas/payments/on-call?at=tomorrow", { as: erin });
    expect(problemIn(wrong)).toMatchObject({ code: "invalid-query", errors: [{ pointer: "/at" }] });
    expect(problemIn(await call("GET /rotas/other/on-call", { as: erin }))).toMatchObject({
      code: "not-found",
    });
  });
});

describe("PUT /rotas/{name}", () => {
  it("tells of everybody whom nobody knows, once each, and keeps nothing", async () => {
    const { call, rotas } = await world();
    const overrides = [{ ...rota.overrides[0], user: "ghost" }];
    const rotation = { ...rota.rotation, participants: ["alice", "casper", "ghost"] };
    const problem = problemIn(
      await call("PUT /rotas/new", { as: frank, body: { ...rota, rotation, overrides } }),
    );
    expect(problem.code).toBe("unknown-name");
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
      "/rotation/participants/1",
      "/rotation/participants/2",
    ]);
    expect(await rotas.get("new")).toBeUndefined();
  });
});

describe("what access flows and bundles name", () => {
  const flow = (more: object) => ({
    requestors: { anyOf: [{ group: "payments-engineers" }] },
    targets: [target],
    duration: { max: "PT1H" },
    ...more,
  });
  const put = ({ call }: ApiUnderTest, path: string, body: object) =>
    call(`PUT /${path}`, { as: frank, body });

  it("has to be there when they are saved, and stays there as long as they name it", async () => {
    const api = await world();
    const naming = flow({
      targets: [{ bundle: "payments" }, { accessScope: "power" }],
      requestors: { onCall: "payments" },
    });
    const refused = problemIn(await put(api, "access-flows/new", naming));
    expect(refused).toMatchObject({ status: 400, code: "unknown-name" });
    expect(refused.errors?.map(({ pointer }) => pointer)).toEqual([
      "/targets/0/bundle",
      "/targets/1/accessScope",
      "/requestors/onCall",
    ]);
    expect(await api.flows.get("new")).toBeUndefined();
    const bundle = { targets: [{ accessScope: "power" }] };
    expect(problemIn(await put(api, "bundles/payments", bundle))).toMatchObject({ code: "unknown-name" });

    expect((await put(api, "access-scopes/power", { query: 'permission_name = "PowerUser"' })).status).toBe(
      200,
    );
    expect((await put(api, "bundles/payments", bundle)).status).toBe(200);
    expect((await put(api, "rotas/payments", rota)).status).toBe(200);
    expect((await put(api, "access-flows/new", naming)).status).toBe(200);
    const remove = (path: string) => api.call(`DELETE /${path}`, { as: frank });
    for (const path of ["bundles/payments", "access-scopes/power", "rotas/payments"])
      expect(problemIn(await remove(path)), path).toMatchObject({ status: 409, code: "still-named" });
    expect(problemIn(await remove("access-scopes/power")).detail).toContain(
      "the access flow new and the bundle payments",
    );
    for (const path of ["access-flows/new", "bundles/payments", "access-scopes/power", "rotas/payments"])
      expect((await remove(path)).status, path).toBe(204);
  });

  it("is no scope that gives every permission set, then or later", async () => {
    const api = await world();
    await put(api, "access-scopes/prod", { query: 'resource_tag["env"] = "prod"' });
    const whole = { targets: [{ accessScope: "prod" }] };
    for (const [path, body] of [
      ["access-flows/new", flow(whole)],
      ["bundles/new", whole],
    ] as const)
      expect(problemIn(await put(api, path, body))).toMatchObject({
        status: 400,
        code: "scope-without-permissions",
        errors: [{ pointer: "/targets/0/accessScope" }],
      });
    const some = { targets: [{ accessScope: "prod", permissionSets: ["PowerUser"] }] };
    expect((await put(api, "bundles/new", some)).status).toBe(200);
    await put(api, "access-scopes/prod", { query: 'permission_name = "PowerUser"' });
    expect((await put(api, "access-flows/new", flow(whole))).status).toBe(200);
    const wider = await put(api, "access-scopes/prod", { query: 'resource_tag["env"] = "prod"' });
    expect(problemIn(wider)).toMatchObject({
      code: "scope-without-permissions",
      errors: [{ pointer: "/query" }],
    });
    expect(await api.accessScopes.get("prod")).toMatchObject({ version: 2 });
  });

  it("is no scope that gives every permission set, when it loses its permissions while a flow that names it is saved", async () => {
    const api = await world();
    await api.inventory.record(seen(anAccountFact(2, { name: "payments-prod" })));
    await api.inventory.record(seen(aPermissionSetFact("PowerUser")));
    await api.call("DELETE /access-flows/prod-power", { as: frank });
    await put(api, "access-scopes/prod", {
      query: 'resource_name = "payments-prod" and permission_name = "ReadOnly"',
    });
    // The flow is checked, and the scope says which permissions; the scope is checked, and no flow names it whole; both are written.
    const write = api.flows.put.bind(api.flows);
    api.flows.put = async (item) => {
      api.flows.put = write;
      const scope = await put(api, "access-scopes/prod", { query: 'resource_name = "payments-prod"' });
      expect(scope.status).toBe(200);
      return write(item);
    };
    expect((await put(api, "access-flows/new", flow({ targets: [{ accessScope: "prod" }] }))).status).toBe(
      200,
    );
    const ask = () => api.call("POST /requests", { as: alice, body: api.ask });
    expect(problemIn(await ask())).toMatchObject({ status: 403, code: "no-matching-flow" });
    // As soon as the scope says it again, the flow gives just that.
    await put(api, "access-scopes/prod", {
      query: 'resource_name = "payments-prod" and permission_name = "PowerUser"',
    });
    expect((await ask()).status).toBe(201);
  });

  it("is at most a hundred accounts one by one, a bundle's with its flow's, whichever is written last", async () => {
    const api = await world();
    const many = (count: number) => ({
      targets: [{ accounts: Array(count).fill("payments-prod"), permissionSets: ["PowerUser"] }],
    });
    for (const count of [101, 501]) {
      const problem = problemIn(await put(api, "bundles/big", many(count)));
      expect(problem).toMatchObject({ code: "too-many-named" });
      expect(problem.detail).toMatch(new RegExp(`${String(count)}.*at most 100.*Use an organizational unit`));
    }
    expect((await put(api, "bundles/big", many(60))).status).toBe(200);
    const named = (count: number) => flow({ targets: [...many(count).targets, { bundle: "big" }] });
    expect(problemIn(await put(api, "access-flows/new", named(41)))).toMatchObject({
      status: 400,
      code: "too-many-named",
      errors: [{ pointer: "/targets" }],
    });
    expect((await put(api, "access-flows/new", named(40))).status).toBe(200);
    expect(problemIn(await put(api, "bundles/big", many(61)))).toMatchObject({ code: "too-many-named" });
    expect(api.bundles.changes).toHaveLength(1);
  });
});
