import type { JsonObject } from "../wire/json.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly directory: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
}

/** One invocation; payloads are JSON texts, because that is all that a function ever sees of its caller. */
export interface InvokeMessage {
  readonly payload: string;
  readonly requestId: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  readonly timeoutMilliseconds: number;
}

/** An error as Lambda answers it. */
export interface FunctionError extends JsonObject {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What a worker says: that it has loaded the handler, how that failed, or how an invocation ended. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "unusable"; readonly error: FunctionError }
  | { readonly kind: "returned"; readonly payload: string }
  | { readonly kind: "threw"; readonly error: FunctionError };
