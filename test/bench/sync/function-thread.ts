import { parentPort, workerData } from "node:worker_threads";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import { randomFrom } from "../../../local/organization-generator/random.ts";
import type { Json } from "../../../local/wire/json.ts";
import type { AnswerAws, AwsAnswer } from "./aws-call.ts";
import { clientsAnsweredBy, RequestsUnderWay } from "./clients.ts";
import { programs } from "./function-programs.ts";
import { heapWatch } from "./heap-watch.ts";
import type { FromFunction, FunctionSettings, ToFunction } from "./messages.ts";
import { untilQuiet } from "./quiet.ts";

/*
 * A function in a thread with a heap of its own, so that what it needs can be told from what the simulated AWS holds.
 * Time and AWS are on the other side.
 */

if (parentPort === null) throw new Error("This is the code of a thread");
const port = parentPort;
const { function: name, environment, region, seed, now } = workerData as FunctionSettings;

let current = now;
let received = 0;
let happened = 0;
let ids = 0;
let isSettling = false;
const answers = new Map<number, (answer: AwsAnswer) => void>();
const sleepers = new Map<number, () => void>();
const heap = heapWatch();
const underWay = new RequestsUnderWay();

const tell = (message: FromFunction) => {
  happened += 1;
  port.postMessage(message);
};

const clock: Clock = {
  now: () => new Date(current),
  sleep: (milliseconds, signal) => {
    if (milliseconds <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const id = (ids += 1);
      sleepers.set(id, resolve);
      tell({ sleep: id, milliseconds });
      signal?.addEventListener("abort", () => {
        sleepers.delete(id);
        tell({ cancel: id });
        resolve();
      });
    });
  },
};

const answer: AnswerAws = (call) =>
  new Promise((resolve) => {
    const id = (ids += 1);
    answers.set(id, resolve);
    heap.called();
    tell({ id, call });
  });

const run = await programs[name](environment, {
  clock,
  random: randomFrom(seed).fraction,
  clientsWith: clientsAnsweredBy(
    answer,
    region,
    underWay,
    name === "sync-accounts" ? "accounts" : "organization",
  ),
});
heap.loaded();

/** As Lambda does it: an error is answered by its name, which the machine decides by. */
const invoke = async (invocation: number, payload: Json): Promise<void> => {
  try {
    const output = await run(payload);
    const ended = { payload: JSON.parse(JSON.stringify(output ?? null)) as Json };
    tell({ invocation, ended, heap: heap.seen() });
  } catch (error) {
    const {
      name: errorType,
      message: errorMessage,
      stack: trace = "",
    } = error instanceof Error ? error : new Error(String(error));
    tell({ invocation, ended: { functionError: { errorType, errorMessage, trace } }, heap: heap.seen() });
  }
};

/** Tells when nothing more comes of the messages so far. */
const settle = async (): Promise<void> => {
  isSettling = true;
  await untilQuiet(
    () => happened + received,
    () => underWay.any,
  );
  isSettling = false;
  port.postMessage({ quietAfter: received } satisfies FromFunction);
};

port.on("message", (message: ToFunction) => {
  received += 1;
  current = message.now;
  if ("invoke" in message) void invoke(message.invocation, message.invoke);
  else if ("wake" in message) {
    sleepers.get(message.wake)?.();
    sleepers.delete(message.wake);
  } else {
    answers.get(message.id)?.(message.answer);
    answers.delete(message.id);
  }
  if (!isSettling) void settle();
});
