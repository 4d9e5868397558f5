import type { Logger } from "@aws-lambda-powertools/logger";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type * as z from "zod/mini";
import { operations, type OperationContract } from "../core/contracts/http/operations.ts";
import { invalidInput, namingKnownKeys } from "../core/contracts/invalid-input.ts";
import { RolesOfRoute, type DirectoryRole } from "../core/contracts/roles.ts";
import { Routes, type Route, type RouteKey } from "../core/contracts/routes.ts";
import { DomainError, type DomainErrorCode } from "../core/domain/errors.ts";
import type { Person } from "../core/domain/principal.ts";
import type { Claims } from "../core/use-cases/identify-caller.ts";
import type { Alternative, ApiEvent, Handlers, Reply } from "./call.ts";
import { idempotencyKeyOf, idempotencyOf } from "./idempotency-key.ts";
import { pagingOf } from "./paging.ts";
import { queryOf } from "./query.ts";
import { jsonBodyOf } from "./json-body.ts";
import { refuseFirstMisfit } from "./large-body.ts";
import { answer } from "./responses.ts";
import { viaOf } from "./via.ts";

export interface RouterDependencies {
  readonly identifyCaller: (claims: Claims) => Promise<Person>;
  /** Throws DomainError `not-administrator` or `role-missing`. */
  readonly requireOneOf: (person: Person, roles: readonly DirectoryRole[]) => Promise<void>;
  readonly showsMfa: (claims: Claims) => boolean;
  /** Those of the one function that the router is in. */
  readonly handlers: Handlers<"api"> | Handlers<"administration">;
  readonly logger: Logger;
}

type AnyReply = Reply<RouteKey> | Alternative<object>;

const routes: ReadonlyMap<string, Route> = new Map(
  Routes.map((route) => [`${route.method} ${route.path}`, route]),
);

/**
 * Answers one call: who is it, may they use the route, does the input fit, and only then what the route does. The role
 * `party` depends on the request that is asked for, so that the use cases hold it.
 */
export const router =
  ({ identifyCaller, requireOneOf, showsMfa, handlers, logger }: RouterDependencies) =>
  async (event: ApiEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const key = event.routeKey as RouteKey;
    const route = routes.get(key);
    // The key chooses both the contract that parses the call and the handler, which the compiler cannot follow.
    const handle = (handlers as Partial<Record<RouteKey, (call: unknown) => Promise<AnyReply>>>)[key];
    if (route === undefined || handle === undefined) {
      throw new DomainError("not-found", "There is nothing here.");
    }
    const operation: OperationContract = operations[key];
    const via = route.method === "GET" ? "api" : viaOf(event);
    const idempotencyKey = route.method === "POST" ? idempotencyKeyOf(event) : undefined;

    const { claims } = event.requestContext.authorizer.jwt;
    const caller = await identifyCaller(claims);
    logger.appendKeys({ callerId: caller.userId });
    if (route.role !== "person" && route.role !== "party")
      await requireOneOf(caller, RolesOfRoute[route.role]);

    const json = operation.body === undefined ? undefined : jsonBodyOf(event, operation.largeBody?.bytes);
    const parsed = {
      path: pathOf(operation, event.pathParameters ?? {}),
      query: parse(operation.query, queryOf(event), "invalid-query") as object,
      body: bodyOf(operation, json),
    };
    const bound = { caller: caller.userId, route: key, body: parsed.body ?? {} };
    const idempotency =
      idempotencyKey === undefined ? {} : { idempotency: idempotencyOf(idempotencyKey, bound) };
    const paging = pagingOf({ route: key, path: parsed.path, caller: caller.userId }, parsed.query);
    const reply = await handle({
      caller,
      via,
      mfa: showsMfa(claims),
      ...parsed,
      query: paging.query,
      ...idempotency,
    });
    if ("alternative" in reply) {
      if (operation.alternative === undefined) throw new Error(`${key} has no other answer`);
      const { status } = operation.alternative;
      logger.info("Answered", { status });
      return answer(status, reply.alternative);
    }
    const { status } = operation.answer;
    logger.info("Answered", { status });
    return answer(
      status,
      paging.answerOf(reply.body),
      reply.location === undefined ? {} : { location: reply.location },
    );
  };

const parse = (schema: z.ZodMiniType, input: unknown, code: DomainErrorCode): unknown => {
  const parsed = schema.safeParse(input, namingKnownKeys);
  if (!parsed.success) throw invalidInput(parsed.error, input, code);
  return parsed.data;
};

const pathOf = (operation: OperationContract, parameters: ApiEvent["pathParameters"]): unknown => {
  const parsed = operation.path.safeParse(parameters);
  if (!parsed.success) throw nothingAt(parameters ?? {}, parsed.error);
  return parsed.data;
};

/** Characters of what somebody called: enough to find the slip in it. */
const LONGEST_SHOWN = 100;

/** What is in the place of an id or a name and cannot be one: such as the `ID` of an example. */
const nothingAt = (
  parameters: Readonly<Record<string, unknown>>,
  { issues }: z.core.$ZodError,
): DomainError => {
  const wrong = issues.map(({ path: [name = ""] }) => String(name));
  const found = [...new Set(wrong)].map(
    (name) => `the ${name} ${JSON.stringify(String(parameters[name]).slice(0, LONGEST_SHOWN))}`,
  );
  return new DomainError(
    "not-found",
    `There is nothing with ${found.join(" and ")} here: the answer that made it, or lists it, says what it is called.`,
  );
};

const bodyOf = (operation: OperationContract, json: unknown): object | undefined => {
  if (operation.body === undefined) return undefined;
  if (json === undefined && operation.bodyOptional !== true) {
    throw new DomainError("malformed-body", "The body is empty; expected JSON.");
  }
  const code = operation.invalidBody ?? "invalid-body";
  if (operation.largeBody !== undefined) {
    refuseFirstMisfit({ schema: operation.body, ...operation.largeBody, code }, json);
  }
  return parse(operation.body, json === undefined ? {} : json, code) as object;
};
