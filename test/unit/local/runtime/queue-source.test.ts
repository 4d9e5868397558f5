import { describe, expect, it } from "vitest";
import { createQueues } from "../../../../local/events/queues.ts";
import { createQueueSource } from "../../../../local/lambda/queue-source.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { QueueMapping } from "../../../../local/template/event-sources.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import type { FunctionAnswer } from "../../../../local/wire/lambda-rest.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const QUEUE = "arn:aws:sqs:eu-west-1:111111111111:changes";
const DEAD_LETTERS = "arn:aws:sqs:eu-west-1:111111111111:dead";
const VISIBILITY_SECONDS = 60;

const OK: FunctionAnswer = { payload: null };
const ERROR: FunctionAnswer = { functionError: { errorType: "Error", errorMessage: "broken" } };

interface Delivered {
  readonly body: string;
  readonly receives: number;
}

const queue = (
  overrides: Partial<QueueMapping>,
  answer: (bodies: readonly string[], ids: readonly string[]) => FunctionAnswer | Promise<FunctionAnswer>,
) => {
  const clock = new VirtualClock();
  let id = 0;
  const queues = createQueues({
    queues: [
      {
        name: "changes",
        arn: QUEUE,
        visibilitySeconds: VISIBILITY_SECONDS,
        redrive: { queueArn: DEAD_LETTERS, receives: 3 },
      },
      { name: "dead", arn: DEAD_LETTERS },
    ],
    store: openLocalStore(),
    clock,
    newId: () => String((id += 1)),
    endpointUrl: () => "http://localhost",
  });
  const batches: (readonly Delivered[])[] = [];
  const source = createQueueSource({
    mapping: {
      id: "mapping",
      functionName: "f",
      queueArn: QUEUE,
      batchSize: 10,
      reportBatchItemFailures: true,
      maximumConcurrency: 1,
      ...overrides,
    },
    queues,
    clock,
    region: "eu-west-1",
    invoke: async (payload) => {
      const records = payload["Records"] as readonly JsonObject[];
      const attributes = records.map((record) => record["attributes"] as JsonObject);
      batches.push(
        records.map(({ body }, place) => ({
          body: body as string,
          receives: Number(attributes[place]?.["ApproximateReceiveCount"]),
        })),
      );
      return answer(
        records.map(({ body }) => body as string),
        records.map(({ messageId }) => messageId as string),
      );
    },
  });
  source.start();
  return {
    clock,
    queues,
    source,
    batches,
    bodies: () => batches.map((batch) => batch.map(({ body }) => body)),
  };
};

const failing = (...ids: readonly string[]): FunctionAnswer => ({
  payload: { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) },
});

describe("delivery of a queue", () => {
  it("hands messages over as they come, and forgets what was done", async () => {
    const { clock, queues, bodies, source } = queue({ batchSize: 2 }, () => OK);
    for (const body of ["a", "b", "c"]) queues.send(QUEUE, body);
    await clock.advanceBy(0);
    expect(bodies()).toEqual([["a", "b"], ["c"]]);
    await clock.advanceBy(2 * VISIBILITY_SECONDS * 1000);
    expect(bodies()).toHaveLength(2);
    await source.stop();
  });

  it("delivers again, when its time is over, what the function reports and nothing else", async () => {
    const { clock, queues, batches, source } = queue({}, (bodies, ids) =>
      bodies.length > 1 ? failing(ids[1] ?? "") : OK,
    );
    for (const body of ["a", "b", "c"]) queues.send(QUEUE, body);
    await clock.advanceBy((VISIBILITY_SECONDS - 1) * 1000);
    expect(batches).toHaveLength(1);
    await clock.advanceBy(1_000);
    expect(batches[1]).toEqual([{ body: "b", receives: 2 }]);
    await source.stop();
  });

  it.each<[string, FunctionAnswer]>([
    ["the function fails", ERROR],
    ["its answer names a message that was not delivered", failing("nobody")],
    ["its answer is malformed", { payload: { batchItemFailures: "all" } }],
  ])("delivers the whole batch again when %s", async (_case, answer) => {
    const { clock, queues, bodies, source } = queue({}, () => answer);
    for (const body of ["a", "b"]) queues.send(QUEUE, body);
    await clock.advanceBy(VISIBILITY_SECONDS * 1000);
    expect(bodies().slice(0, 2)).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    await source.stop();
  });

  it("gives up a message that was received too often, and keeps it among the dead letters", async () => {
    const { clock, queues, batches, source } = queue({}, () => ERROR);
    queues.send(QUEUE, "bad");
    await clock.advanceBy(10 * VISIBILITY_SECONDS * 1000);
    expect(batches).toHaveLength(3);
    expect(queues.receive(DEAD_LETTERS, 10).map(({ body }) => body)).toEqual(["bad"]);
    await source.stop();
  });

  it("runs no more invocations at a time than it may", async () => {
    const gates: (() => void)[] = [];
    const { clock, queues, batches, source } = queue(
      { batchSize: 1, maximumConcurrency: 2 },
      () =>
        new Promise((resolve) => {
          gates.push(() => {
            resolve(OK);
          });
        }),
    );
    for (const body of ["a", "b", "c"]) queues.send(QUEUE, body);
    await clock.advanceBy(0);
    expect(batches).toHaveLength(2);
    gates[0]?.();
    await clock.advanceBy(0);
    expect(batches).toHaveLength(3);
    for (const open of gates) open();
    await source.stop();
  });
});
