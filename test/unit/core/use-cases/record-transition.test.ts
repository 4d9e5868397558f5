import { expect, it } from "vitest";
import { recordTransition } from "../../../../lambdas/core/use-cases/record-transition.ts";
import { aPendingRequest } from "../../../support/builders.ts";
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
