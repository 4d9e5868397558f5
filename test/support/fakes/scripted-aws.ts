import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";

/** A call as it goes over the wire. */
export interface SentCall {
  /** The operation of a JSON protocol, or a REST protocol's path. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What AWS answers: a body, an error by AWS's name, or nothing at all. */
export type ScriptedAnswer =
  | { readonly body: object; readonly headers?: Readonly<Record<string, string>> }
  | { readonly error: string; readonly status?: number; readonly details?: object }
  | { readonly unanswered: Error };

interface WireRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An error of the operating system's, as Node's sockets throw it. */
export const connectionReset = (): Error =>
  Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });

/** What the SDK's own handler throws when no answer came in time. */
export const timedOut = (): Error =>
  Object.assign(new Error("a request has exceeded its time"), { name: "TimeoutError" });

/** AWS clients whose every call is answered by `answer`, and the calls that they made. */
export const scriptedAws = (
  answer: (call: SentCall) => ScriptedAnswer,
): { readonly clientsFor: ClientsFor; readonly calls: readonly SentCall[] } => {
  const calls: SentCall[] = [];

  const handle = (request: WireRequest) => {
    const operation = request.headers["x-amz-target"]?.split(".").at(-1) ?? request.path;
    const text =
      typeof request.body === "string" ? request.body : new TextDecoder().decode(request.body as Uint8Array);
    const call = { operation, input: JSON.parse(text) as SentCall["input"] };
    calls.push(call);
    const answered = answer(call);
    if ("unanswered" in answered) return Promise.reject(answered.unanswered);
    return Promise.resolve({ response: responseOf(answered) });
  };

  const clientsFor = awsClients({
    overrides: {
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: { handle },
    },
  });
  return { clientsFor, calls };
};

const responseOf = (answered: Exclude<ScriptedAnswer, { readonly unanswered: Error }>) => {
  const failed = "error" in answered;
  const body = failed ? { __type: answered.error, message: "scripted", ...answered.details } : answered.body;
  return {
    statusCode: failed ? (answered.status ?? 400) : 200,
    headers: { "content-type": "application/x-amz-json-1.1", ...(failed ? {} : answered.headers) },
    body: Buffer.from(JSON.stringify(body)),
  };
};
