import { describe, expect, it } from "vitest";
import type { SyncView } from "../../../lambdas/core/contracts/http/syncs.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import { PHASES, type Sync } from "../../../lambdas/core/domain/sync.ts";
import { anAccountId } from "../../support/builders.ts";
import {
  aFailedSync,
  aFinishedSync,
  aProblem,
  aRunningSync,
  home,
  integrationName,
} from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, root, type ApiUnderTest } from "./world.ts";

const as = root;
/** The deployment's own organization, as somebody wrote it who wants its accounts looked into. */
const withAccounts = { ...home, externalId: "external-id", memberAccounts: true };

const at = (hour: number) => new Date(Date.UTC(2025, 11, 31, hour));

describe("POST /integrations/{name}/refresh", () => {
  const refresh = "POST /integrations/organization/refresh";

  it("begins a pass of each scope, and says where its progress is told", async () => {
    const { call, integrations, syncStarter, syncs } = await apiUnderTest();
    await integrations.put(withAccounts);
    const { status, body } = await call(refresh, { as });
    expect(status).toBe(202);
    const identity = "organization.identity.20260101T000000Z";
    const resources = "organization.resources.20260101T000000Z";
    expect(body).toEqual({
      syncs: [
        { id: identity, scope: "identity", outcome: "begun", location: `/syncs/${identity}` },
        { id: resources, scope: "resources", outcome: "begun", location: `/syncs/${resources}` },
      ],
    });
    expect(syncStarter.started).toEqual([`${identity}.1`, `${resources}.1`]);
    expect(syncs.all.map(({ occasion }) => occasion)).toEqual([`user:${root.userId}`, `user:${root.userId}`]);
    expect((await call(`GET /syncs/${identity}`, { as })).body).toMatchObject({ status: "running" });
  });

  it("begins only the scope that it names, and none that is under way", async () => {
    const { call, integrations, syncStarter } = await apiUnderTest();
    await integrations.put(withAccounts);
    await call(refresh, { as, body: { scope: "resources" } });
    const { body } = await call(refresh, { as, body: {} });
    expect((body as { syncs: { outcome: string }[] }).syncs.map(({ outcome }) => outcome)).toEqual([
      "begun",
      "already-begun",
    ]);
    expect(syncStarter.started).toHaveLength(2);
  });

  it("looks into accounts only where the integration says so", async () => {
    const { call, syncStarter } = await apiUnderTest();
    const refused = problemIn(await call(refresh, { as, body: { scope: "resources" } }));
    expect(refused).toMatchObject({ code: "invalid-body", errors: [{ pointer: "/scope" }] });
    expect(refused.detail).toContain("memberAccounts");
    await call(refresh, { as });
    expect(syncStarter.started).toEqual(["organization.identity.20260101T000000Z.1"]);
  });

  it("begins the resources of an account, and refuses its directory", async () => {
    const { call, syncs } = await apiUnderTest();
    const account = { kind: "aws-account", accountId: anAccountId(9), region: "eu-west-1" };
    await call("PUT /integrations/own", { as, body: account });
    const refused = await call("POST /integrations/own/refresh", { as, body: { scope: "identity" } });
    expect(problemIn(refused)).toMatchObject({ code: "invalid-body", errors: [{ pointer: "/scope" }] });
    expect(syncs.all).toEqual([]);
    const { body } = await call("POST /integrations/own/refresh", { as });
    expect(body).toMatchObject({ syncs: [{ id: "own.resources.20260101T000000Z" }] });
    expect(syncs.all).toHaveLength(1);
  });

  it("begins nothing where Lockstep has no way in: it would see its own organization instead", async () => {
    const { call, syncs, syncStarter } = await apiUnderTest();
    const body = { kind: "aws-account", accountId: anAccountId(7), region: "eu-west-1" };
    await call("PUT /integrations/acquired", { as, body });
    const problem = problemIn(await call("POST /integrations/acquired/refresh", { as }));
    expect(problem).toMatchObject({ status: 409, code: "connector-missing" });
    expect(syncs.all).toEqual([]);
    const connector = { roleArn: `arn:aws:iam::${anAccountId(7)}:role/lockstep/lockstep-member` };
    await call("PUT /integrations/acquired", { as, body: { ...body, connector } });
    expect((await call("POST /integrations/acquired/refresh", { as })).status).toBe(202);
    expect(syncStarter.started).toEqual(["acquired.resources.20260101T000000Z.1"]);
  });

  it.each([
    ["another scope", { scope: "everything" }, "invalid-body", "/scope"],
    ["more than a scope", { scope: "identity", force: true }, "unknown-field", "/force"],
  ])("refuses %s", async (_what, body, code, pointer) => {
    const { call, syncs } = await apiUnderTest();
    expect(problemIn(await call(refresh, { as, body }))).toMatchObject({
      status: 400,
      code,
      errors: [{ pointer }],
    });
    expect(syncs.all).toEqual([]);
  });

  it("says that it was not started when Step Functions does not answer, and starts it when asked again", async () => {
    const { call, syncStarter } = await apiUnderTest();
    syncStarter.unavailable = true;
    const answer = await call(refresh, { as, body: { scope: "identity" } });
    expect(problemIn(answer)).toMatchObject({ status: 503, code: "service-unavailable" });
    syncStarter.unavailable = false;
    expect((await call(refresh, { as, body: { scope: "identity" } })).status).toBe(202);
    expect(syncStarter.started).toHaveLength(1);
  });
});

describe("GET /syncs/{id}", () => {
  it("tells how far it is, what it took, and when the phase will have ended", async () => {
    const { call, syncs } = await apiUnderTest();
    const sync = aRunningSync(
      { begunAt: at(23) },
      {
        occasion: "schedule",
        checkpoint: { phase: "assignments", cursor: "secret-cursor" },
        phaseBegunAt: timestamp(new Date("2025-12-31T23:50:00.000Z")),
        updatedAt: timestamp(new Date("2026-01-01T00:00:00.000Z")),
        done: 200,
        total: 600,
        method: { chosen: "by-account", why: "It needs the fewest calls." },
        calls: { "sso-admin:ListAccountAssignments": 200 },
        throttles: 3,
        changes: { appeared: 1, changed: 2, vanished: 3 },
        counts: { account: 12 },
        problems: [aProblem({ severity: "warning" })],
        moreProblems: 1,
        failedBefore: aProblem({ code: "credentials-expired" }),
      },
    );
    await syncs.put(sync);
    const { body } = await call(`GET /syncs/${sync.id}`, { as });
    expect(body).toEqual({
      id: sync.id,
      integration: "organization",
      scope: "identity",
      status: "running",
      occasion: "schedule",
      baseline: false,
      begunAt: sync.begunAt,
      updatedAt: sync.updatedAt,
      phase: {
        name: "assignments",
        number: PHASES.identity.length,
        of: PHASES.identity.length,
        begunAt: sync.phaseBegunAt,
        done: 200,
        total: 600,
        estimatedEnd: "2026-01-01T00:20:00.000Z",
      },
      method: sync.method,
      calls: sync.calls,
      throttles: 3,
      changes: sync.changes,
      counts: sync.counts,
      problems: sync.problems,
      moreProblems: 1,
      failedBefore: sync.failedBefore,
    });
  });

  it("tells how it ended: without a phase, and why if it failed", async () => {
    const { call, syncs } = await apiUnderTest();
    const [finished, failed] = [aFinishedSync({ begunAt: at(1) }), aFailedSync({ begunAt: at(2) })];
    for (const sync of [finished, failed]) await syncs.put(sync);
    const shown = async (id: string) => (await call(`GET /syncs/${id}`, { as })).body;
    expect(await shown(finished.id)).toMatchObject({
      status: "finished",
      endedAt: "2025-12-31T01:01:00.000Z",
    });
    expect(await shown(finished.id)).not.toHaveProperty("phase");
    expect(await shown(failed.id)).toMatchObject({ status: "failed", reason: aProblem() });
  });

  it("finds nothing under an id that nobody gave", async () => {
    const { call } = await apiUnderTest();
    for (const id of [aFinishedSync().id, "organization", "organization.identity.now"]) {
      expect(problemIn(await call(`GET /syncs/${id}`, { as }))).toMatchObject({
        status: 404,
        code: "not-found",
      });
    }
  });
});

describe("GET /syncs", () => {
  const sandbox = integrationName("sandbox");
  const another = integrationName("another");
  const worldWith = async (...syncs: readonly Sync[]) => {
    const world = await apiUnderTest();
    for (const name of ["sandbox", "another"]) {
      const accountId = anAccountId(name === "sandbox" ? 7 : 8);
      await world.call(`PUT /integrations/${name}`, {
        as,
        body: { kind: "aws-account", accountId, region: "eu-west-1" },
      });
    }
    for (const sync of syncs) await world.syncs.put(sync);
    return { ...world, listed: listedBy(world) };
  };

  /** The ids of all pages, and how many pages there were. */
  const listedBy =
    ({ call }: Pick<ApiUnderTest, "call">) =>
    async (query: string) => {
      const ids: string[] = [];
      let pages = 0;
      let cursor = "";
      do {
        const { body } = await call(`GET /syncs?${query}${cursor}`, { as });
        const page = body as { readonly items: readonly SyncView[]; readonly cursor?: string };
        ids.push(...page.items.map(({ id }) => id));
        pages += 1;
        cursor = page.cursor === undefined ? "" : `&cursor=${page.cursor}`;
      } while (cursor !== "");
      return { ids, pages };
    };

  const hours = [1, 2, 3];
  const identity = hours.map((hour) => aFinishedSync({ begunAt: at(hour) }));
  const resources = hours.map((hour) => aFinishedSync({ begunAt: at(hour), scope: "resources" }));
  const ofSandbox = hours.map((hour) =>
    aFinishedSync({ begunAt: at(hour + 1), scope: "resources", integration: sandbox }),
  );
  const all = [...identity, ...resources, ...ofSandbox];
  const idsOf = (syncs: readonly Sync[]) => syncs.map(({ id }) => id);

  it.each([
    ["of one integration and scope", "integration=organization&scope=identity", identity],
    ["of one integration", "integration=sandbox", ofSandbox],
    ["of one scope", "scope=identity", identity],
  ])("lists those %s, newest first, page by page", async (_what, query, expected) => {
    const { listed } = await worldWith(...all);
    expect(await listed(`${query}&limit=2`)).toEqual({ ids: idsOf(expected).toReversed(), pages: 2 });
  });

  it.each([1, 2, 3, 4, 8, 9, 100])(
    "lists all of them, newest first, by pages of %i, those of one second by their ids",
    async (limit) => {
      const { listed } = await worldWith(...all);
      const { ids, pages } = await listed(`limit=${limit}`);
      const begun = (hour: number) => idsOf(all.filter(({ begunAt }) => begunAt === timestamp(at(hour))));
      expect(ids).toEqual([4, 3, 2, 1].flatMap((hour) => begun(hour).toSorted()));
      expect(pages).toBe(Math.ceil(all.length / limit));
    },
  );

  it("goes on where it was when others were begun meanwhile", async () => {
    const { call, listed, syncs } = await worldWith(...identity);
    const first = (await call("GET /syncs?limit=1", { as })).body as { readonly cursor: string };
    await syncs.put(aFinishedSync({ begunAt: at(5), scope: "resources", integration: another }));
    expect((await listed(`limit=100&cursor=${first.cursor}`)).ids).toEqual(
      idsOf(identity).toReversed().slice(1),
    );
  });

  it("passes nothing over when a line is read in part only, as DynamoDB does after a megabyte", async () => {
    const whole = await worldWith(...all, aFinishedSync({ begunAt: at(0), integration: another }));
    const syncs = Object.assign(Object.create(whole.syncs) as typeof whole.syncs, {
      list: async (...[of, page]: Parameters<typeof whole.syncs.list>) => {
        const { items } = await whole.syncs.list(of, { ...page, limit: 1 });
        return { items, more: items.length === 1 };
      },
    });
    const listed = listedBy(await apiUnderTest({ syncs, integrations: whole.integrations }));
    const { ids, pages } = await listed("limit=100");
    expect(ids).toEqual((await whole.listed("limit=100")).ids);
    expect(pages).toBeGreaterThan(1);
  });

  it("tells of an integration that there is none, and which there are", async () => {
    const { call } = await worldWith();
    const problem = problemIn(await call("GET /syncs?integration=nope", { as }));
    expect(problem).toMatchObject({ status: 404, code: "not-found" });
    expect(problem.detail).toBe("There is no integration nope, only another, organization, sandbox.");
    expect((await call("GET /syncs?integration=sandbox", { as })).body).toEqual({ items: [] });
  });

  it("still lists those of an integration that was deleted, by its name", async () => {
    const { call, listed } = await worldWith(...ofSandbox);
    await call("DELETE /integrations/sandbox", { as });
    expect((await listed("integration=sandbox")).ids).toHaveLength(ofSandbox.length);
    expect((await listed("limit=100")).ids).toEqual([]);
  });

  it.each([
    ["a name that no integration can have", "integration=a-b", "/integration"],
    ["another scope", "scope=all", "/scope"],
  ])("refuses %s", async (_what, query, pointer) => {
    const { call } = await apiUnderTest();
    expect(problemIn(await call(`GET /syncs?${query}`, { as }))).toMatchObject({
      status: 400,
      code: "invalid-query",
      errors: [{ pointer }],
    });
  });

  it("refuses a cursor that it never gave", async () => {
    const { call } = await apiUnderTest();
    const answer = await call("GET /syncs?cursor=x", { as });
    expect(problemIn(answer)).toMatchObject({ status: 400, code: "invalid-cursor" });
  });
});
