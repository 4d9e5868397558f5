import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestView } from "../../lambdas/core/contracts/http/requests.ts";
import { ask, inStatus } from "./support/requests.ts";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";

/*
 * Access that is asked for ahead, by every kind of fact that it is judged by when it begins: with the permissions that the function
 * has which grants it. Kofi is an auditor, and on call.
 */

let running: RunningEnvironment;

beforeAll(async () => {
  running = await runEnvironment();
}, 120_000);

afterAll(async () => {
  await running.environment.close();
});

const onCallIs = async (user: string): Promise<void> => {
  const rota = {
    timeZone: "UTC",
    rotation: { participants: [user], startsAt: "2026-01-01T00:00:00Z", every: "P7D" },
  };
  expect(await running.as("tara", "PUT /rotas/auditing", { body: rota })).toMatchObject({ status: 200 });
};

const askedAhead = (): Promise<RequestView> =>
  ask(running, "kofi", {
    entitlements: [{ account: "ledger-prod", permissionSet: "ReadOnly" }],
    startAt: new Date(Date.now() + 12_000).toISOString(),
    duration: "PT4S",
  });

describe("access that is asked for ahead", { timeout: 120_000 }, () => {
  it("begins when all is still so, and is refused, with the reason, when somebody else is on call by then", async () => {
    await onCallIs("kofi");
    const flow = {
      requestors: { anyOf: [{ group: "auditors" }] },
      targets: [{ accounts: ["ledger-prod"], permissionSets: ["ReadOnly"] }],
      duration: { max: "PT8H" },
      approval: {
        automatic: {
          allOf: [
            { onCall: "auditing" },
            { durationBelow: "PT30M" },
            { not: { targetTag: { key: "nobody-has-this" } } },
          ],
        },
        steps: [{ anyOf: [{ group: "payments-leads" }] }],
      },
    };
    expect(await running.as("tara", "PUT /access-flows/audit-ahead", { body: flow })).toMatchObject({
      status: 200,
    });
    const given = await askedAhead();
    expect(given.approval.automatically).toContain("on call by rota auditing");
    await inStatus(running, "kofi", given, "ended");

    const refused = await askedAhead();
    await onCallIs("hanna");
    const failed = await inStatus(running, "kofi", refused, "failed");
    expect(failed.ended).toMatchObject({ reason: "refused" });
    expect(failed.ended?.message).toContain("which is not so any more");
  });
});
