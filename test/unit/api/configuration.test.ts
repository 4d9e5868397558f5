import { describe, expect, it } from "vitest";
import { firstBrokenLink } from "../../../lambdas/core/domain/audit.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import { aGroupId, aPerson, anAccountId, identityCenter } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, root, type ApiUnderTest } from "./world.ts";

const document = (max = "PT8H") => ({
  requestors: { anyOf: [{ group: "payments-engineers" }] },
  targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
  duration: { max },
});
const file = { "lockstep-via": "file" };
const zoe = aPerson("zoe");

/** The API, with a second administrator. */
const world = async () => {
  const api = await apiUnderTest();
  api.directory.addUser({ userId: zoe.userId, userName: "zoe", email: "zoe@example.com" });
  api.directory.join(zoe.userId, aGroupId("platform-admins"));
  return api;
};

const put = async ({ call }: ApiUnderTest, max: string, options = {}) => {
  const answer = await call("PUT /access-flows/new", { as: root, body: document(max), ...options });
  expect(answer.status).toBe(200);
  return answer.body as { readonly version: number; readonly unconfirmedEditors: readonly string[] };
};

const changesOf = async ({ call }: ApiUnderTest, query: string) => {
  const entries: ConfigurationEntry[] = [];
  let cursor = "";
  do {
    const line = `GET /configuration/changes?${query}${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const { status, body } = await call(line, { as: root });
    expect(status).toBe(200);
    const page = body as { readonly items: readonly ConfigurationEntry[]; readonly cursor?: string };
    entries.push(...page.items);
    cursor = page.cursor ?? "";
  } while (cursor !== "");
  return entries;
};

describe("GET /configuration/changes", () => {
  it("shows who changed what, when, how, and from what to what, before and after it is recorded", async () => {
    const api = await world();
    await put(api, "PT1H");
    await put(api, "PT2H", { headers: file });
    expect((await api.call("DELETE /access-flows/new", { as: zoe, headers: file })).status).toBe(204);
    const cases = [0, 2, 3].flatMap((recorded) => [1, 2, 3, 50].map((limit) => ({ recorded, limit })));
    for (const { recorded, limit } of cases) {
      for (const entry of api.flows.changes.slice(0, recorded)) await api.configurationTrail.append(entry);
      const entries = await changesOf(api, `kind=access-flow&name=new&limit=${String(limit)}`);
      expect(entries).toMatchObject([
        { type: "ConfigurationSaved", via: "api", actor: { userId: root.userId } },
        {
          type: "ConfigurationSaved",
          via: "file",
          before: { duration: { max: "PT1H" } },
          after: { duration: { max: "PT2H" } },
        },
        { type: "ConfigurationDeleted", version: 3, via: "file", actor: { userId: zoe.userId } },
      ]);
      expect(firstBrokenLink(entries)).toBeUndefined();
    }
  });

  it("shows no ExternalId of an integration", async () => {
    const api = await world();
    const body = {
      kind: "aws-organization",
      managementAccountId: anAccountId(1),
      region: "eu-west-1",
      identityCenterRegion: identityCenter.region,
      accessPortalUrl: identityCenter.accessPortalUrl,
    };
    const saved = await api.call("PUT /integrations/organization", { as: root, body, headers: file });
    const { externalId } = saved.body as { readonly externalId: string };
    expect(externalId).toBeTruthy();
    const changes = await changesOf(api, "kind=integration&name=organization");
    expect(changes).toMatchObject([
      { type: "ConfigurationSaved", via: "file", after: { name: "organization" } },
    ]);
    expect(JSON.stringify(changes)).not.toContain(externalId);
  });

  it("says nothing of what an earlier version wrote, and refuses what never was, no kind, and other people", async () => {
    const api = await world();
    expect(await changesOf(api, "kind=access-flow&name=prod-power")).toEqual([]);
    const refused = async (query: string, as = root) =>
      problemIn(await api.call(`GET /configuration/changes${query}`, { as })).code;
    expect(await refused("?kind=access-flow&name=never")).toBe("not-found");
    expect(await refused("?kind=bundle&name=prod-power")).toBe("not-found");
    expect(await refused("?name=prod-power")).toBe("invalid-query");
    expect(await refused("?kind=request&name=prod-power")).toBe("invalid-query");
    expect(await refused("?kind=access-flow&name=prod-power&cursor=LTE")).toBe("invalid-cursor");
    expect(await refused("?kind=access-flow&name=prod-power", alice)).toBe("role-missing");
  });
});

describe("Lockstep-Via", () => {
  it("is refused, and nothing written, where it says anything else", async () => {
    const api = await world();
    for (const value of ["api", "", "File", "file, file"]) {
      const headers = { "lockstep-via": value };
      const answer = await api.call("PUT /access-flows/new", { as: root, body: document(), headers });
      expect(problemIn(answer)).toMatchObject({ status: 400, code: "invalid-via" });
    }
    expect(api.flows.changes).toEqual([]);
  });
});

describe("POST /access-flows/{name}/confirm", () => {
  const confirm = ({ call }: ApiUnderTest, as: typeof zoe, version: number) =>
    call("POST /access-flows/new/confirm", { as, body: { version } });

  it("lets another administrator vouch for the version, which stays, and leaves an entry", async () => {
    const api = await world();
    expect(await put(api, "PT1H")).toMatchObject({ version: 1, unconfirmedEditors: [root.userId] });
    const { status, body } = await confirm(api, zoe, 1);
    expect({ status, body }).toMatchObject({ status: 200, body: { version: 1, unconfirmedEditors: [] } });
    expect((await confirm(api, root, 1)).body).toEqual(body);
    expect(api.flows.changes).toMatchObject([
      { type: "ConfigurationSaved" },
      { type: "ConfigurationConfirmed", version: 1, actor: { userId: zoe.userId } },
    ]);
    expect(await put(api, "PT1H")).toMatchObject({ version: 1, unconfirmedEditors: [] });
    expect(await put(api, "PT2H")).toMatchObject({ version: 2, unconfirmedEditors: [root.userId] });
  });

  it("is refused to the one who edited it, of another version, without a version, and to other people", async () => {
    const api = await world();
    await put(api, "PT1H");
    expect(problemIn(await confirm(api, root, 1))).toMatchObject({ status: 403, code: "self-confirmation" });
    expect(problemIn(await confirm(api, zoe, 2))).toMatchObject({
      status: 409,
      code: "concurrent-modification",
    });
    expect(problemIn(await confirm(api, alice, 1))).toMatchObject({ code: "not-administrator" });
    const call = (line: string, body: object) => api.call(line, { as: zoe, body });
    expect(problemIn(await call("POST /access-flows/new/confirm", {}))).toMatchObject({
      code: "invalid-body",
    });
    expect(problemIn(await call("POST /access-flows/never/confirm", { version: 1 }))).toMatchObject({
      code: "not-found",
    });
    expect((await api.flows.get("new"))?.unconfirmedEditors).toEqual([root.userId]);
  });
});
