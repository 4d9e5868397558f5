import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import { aFlow } from "../support/builders.ts";
import { HOUR, MINUTE, alice, bob, carol, leads, lockstepUnderTest } from "../support/lockstep-under-test.ts";

/** The virtual clock begins on Thursday, 2026-01-01 at midnight. */
const morning = { days: ["thursday" as const], from: "00:00", to: "01:00", timeZone: "UTC" };
const forOthers: Partial<AccessFlow> = { requestFor: ["others"] };

describe("a flow's timeframe", () => {
  it("lets access begin within it, and last beyond it", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow({ timeframe: morning }) });
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(HOUR - 1);
    await lockstep.decide(id);
    await lockstep.clock.advanceBy(30 * MINUTE);
    expect(lockstep.has()).toBe(true);
  });

  it("is still the frame when the approval comes late: what would begin outside of it is refused, with the reason", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow({ timeframe: morning }) });
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(HOUR);
    await lockstep.decide(id);
    expect(await lockstep.request(id)).toMatchObject({
      status: "failed",
      ended: {
        reason: "refused",
        message:
          "access flow prod-power lets access begin on thursday from 00:00 to 01:00 (UTC), and it would have begun at 2026-01-01T01:00:00.000Z",
      },
    });
    expect(lockstep.provider.calls).toEqual([]);
  });

  it("is the one that was asked under, whatever the flow says by the time of the grant, and nobody can widen it unseen", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow({ timeframe: morning }) });
    const id = await lockstep.submit();
    const { timeframe: _timeframe, ...always } = aFlow({ version: 2, timeframe: morning });
    await lockstep.flows.put(always);
    await lockstep.clock.advanceBy(HOUR);
    await lockstep.decide(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "failed", ended: { reason: "refused" } });
  });

  it("refuses what is asked for outside of it", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow({ timeframe: morning }) });
    await lockstep.clock.advanceBy(HOUR);
    await expect(lockstep.submit()).rejects.toMatchObject({ code: "outside-timeframe" });
    await expect(lockstep.submit(alice, { startAt: "2026-01-08T00:30:00.000Z" })).resolves.toBeDefined();
  });
});

describe("access for somebody else", () => {
  const asked = { principal: { type: "USER" as const, name: "carol" } };

  it("is theirs: they see it and may end it, and decide nothing, though an approver", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow(forOthers) });
    lockstep.directory.join(carol.userId, leads);
    const id = await lockstep.submit(alice, asked);
    await expect(lockstep.decide(id, "approve", carol)).rejects.toMatchObject({
      code: "beneficiary-approval",
    });
    await expect(lockstep.decide(id, "approve", alice)).rejects.toMatchObject({ code: "self-approval" });
    await lockstep.decide(id, "approve", bob);
    expect(lockstep.has(carol)).toBe(true);
    expect(lockstep.has(alice)).toBe(false);
    await lockstep.revoke(id, carol);
    expect(lockstep.has(carol)).toBe(false);
    expect(await lockstep.request(id)).toMatchObject({ ended: { reason: "revoked", by: carol } });
  });

  it("can be given up by them before anybody has decided", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow(forOthers) });
    const id = await lockstep.submit(alice, asked);
    await lockstep.cancel(id, carol);
    expect(await lockstep.request(id)).toMatchObject({ status: "cancelled", ended: { by: carol } });
  });

  it("is decided by nobody but others: a beneficiary who approves nothing is told why, and does not learn less", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow(forOthers) });
    const id = await lockstep.submit(alice, asked);
    await expect(lockstep.decide(id, "approve", carol)).rejects.toMatchObject({
      code: "beneficiary-approval",
    });
  });

  it.each<readonly [AccessFlow["requestFor"], boolean, boolean]>([
    [undefined, false, false],
    [["self"], true, false],
    [["direct-reports"], true, true],
    [["direct-reports"], false, false],
    [["others"], false, true],
    [["others"], true, true],
  ])("under a flow for %j, of a report: %j, is possible: %j", async (requestFor, isReport, possible) => {
    const lockstep = await lockstepUnderTest({ flow: aFlow(requestFor === undefined ? {} : { requestFor }) });
    if (isReport) lockstep.directory.setAttributes(carol.userId, { manager: alice.userName });
    const submitted = lockstep.submit(alice, asked);
    if (possible) await expect(submitted).resolves.toBeDefined();
    else await expect(submitted).rejects.toMatchObject({ code: "principal-not-allowed" });
  });

  it("needs another approver than the requester, though that is the beneficiary's manager", async () => {
    const flow = aFlow({
      ...forOthers,
      approval: { steps: [{ anyOf: [{ type: "manager" }], withinSeconds: 3600 }] },
    });
    const lockstep = await lockstepUnderTest({ flow });
    lockstep.directory.setAttributes(carol.userId, { manager: alice.userName });
    await expect(lockstep.submit(alice, asked)).rejects.toMatchObject({ code: "no-approver" });
    lockstep.directory.setAttributes(carol.userId, { manager: bob.userName });
    const id = await lockstep.submit(alice, asked);
    await lockstep.decide(id, "approve", bob);
    expect(lockstep.has(carol)).toBe(true);
  });
});

describe("several who have to agree", () => {
  const both = (sameApproverInSeveralSteps?: boolean) =>
    aFlow({
      approval: {
        steps: [
          {
            allOf: [bob, carol].map(({ userId, userName }) => ({
              type: "user" as const,
              id: userId,
              name: userName,
            })),
            withinSeconds: 3600,
          },
        ],
        ...(sameApproverInSeveralSteps === undefined ? {} : { sameApproverInSeveralSteps }),
      },
    });

  it("are asked at once, and each counts once", async () => {
    const lockstep = await lockstepUnderTest({ flow: both() });
    const id = await lockstep.submit();
    await lockstep.decide(id, "approve", bob);
    expect(await lockstep.request(id)).toMatchObject({
      status: "pending",
      deadline: "2026-01-01T01:00:00.000Z",
    });
    await expect(lockstep.decide(id, "approve", bob)).rejects.toMatchObject({ code: "already-decided" });
    expect(lockstep.has()).toBe(false);
    await lockstep.decide(id, "approve", carol);
    expect(lockstep.transitions(id).slice(0, 3)).toEqual([
      "ApprovalNeeded",
      "ApprovalGiven",
      "RequestApproved",
    ]);
    expect(lockstep.has()).toBe(true);
  });

  it("are too many when one of them says no", async () => {
    const lockstep = await lockstepUnderTest({ flow: both() });
    const id = await lockstep.submit();
    await lockstep.decide(id, "approve", bob);
    await lockstep.decide(id, "reject", carol);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "rejected" });
    expect(lockstep.provider.calls).toEqual([]);
  });
});

describe("what a flow asks a request to bring", () => {
  const settings = { requesterCanApproveSelf: false };
  it.each<readonly [string, Partial<AccessFlow>, object, string | undefined]>([
    ["no justification", {}, { justification: undefined }, "justification-required"],
    [
      "one that is not needed",
      { settings: { ...settings, justificationRequired: false } },
      { justification: undefined },
      undefined,
    ],
    [
      "one of another form",
      { settings: { ...settings, justificationPattern: "INC-[0-9]+" } },
      {},
      "justification-required",
    ],
    ["no ticket", { settings: { ...settings, ticketPattern: "INC-[0-9]+" } }, {}, "ticket-required"],
    ["a ticket", { settings: { ...settings, ticketPattern: "INC-[0-9]+" } }, { ticket: "INC-42" }, undefined],
    ["a sign-in by password alone", { settings: { ...settings, mfaRequired: true } }, {}, "mfa-required"],
  ])("%s", async (_, overrides, asked, code) => {
    const lockstep = await lockstepUnderTest({ flow: aFlow(overrides) });
    const submitted = lockstep.submit(alice, asked);
    if (code === undefined) await expect(submitted).resolves.toBeDefined();
    else await expect(submitted).rejects.toMatchObject({ code });
  });

  it("keeps the ticket, and a duration that nobody named is the flow's", async () => {
    const flow = aFlow({
      duration: { max: "PT8H", maxSeconds: 28_800, default: "PT30M", defaultSeconds: 1800 },
    });
    const lockstep = await lockstepUnderTest({ flow });
    const id = await lockstep.submit(alice, { duration: undefined, ticket: "INC-42" });
    expect(await lockstep.request(id)).toMatchObject({
      ticket: "INC-42",
      duration: "PT30M",
      durationSeconds: 1800,
    });
    await lockstep.decide(id);
    await lockstep.clock.advanceBy(30 * MINUTE);
    expect(lockstep.has()).toBe(false);
  });

  it("asks nobody where the flow's conditions for that are met, and keeps why", async () => {
    const approval = { ...aFlow().approval, automatic: { type: "duration-below" as const, seconds: 3601 } };
    const lockstep = await lockstepUnderTest({ flow: aFlow({ approval }) });
    const id = await lockstep.submit();
    expect(lockstep.has()).toBe(true);
    const { automatically } = (await lockstep.request(id)).approval;
    expect(automatically).toEqual(expect.any(String));
    expect(lockstep.requests.history[0]?.trail[0]).toMatchObject({ details: { automatically } });
    const longer = await lockstep.submit(alice, { duration: "PT2H" });
    expect((await lockstep.request(longer)).status).toBe("pending");
  });
});
