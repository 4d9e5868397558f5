import { describe, expect, it } from "vitest";
import { aGroupId, aPerson, aPermissionSetArn, anAccountId } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, frank, mallory, root, type ApiUnderTest } from "./world.ts";

/* What bundles, access scopes and rotas have in common, kind by kind; then what is special to each. */

const target = {
  accounts: ["payments-prod"],
  organizationalUnits: ["/Workloads/Prod"],
  permissionSets: ["PowerUser"],
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
    const put = (body: object) => api.call(`PUT /${path}/new`, { as: frank, body });
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
    expect(changes.body).toMatchObject({ items: [{ type: "ConfigurationDeleted", subject: { kind } }] });
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
