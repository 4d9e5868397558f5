import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { FunctionError, InvokeMessage, WorkerMessage, WorkerStart } from "./messages.ts";

/** The entry of a function's thread: loads the handler, then answers one invocation after the other. */

type Handler = (event: unknown, context: unknown) => unknown;

/** In Node.js's own order of preference on Lambda. */
const EXTENSIONS = [".js", ".mjs", ".cjs"];

const post = (message: WorkerMessage) => parentPort?.postMessage(message);

const functionError = (thrown: unknown): FunctionError =>
  thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? "").split("\n") }
    : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };

const load = async ({ directory, handler }: WorkerStart): Promise<Handler> => {
  const dot = handler.lastIndexOf(".");
  const file = EXTENSIONS.map((extension) => join(directory, handler.slice(0, dot) + extension)).find(
    existsSync,
  );
  if (file === undefined) throw new Error(`Cannot find the module of ${handler}`);
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const exported = module[handler.slice(dot + 1)];
  if (typeof exported !== "function") throw new Error(`${handler} is undefined or not exported`);
  return exported as Handler;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
const contextOf = (message: InvokeMessage) => {
  const deadline = performance.now() + message.timeoutMilliseconds;
  return {
    functionName: message.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: message.functionArn,
    memoryLimitInMB: String(message.memoryMegabytes),
    awsRequestId: message.requestId,
    logGroupName: process.env["AWS_LAMBDA_LOG_GROUP_NAME"],
    logStreamName: process.env["AWS_LAMBDA_LOG_STREAM_NAME"],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
};

const answer = async (handler: Handler, message: InvokeMessage) => {
  try {
    const returned: unknown = await handler(JSON.parse(message.payload), contextOf(message));
    // JSON.stringify gives undefined for what has no JSON; Lambda answers null then.
    const payload = JSON.stringify(returned) as string | undefined;
    post({ kind: "returned", payload: payload ?? "null" });
  } catch (error) {
    post({ kind: "threw", error: functionError(error) });
  }
};

try {
  const handler = await load(workerData as WorkerStart);
  parentPort?.on("message", (message: InvokeMessage) => void answer(handler, message));
  post({ kind: "ready" });
} catch (error) {
  post({ kind: "unusable", error: { ...functionError(error), errorType: "Runtime.ImportModuleError" } });
}
