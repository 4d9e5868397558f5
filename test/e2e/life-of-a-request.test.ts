import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import type { RequestView } from "../../lambdas/core/contracts/http/requests.ts";
import { assignByHand, isAssigned, permissionSetArn } from "./support/assignments.ts";
import { anAsk, ask, decide, inStatus, requestIn } from "./support/requests.ts";
import { runEnvironment } from "./support/running-environment.ts";
import type { RunningEnvironment } from "./support/running-environment.ts";
import { until } from "./support/until.ts";

const PAYMENTS_PROD = "222222222222";

let running: RunningEnvironment;
let databaseOperator: string;

beforeAll(async () => {
  running = await runEnvironment();
  databaseOperator = await permissionSetArn(running.environment, "DatabaseOperator");
});

afterAll(async () => {
  await running.environment.close();
});

const idOf = async (userName: string) => {
  const me = (await running.as(userName, "GET /me")).body as { userId: string };
  return me.userId;
};

const assignmentOf = async (userName: string) => ({
  accountId: PAYMENTS_PROD,
  permissionSetArn: databaseOperator,
  principalId: await idOf(userName),
});

const statusesOf = async (userName: string, id: string) => {
  await running.environment.idle();
  const answer = await running.as(userName, `GET /requests/${id}/events`);
  const { items } = z.object({ items: z.array(z.object({ status: z.string() })) }).parse(answer.body);
  return items.map(({ status }) => status);
};

/** A busy machine takes seconds for a few calls, and what is looked at must still be active then. */
const LONG_ENOUGH_TO_LOOK = "PT15S";

describe("a request", { timeout: 60_000 }, () => {
  it("that is approved is granted, held and revoked, and AWS shows all of it", async () => {
    const assignment = await assignmentOf("alice");
    expect(await isAssigned(running.environment, assignment)).toBe(false);

    const asked = await ask(running, "alice", { duration: LONG_ENOUGH_TO_LOOK });
    expect(asked).toMatchObject({ status: "pending", flow: "prod-power", requester: { userName: "alice" } });
    const waiting = (await running.as("grace", "GET /requests?view=to-approve")).body as {
      items: { id: string }[];
    };
    expect(waiting.items.map(({ id }) => id)).toEqual([asked.id]);

    await decide(running, "grace", asked);
    const active = await inStatus(running, "alice", asked, "active");
    expect(await isAssigned(running.environment, assignment)).toBe(true);
    expect(active.instructions?.[0]?.portalUrl).toContain(PAYMENTS_PROD);
    expect(active.instructions?.[0]?.awsProfile).toContain("sso_role_name = DatabaseOperator");

    const ended = await inStatus(running, "alice", asked, "ended");
    expect(ended).toMatchObject({
      ended: { reason: "expired" },
      entitlements: [{ status: "removed", standing: false }],
    });
    expect(ended.ended?.at.localeCompare(active.expiresAt ?? "")).toBeGreaterThanOrEqual(0);
    expect(await isAssigned(running.environment, assignment)).toBe(false);
    expect(await statusesOf("alice", asked.id)).toEqual([
      "pending",
      "approved",
      "granting",
      "active",
      "revoking",
      "ended",
    ]);
  });

  it("under a flow without steps needs nobody", async () => {
    const asked = await ask(running, "dmitri", {
      entitlements: [{ account: "payments-prod", permissionSet: "ReadOnly" }],
      duration: "PT4S",
    });
    expect(asked).toMatchObject({ flow: "payments-read", approval: { steps: [] } });
    await inStatus(running, "dmitri", asked, "ended");
  });

  it("can be for a group that the requester belongs to", async () => {
    const asked = await ask(running, "jonas", {
      entitlements: [{ account: "ledger-prod", permissionSet: "PowerUser" }],
      principal: { type: "GROUP", name: "ledger-oncall" },
      duration: "PT4S",
    });
    expect(asked).toMatchObject({ flow: "oncall-incident", principal: { type: "GROUP" } });
    await inStatus(running, "jonas", asked, "ended");
    const refused = await running.as("ines", "POST /requests", {
      body: anAsk({
        entitlements: [{ account: "ledger-prod", permissionSet: "DatabaseOperator" }],
        principal: { type: "GROUP", name: "ledger-oncall" },
      }),
    });
    expect(refused).toMatchObject({ status: 403, body: { code: "principal-not-allowed" } });
  });

  it("that is rejected or cancelled grants nothing", async () => {
    const rejected = await ask(running, "chidi");
    expect(await decide(running, "hiro", rejected, "reject")).toMatchObject({ status: "rejected" });
    const cancelled = await ask(running, "chidi");
    const answer = await running.as("chidi", `POST /requests/${cancelled.id}/cancel`, {
      body: { reason: "solved" },
    });
    expect(requestIn(answer)).toMatchObject({ status: "cancelled", ended: { reason: "cancelled" } });
    expect(await isAssigned(running.environment, await assignmentOf("chidi"))).toBe(false);
  });

  it("that nobody decides in time lapses", async () => {
    const flow = {
      requestors: { anyOf: [{ user: "farid" }] },
      targets: [{ accounts: ["payments-dev"], permissionSets: ["ReadOnly"] }],
      duration: { max: "PT1H" },
      approval: { steps: [{ anyOf: [{ group: "payments-leads" }], within: "PT1S" }] },
    };
    expect(await running.as("tara", "PUT /access-flows/a-impatient", { body: flow })).toMatchObject({
      status: 200,
    });
    // It would allow the same without an approval, and so be chosen.
    expect(await running.as("tara", "DELETE /access-flows/look-around")).toMatchObject({ status: 204 });
    const lapsing = await ask(running, "farid", {
      entitlements: [{ account: "payments-dev", permissionSet: "ReadOnly" }],
      duration: "PT4S",
    });
    expect(lapsing).toMatchObject({ flow: "a-impatient", status: "pending" });
    expect(await inStatus(running, "farid", lapsing, "lapsed")).toMatchObject({
      ended: { reason: "lapsed" },
    });
  });

  it("can be revoked early by its approver, and once more without effect", async () => {
    const asked = await ask(running, "dana");
    await decide(running, "grace", asked);
    await inStatus(running, "dana", asked, "active");
    await running.as("grace", `POST /requests/${asked.id}/revoke`, { body: { reason: "done" } });
    const ended = await inStatus(running, "dana", asked, "ended");
    expect(ended).toMatchObject({ ended: { reason: "revoked", by: { userName: "grace" } } });
    expect(await isAssigned(running.environment, await assignmentOf("dana"))).toBe(false);
    expect(requestIn(await running.as("dana", `POST /requests/${asked.id}/revoke`))).toMatchObject({
      version: ended.version,
    });
  });

  it("can be extended with approval, and ends at its new expiry", async () => {
    const flow = {
      requestors: { anyOf: [{ user: "bruno" }] },
      targets: [{ accounts: ["payments-prod"], permissionSets: ["DatabaseOperator"] }],
      duration: { max: "PT1M" },
      approval: { steps: [{ anyOf: [{ group: "payments-leads" }], within: "PT1H" }] },
      settings: { maxExtensions: 1, extensionDuration: "PT10S", maxSessionDuration: "PT12H" },
    };
    const saved = await running.as("tara", "PUT /access-flows/a-extensible", { body: flow });
    expect(saved).toMatchObject({ status: 200, body: { settings: flow.settings } });
    const assignment = await assignmentOf("bruno");
    const asked = await ask(running, "bruno", { duration: LONG_ENOUGH_TO_LOOK });
    expect(asked).toMatchObject({ flow: "a-extensible" });
    await decide(running, "grace", asked);
    const active = await inStatus(running, "bruno", asked, "active");
    expect(active.sessionsNote).toContain(active.sessionsUntil);

    const body = { duration: "PT5S", justification: "not done yet" };
    const extended = await running.as("bruno", `POST /requests/${asked.id}/extend`, { body });
    expect(requestIn(extended)).toMatchObject({
      status: "active",
      expiresAt: active.expiresAt,
      extension: body,
    });
    const waiting = (await running.as("grace", "GET /requests?view=to-approve")).body as {
      items: RequestView[];
    };
    const seen = waiting.items.find(({ id }) => id === asked.id)?.extension;
    expect(seen).toMatchObject(body);
    const expiry = Date.parse(active.expiresAt ?? "");
    const approved = await decide(running, "grace", asked, "approve", { extension: seen?.askedAt });
    expect(approved.expiresAt).toBe(new Date(expiry + 5000).toISOString());
    expect(await running.as("bruno", `POST /requests/${asked.id}/extend`, { body })).toMatchObject({
      status: 409,
      body: { code: "too-many-extensions" },
    });

    await until("the first expiry to pass", () => Promise.resolve(Date.now() > expiry + 1000 || undefined));
    expect(await isAssigned(running.environment, assignment)).toBe(true);
    const ended = await inStatus(running, "bruno", asked, "ended");
    expect(ended).toMatchObject({ expiresAt: approved.expiresAt, ended: { reason: "expired" } });
    expect(ended.ended?.at.localeCompare(approved.expiresAt ?? "")).toBeGreaterThanOrEqual(0);
    expect(await isAssigned(running.environment, assignment)).toBe(false);
    expect(await running.as("tara", "DELETE /access-flows/a-extensible")).toMatchObject({ status: 204 });
  });

  it("never takes standing access away", async () => {
    const assignment = await assignmentOf("elif");
    await assignByHand(running.environment, assignment);
    const asked = await ask(running, "elif", { duration: "PT4S" });
    await decide(running, "grace", asked);
    const ended = await inStatus(running, "elif", asked, "ended");
    expect(ended).toMatchObject({ entitlements: [{ standing: true, status: "kept" }] });
    expect(await isAssigned(running.environment, assignment)).toBe(true);
  });

  it("that overlaps another one for the same access keeps it until the last one ends", async () => {
    const assignment = await assignmentOf("bruno");
    const long = await ask(running, "bruno", { duration: "PT1H" });
    const short = await ask(running, "bruno", { duration: "PT4S" });
    await decide(running, "grace", long);
    await inStatus(running, "bruno", long, "active");
    await decide(running, "grace", short);
    await inStatus(running, "bruno", short, "ended");
    expect(requestIn(await running.as("bruno", `GET /requests/${long.id}`))).toMatchObject({
      status: "active",
    });
    expect(await isAssigned(running.environment, assignment)).toBe(true);
    await running.as("bruno", `POST /requests/${long.id}/revoke`, { body: {} });
    await inStatus(running, "bruno", long, "ended");
    expect(await isAssigned(running.environment, assignment)).toBe(false);
  });

  it("can be for later", async () => {
    const startAt = new Date(Date.now() + 12_000).toISOString();
    const asked = await ask(running, "alice", { startAt, duration: "PT4S" });
    await decide(running, "grace", asked);
    await inStatus(running, "alice", asked, "scheduled");
    const ended = await inStatus(running, "alice", asked, "ended");
    expect((ended.activeAt ?? "").localeCompare(startAt)).toBeGreaterThanOrEqual(0);
  });

  it("is told once for an idempotency key", async () => {
    const headers = { "idempotency-key": "one-and-the-same" };
    const first = await running.as("alice", "POST /requests", { body: anAsk(), headers });
    const second = await running.as("alice", "POST /requests", { body: anAsk(), headers });
    expect(requestIn(second, 201).id).toBe(requestIn(first, 201).id);
    const other = await running.as("bruno", "POST /requests", { body: anAsk(), headers });
    expect(requestIn(other, 201).id).not.toBe(requestIn(first, 201).id);
    const reused = await running.as("alice", "POST /requests", {
      body: anAsk({ duration: "PT2H" }),
      headers,
    });
    expect(reused).toMatchObject({ status: 409, body: { code: "idempotency-key-reused" } });
  });

  it("leaves a trail that is complete and linked", async () => {
    const asked = await ask(running, "alice");
    await running.as("alice", `POST /requests/${asked.id}/cancel`);
    const { items } = await until("both audit entries", async () => {
      const answer = await running.as("alice", `GET /requests/${asked.id}/events`);
      const page = answer.body as { items: { sequence: number; hash: string; previousHash: string }[] };
      return page.items.length === 2 ? page : undefined;
    });
    expect(items.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(items[1]?.previousHash).toBe(items[0]?.hash);
  });
});
