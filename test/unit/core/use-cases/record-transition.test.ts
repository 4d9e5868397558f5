import { describe, expect, it } from "vitest";
import type { RequestStep } from "../../../../lambdas/core/domain/approval-step.ts";
import type { AccessRequest } from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { recordEntry, recordTransition } from "../../../../lambdas/core/use-cases/record-transition.ts";
import { aGroupId, aPendingRequest, aPerson, anActiveRequest } from "../../../support/builders.ts";
import { FakeEventPublisher } from "../../../support/fakes/event-publisher.ts";
import { FakeAuditTrail } from "../../../support/fakes/stores.ts";

const request = aPendingRequest();
const setUp = () => {
  const audit = new FakeAuditTrail();
  const events = new FakeEventPublisher();
  return { audit, events, record: recordTransition({ audit, events }) };
};

it("keeps the transition's audit entry and publishes one event of its name", async () => {
  const { audit, events, record } = setUp();
  await record(request);
  expect((await audit.list(request.id, { limit: 10 })).items).toEqual(request.trail);
  expect(events.published).toMatchObject([
    {
      id: `${request.id}.1`,
      type: "ApprovalNeeded",
      detail: { requestId: request.id, deadline: request.deadline },
    },
  ]);
});

it("leaves the same entry when it is delivered twice, and the same event's id", async () => {
  const { audit, events, record } = setUp();
  await record(request);
  await record(request);
  expect((await audit.list(request.id, { limit: 10 })).items).toHaveLength(1);
  expect(new Set(events.published.map(({ id }) => id)).size).toBe(1);
});

it("publishes ids only: no justification, no names", async () => {
  const { events, record } = setUp();
  await record(request);
  const text = JSON.stringify(events.published);
  for (const personal of [
    request.justification,
    request.requester.userName,
    "payments-prod",
    "payments-leads",
  ]) {
    expect(text).not.toContain(personal);
  }
});

it("fails loudly when the event was not accepted, so that the stream delivers it again", async () => {
  const { events, record } = setUp();
  events.refusing = true;
  await expect(record(request)).rejects.toThrow("was not accepted");
});

it("keeps no entry of which no event has told: the sweep looks for the one that is missing", async () => {
  const { audit, events, record } = setUp();
  events.refusing = true;
  await expect(record(request)).rejects.toThrow("was not accepted");
  expect((await audit.list(request.id, { limit: 10 })).items).toEqual([]);
});

it("does not record a version that came without an entry", async () => {
  const { events, record } = setUp();
  await expect(record({ ...request, trail: [] })).rejects.toThrow(
    `Request ${request.id} was written without an audit entry`,
  );
  expect(events.published).toEqual([]);
});

describe("an event", () => {
  const published = async (changed: AccessRequest) => {
    const { events, record } = setUp();
    await record(changed);
    return events.published;
  };
  const detailOf = async (changed: AccessRequest) => (await published(changed))[0]?.detail;
  const active = anActiveRequest();
  const step = (name: string): RequestStep => {
    const { userId: id } = aPerson(name);
    return {
      anyOf: [
        { type: "user", id, name },
        { type: "group", id: aGroupId(name), name },
      ],
      withinSeconds: 60,
    };
  };
  const approved = { step: 0, by: aPerson("bob"), decision: "approve" as const, at: request.createdAt };

  it("tells of a request that waits: whose, for whom, for what, and whom it asks until when", async () => {
    const [{ entitlement }] = request.entitlements as [AccessRequest["entitlements"][number]];
    expect(await published(request)).toStrictEqual([
      {
        id: `${request.id}.1`,
        type: "ApprovalNeeded",
        at: request.createdAt,
        detail: {
          version: 1,
          id: `${request.id}.1`,
          requestId: request.id,
          requestVersion: 1,
          status: "pending",
          requesterId: request.requester.userId,
          principalType: "USER",
          principalId: request.requester.userId,
          flow: "prod-power",
          entitlements: [
            {
              provider: entitlement.provider,
              accountId: entitlement.accountId,
              permissionSetArn: entitlement.permissionSetArn,
            },
          ],
          actor: { type: "user", userId: request.requester.userId },
          deadline: request.deadline,
          approvers: [{ type: "group", id: aGroupId("payments-leads") }],
        },
      },
    ]);
  });

  it("names the group that gets the access", async () => {
    const principal = { type: "GROUP" as const, id: aGroupId("engineers"), name: "engineers" };
    expect(await detailOf({ ...request, principal })).toMatchObject({
      principalType: "GROUP",
      principalId: principal.id,
    });
  });

  it("names the approvers of the step that waits, and not of those before and after it", async () => {
    const steps = [step("bob"), step("carol"), step("dave")];
    const approval = { ...request.approval, steps, decisions: [approved] };
    expect((await detailOf({ ...request, approval }))?.["approvers"]).toEqual([
      { type: "user", id: aPerson("carol").userId },
      { type: "group", id: aGroupId("carol") },
    ]);
  });

  it("names nobody where every step was approved: the stream is not held up by it", async () => {
    const approval = { ...request.approval, decisions: [approved] };
    expect(await detailOf({ ...request, approval })).toMatchObject({
      deadline: request.deadline,
      approvers: [],
    });
  });

  it("tells of active access when it ends, and of nobody who has anything to decide", async () => {
    const detail = await detailOf(active);
    expect(detail).toMatchObject({ status: "active", expiresAt: active.expiresAt, requestVersion: 4 });
    expect(detail).not.toHaveProperty("deadline");
    expect(detail).not.toHaveProperty("approvers");
  });

  it("tells of more time that waits until when it can be approved, and by whom", async () => {
    const now = new Date(active.createdAt);
    const extension = {
      by: active.requester,
      duration: "PT1H",
      durationSeconds: 3600,
      justification: "more",
      askedAt: timestamp(now),
      deadline: secondsAfter(now, 60),
      approval: { ...active.approval, steps: [step("carol")], decisions: [] },
    };
    expect(await detailOf({ ...active, extension })).toMatchObject({
      expiresAt: active.expiresAt,
      deadline: extension.deadline,
      approvers: [
        { type: "user", id: aPerson("carol").userId },
        { type: "group", id: aGroupId("carol") },
      ],
    });
  });

  it.each([
    ["has an expiry where the request had one", active.expiresAt],
    ["has none where the request had none", undefined],
  ])("of a failure %s", async (_, expiresAt) => {
    const { version, trail } = request;
    const ended = { reason: "refused" as const, at: request.createdAt };
    const failed = { ...commonOf(request), version, trail, status: "failed" as const, ended };
    const detail = await detailOf(expiresAt === undefined ? failed : { ...failed, expiresAt });
    if (expiresAt === undefined) expect(detail).not.toHaveProperty("expiresAt");
    else expect(detail).toMatchObject({ expiresAt });
    // One that is there, and is not known, is not told of either.
    expect(await detailOf({ ...failed, expiresAt: undefined })).not.toHaveProperty("expiresAt");
  });

  it("of an earlier entry, that was lost on its way, is of that entry", async () => {
    const { audit, events } = setUp();
    const [, earlier] = active.trail;
    if (earlier === undefined) throw new Error("There is no second entry");
    await recordEntry({ audit, events })(active, earlier);
    expect((await audit.list(active.id, { limit: 10 })).items).toEqual([earlier]);
    expect(events.published).toMatchObject([
      {
        id: `${active.id}.2`,
        type: "RequestApproved",
        at: earlier.at,
        detail: { id: `${active.id}.2`, requestVersion: 2, status: "approved", actor: earlier.actor },
      },
    ]);
  });
});
