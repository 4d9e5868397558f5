import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { SweepReportSchema, type SweepReport } from "../../lambdas/core/contracts/http/sweep.ts";
import { assignByHand, isAssigned, permissionSetArn, unassignByHand } from "./support/assignments.ts";
import { byHand } from "./support/by-hand.ts";
import { ask, decide, inStatus } from "./support/requests.ts";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";
import { until } from "./support/until.ts";

const PAYMENTS_PROD = "222222222222";
const LONG_AGO = "2020-01-01T00:00:00.000Z";

let running: RunningEnvironment;
let hand: ReturnType<typeof byHand>;
let databaseOperator: string;
const logged: string[] = [];

beforeAll(async () => {
  running = await runEnvironment({ onLog: (line) => logged.push(line) });
  hand = byHand(running.environment);
  databaseOperator = await permissionSetArn(running.environment, "DatabaseOperator");
});

afterAll(async () => {
  await running.environment.close();
});

const assignmentOf = async (userName: string) => {
  const { userId } = z
    .looseObject({ userId: z.string() })
    .parse((await running.as(userName, "GET /me")).body);
  return { accountId: PAYMENTS_PROD, permissionSetArn: databaseOperator, principalId: userId };
};

/** Tara administrates. */
const sweep = async (): Promise<SweepReport> => {
  const answer = await running.as("tara", "POST /sweep");
  expect(answer).toMatchObject({ status: 200 });
  return SweepReportSchema.parse(answer.body);
};

const granted = async (userName: string) => {
  const asked = await ask(running, userName, { duration: "PT2H" });
  await decide(running, "grace", asked);
  return inStatus(running, userName, asked, "active");
};

const eventsOf = async (userName: string, id: string): Promise<readonly number[]> => {
  const answer = await running.as(userName, `GET /requests/${id}/events`);
  const { items } = z.object({ items: z.array(z.looseObject({ sequence: z.number() })) }).parse(answer.body);
  return items.map(({ sequence }) => sequence);
};

const gone = (assignment: Awaited<ReturnType<typeof assignmentOf>>) =>
  until("the assignment is gone", async () =>
    (await isAssigned(running.environment, assignment)) ? undefined : true,
  );

describe("POST /sweep", { timeout: 90_000 }, () => {
  it("is for administrators", async () => {
    expect(await running.as("alice", "POST /sweep")).toMatchObject({ status: 403 });
  });

  it("finds nothing where everything is as it should be, and says that it looked at everything", async () => {
    const { id } = await granted("alice");
    await hand.change(id, { activeAt: LONG_AGO });
    const report = await sweep();
    expect(report).toMatchObject({ complete: true, findings: [], problems: [] });
    expect(report.access.compared).toBe(1);
    await running.as("alice", `POST /requests/${id}/revoke`);
    await inStatus(running, "alice", { id }, "ended");
  });

  it("reports access that somebody makes again after Lockstep removed it, and leaves it", async () => {
    const assignment = await assignmentOf("alice");
    expect(await isAssigned(running.environment, assignment)).toBe(false);
    await assignByHand(running.environment, assignment);
    expect((await sweep()).findings).toEqual([
      expect.objectContaining({
        kind: "appeared",
        outcome: "reported",
        access: expect.objectContaining({ principalId: assignment.principalId }) as object,
      }),
    ]);
    expect(await isAssigned(running.environment, assignment)).toBe(true);
    await unassignByHand(running.environment, assignment);
    expect((await sweep()).findings).toEqual([]);
  });

  it("reports access that somebody removes while a request needs it, and does not make it again", async () => {
    const assignment = await assignmentOf("alice");
    const { id } = await granted("alice");
    await hand.change(id, { activeAt: LONG_AGO });
    await unassignByHand(running.environment, assignment);
    expect((await sweep()).findings).toEqual([
      expect.objectContaining({ kind: "vanished", outcome: "reported" }),
    ]);
    expect(await isAssigned(running.environment, assignment)).toBe(false);
    await running.as("alice", `POST /requests/${id}/revoke`);
    await inStatus(running, "alice", { id }, "ended");
  });

  it("puts back an audit entry that somebody deleted", async () => {
    const { id } = await granted("alice");
    await running.environment.idle();
    await hand.deleteAuditEntry(id, 2);
    await hand.change(id, { dueAt: LONG_AGO });
    expect((await sweep()).findings).toEqual([
      expect.objectContaining({ kind: "audit-gap", outcome: "healed", requestId: id }),
    ]);
    expect(await eventsOf("alice", id)).toEqual([1, 2, 3, 4]);
    await running.as("alice", `POST /requests/${id}/revoke`);
    await inStatus(running, "alice", { id }, "ended");
  });
});

describe("an execution that somebody stops", { timeout: 90_000 }, () => {
  it("is replaced by the rule; when that one is stopped too, POST /sweep ends what is overdue", async () => {
    const assignment = await assignmentOf("alice");
    const { id } = await granted("alice");
    await hand.stop(id);
    const [replacement] = await until("another execution", async () => {
      const names = await hand.running(id);
      return names.length > 0 ? names : undefined;
    });
    expect(replacement).toBe(`${id}.restart`);
    await hand.stop(`${id}.restart`);
    await running.environment.idle();
    expect(await hand.running(id)).toEqual([]);

    await hand.change(id, { expiresAt: LONG_AGO, dueAt: LONG_AGO });
    expect((await sweep()).findings).toContainEqual(
      expect.objectContaining({ kind: "overdue-request", outcome: "restarted", requestId: id }),
    );
    expect(await inStatus(running, "alice", { id }, "ended")).toMatchObject({ ended: { reason: "expired" } });
    await gone(assignment);
  });
});

// After all others: what it removes is looked for once more 16 minutes later.
describe("an orphan", { timeout: 90_000 }, () => {
  it("is what a request held that does not exist any more: POST /sweep has it removed", async () => {
    const assignment = await assignmentOf("alice");
    const { id } = await granted("alice");
    await hand.deleteRequest(id);
    const report = await sweep();
    expect(report).toMatchObject({ complete: true, access: { deadHolders: 1, orphans: 1 } });
    expect(report.findings.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ["dead-holder", "hold-ended"],
      ["orphan", "removal-queued"],
    ]);
    await gone(assignment);
  });
});

describe("the sweep's function", () => {
  it("logged no defect and was denied nothing", () => {
    const lines = logged.filter((line) => line.includes("lockstep-sweep"));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => /AccessDenied|A part of the sweep failed/.test(line))).toEqual([]);
  });
});
