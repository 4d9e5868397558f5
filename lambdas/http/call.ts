import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import type * as z from "zod/mini";
import type { ApiFunction, RouteKeyOf } from "../core/contracts/api-functions.ts";
import type { Operations } from "../core/contracts/http/operations.ts";
import type { RouteKey } from "../core/contracts/routes.ts";
import type { Author, Via } from "../core/domain/configuration/entry.ts";
import type { Person } from "../core/domain/principal.ts";
import type { Idempotency } from "../core/use-cases/idempotency.ts";

/** What API Gateway sends (payload format 2.0): every route has the JWT authorizer. */
export type ApiEvent = APIGatewayProxyEventV2WithJWTAuthorizer;

type BodyOf<Operation> = Operation extends { readonly body: infer Schema extends z.ZodMiniType }
  ? z.output<Schema>
  : undefined;

type AnswerOf<Operation> = Operation extends {
  readonly answer: { readonly schema: infer Schema extends z.ZodMiniType };
}
  ? z.input<Schema>
  : undefined;

type AlternativeOf<Operation> = Operation extends {
  readonly alternative: { readonly schema: infer Schema extends z.ZodMiniType };
}
  ? z.input<Schema>
  : never;

/** A call of one route by an identified person: parsed, and allowed by the route's role. */
export interface Call<Key extends RouteKey> {
  readonly caller: Person;
  /** Whether the caller's token shows a second factor, as the deploy setting `mfa` says; false without one. */
  readonly mfa: boolean;
  readonly path: z.output<Operations[Key]["path"]>;
  readonly query: z.output<Operations[Key]["query"]>;
  readonly body: BodyOf<Operations[Key]>;
  /** How the call came to be made: by a program that applies files, if it says so. */
  readonly via: Via;
  /** On POST, when the caller sent an Idempotency-Key. */
  readonly idempotency?: Idempotency;
}

/** Who is to be written down as the author of what the call changes. */
export const authorOf = ({ caller, via }: { readonly caller: Person; readonly via: Via }): Author => ({
  actor: { type: "user", userId: caller.userId },
  via,
});

/** What a route answers, in the form that its contract says. */
export type Reply<Key extends RouteKey> =
  | {
      readonly body: AnswerOf<Operations[Key]>;
      /** Where what was made can be found. */
      readonly location?: string;
    }
  | Alternative<AlternativeOf<Operations[Key]>>;

/** What is answered instead, for a route whose contract has an alternative. */
export type Alternative<Body> = [Body] extends [never] ? never : { readonly alternative: Body };

/** One handler for each of these routes. */
export type HandlersOf<Keys extends RouteKey> = {
  readonly [Key in Keys]: (call: Call<Key>) => Promise<Reply<Key>>;
};

/** One handler for each route that the function answers. */
export type Handlers<Function extends ApiFunction> = HandlersOf<RouteKeyOf<Function>>;
