import type { RouteKey, Routes } from "./routes.ts";

/** The functions behind the one HTTP API. */
export type ApiFunction = "api" | "administration";

type Declared = (typeof Routes)[number];

type FirstSegment<Path> = Path extends `/${infer Segment}/${string}`
  ? Segment
  : Path extends `/${infer Segment}`
    ? Segment
    : never;

/**
 * Who answers a route, by its path's first segment: `api` what people do about their own access, `administration` what is
 * set up, looked over and started for everybody. The only place that says so: the stack sends each route where this says,
 * and each function has to have a handler for each of its routes and can have none for another. A route with a new first
 * segment does not compile before it is listed.
 */
const answeredBy = {
  me: "api",
  requests: "api",
  "break-glass": "api",
  explain: "api",
  "access-flows": "administration",
  bundles: "administration",
  "access-scopes": "administration",
  rotas: "administration",
  sweep: "administration",
  configuration: "administration",
  integrations: "administration",
  syncs: "administration",
  inventory: "administration",
} as const satisfies Readonly<Record<FirstSegment<Declared["path"]>, ApiFunction>>;

/** The function that answers a route. */
export const apiFunctionOf = ({ path }: Declared): ApiFunction => {
  const [, segment] = path.split("/");
  // The compiler cannot follow `split`.
  return answeredBy[segment as FirstSegment<Declared["path"]>];
};

type AnsweredBy<Key> = Key extends `${string} ${infer Path}`
  ? (typeof answeredBy)[FirstSegment<Path> & keyof typeof answeredBy]
  : never;

/** The routes that a function answers. */
export type RouteKeyOf<Function extends ApiFunction> = {
  readonly [Key in RouteKey]: AnsweredBy<Key> extends Function ? Key : never;
}[RouteKey];
