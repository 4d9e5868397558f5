import type * as z from "zod/mini";
import type { EnvironmentSchema } from "../../../lambdas/sync/env.ts";
import type { InvocationAnswer } from "../../../local/step-functions/ports.ts";
import type { Json } from "../../../local/wire/json.ts";
import type { AwsAnswer, AwsCall } from "./aws-call.ts";

/** The functions that the bench runs. */
export type FunctionName = "sync" | "sync-accounts" | "inventory-events";

/** What the thread of a function is started with. */
export interface FunctionSettings {
  readonly function: FunctionName;
  readonly environment: z.output<typeof EnvironmentSchema>;
  readonly region: string;
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** To the thread of a function; `now` is the time by which it goes on. */
export type ToFunction = { readonly now: number } & (
  | { readonly invocation: number; readonly invoke: Json }
  | { readonly id: number; readonly answer: AwsAnswer }
  | { readonly wake: number }
);

/** What a thread's heap holds after a collection (bytes). */
export interface Heap {
  /** Before the first invocation: code, and what it has loaded. */
  readonly loaded: number;
  /** The most that it ever was. */
  readonly peak: number;
}

/** From the thread of a function. */
export type FromFunction =
  | { readonly id: number; readonly call: AwsCall }
  | { readonly sleep: number; readonly milliseconds: number }
  | { readonly cancel: number }
  | { readonly invocation: number; readonly ended: InvocationAnswer; readonly heap: Heap }
  /** Everything that so many messages began has come to wait for another one. */
  | { readonly quietAfter: number };
