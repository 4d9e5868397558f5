import { Logger } from "@aws-lambda-powertools/logger";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { BatchOutcome } from "../../../lambdas/core/use-cases/sync/look-again-batch.ts";
import { changeQueue } from "../../../lambdas/inventory-events/change-queue.ts";

const context = { functionName: "lockstep-inventory-events", awsRequestId: "1" } as Context;

const message = (messageId: string, event: unknown, receives = 1): SQSRecord =>
  ({
    messageId,
    body: JSON.stringify(event),
    attributes: { ApproximateReceiveCount: String(receives) },
  }) as SQSRecord;

const answerTo = async (outcomes: readonly BatchOutcome[], records: readonly SQSRecord[]) => {
  const looked: unknown[] = [];
  const logger = new Logger({ serviceName: "test", logLevel: "SILENT" });
  const handler = changeQueue((events) => {
    looked.push(...events);
    return Promise.resolve(outcomes);
  }, logger);
  const event: SQSEvent = { Records: [...records] };
  const { batchItemFailures } = await handler(event, context);
  return { looked, again: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
};

const event = { account: "111111111111", detail: { eventName: "CreateUser" } };

describe("the queue of changes", () => {
  it("hands the events over, and keeps none that is done or ignored", async () => {
    const outcomes: BatchOutcome[] = [{ outcome: "done" }, { outcome: "ignored", reason: "nobody's" }];
    const { looked, again } = await answerTo(outcomes, [message("1", event), message("2", event)]);
    expect(looked).toEqual([event, event]);
    expect(again).toEqual([]);
  });

  it("delivers only those again that failed or are still changing", async () => {
    const outcomes: BatchOutcome[] = [
      { outcome: "later" },
      { outcome: "done" },
      { outcome: "failed", error: new Error("AWS does not answer") },
    ];
    const records = [message("1", event), message("2", event), message("3", event, 4)];
    expect((await answerTo(outcomes, records)).again).toEqual(["1", "3"]);
  });

  it.each(["no JSON", "", "null", "[]", '"text"', '{"detail":7}'])(
    "delivers what is no event again, alone, until it is in the dead-letter queue: %s",
    async (body) => {
      const records = [message("1", event), { ...message("2", event), body }, message("3", event)];
      const outcomes: BatchOutcome[] = [{ outcome: "done" }, { outcome: "ignored", reason: "nobody's" }];
      const { looked, again } = await answerTo(outcomes, records);
      expect(looked).toEqual([event, event]);
      expect(again).toEqual(["2"]);
    },
  );

  it("leaves to the sync what has been changing for three deliveries: it is no failure", async () => {
    expect((await answerTo([{ outcome: "later" }], [message("1", event, 2)])).again).toEqual(["1"]);
    expect((await answerTo([{ outcome: "later" }], [message("1", event, 3)])).again).toEqual([]);
  });
});
