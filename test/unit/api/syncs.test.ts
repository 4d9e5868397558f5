import { describe, expect, it } from "vitest";
import type { SyncView } from "../../../lambdas/core/contracts/http/syncs.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import { PHASES } from "../../../lambdas/core/domain/sync.ts";
import { anAccountId } from "../../support/builders.ts";
import { aFailedSync, aFinishedSync, aProblem, aRunningSync, home } from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, root } from "./world.ts";

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
    const connector = { roleArn: `arn:aws:iam::${anAccountId(7)}:role/LockstepConnector` };
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
  const of = "integration=organization&scope=identity";

  it("lists the passes of one integration and scope, newest first, page by page", async () => {
    const { call, syncs } = await apiUnderTest();
    for (const hour of [3, 1, 2]) await syncs.put(aFinishedSync({ begunAt: at(hour) }));
    await syncs.put(aFinishedSync({ begunAt: at(4), scope: "resources" }));
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await call(`GET /syncs?${of}&limit=2${cursor}`, { as });
      const page = body as { readonly items: readonly SyncView[]; readonly cursor?: string };
      seen.push(...page.items.map(({ begunAt }) => begunAt));
      cursor = page.cursor === undefined ? "" : `&cursor=${page.cursor}`;
    } while (cursor !== "");
    expect(seen).toEqual([at(3), at(2), at(1)].map(timestamp));
  });

  it.each([
    ["no integration", "scope=identity", "/integration"],
    ["a name that no integration can have", "integration=a-b&scope=identity", "/integration"],
    ["no scope", "integration=organization", "/scope"],
    ["another scope", "integration=organization&scope=all", "/scope"],
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
    const answer = await call(`GET /syncs?${of}&cursor=x`, { as });
    expect(problemIn(answer)).toMatchObject({ status: 400, code: "invalid-cursor" });
  });
});
