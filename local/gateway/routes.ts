/** A JWT authorizer as the template declares it (AWS::ApiGatewayV2::Authorizer, type JWT). */
export interface JwtAuthorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
  /** Selection expressions; API Gateway allows `$request.header.<name>` and `$request.querystring.<name>`. */
  readonly identitySource: readonly string[];
}

/** A route of the template with what it calls and who may call it. */
export interface GatewayRoute {
  /** `<METHOD> <path>`, `ANY <path>` or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
  readonly authorizer?: JwtAuthorizer;
}

/** The route that a request goes to, with its path variables decoded. */
export interface RouteMatch {
  readonly route: GatewayRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

const DEFAULT_ROUTE = "$default";
const VARIABLE = /^\{([^}+]+)(\+?)\}$/;

const segmentsOf = (path: string) => path.split("/").slice(1);

/** How well a route fits: the lowest wins, segment by segment a literal beats a variable, and a greedy one comes last. */
const RANK = { literal: 0, variable: 1, greedy: 2 } as const;

interface Candidate extends RouteMatch {
  readonly ranks: readonly number[];
}

const matchPath = (pattern: string, path: string) => {
  const wanted = segmentsOf(pattern);
  const given = segmentsOf(path);
  const pathParameters: Record<string, string> = {};
  const ranks: number[] = [];
  for (const [index, segment] of wanted.entries()) {
    const variable = VARIABLE.exec(segment);
    const value = given[index];
    if (value === undefined) return undefined;
    if (variable === null) {
      if (segment !== value) return undefined;
      ranks.push(RANK.literal);
      continue;
    }
    const [, name = "", greedy] = variable;
    if (greedy === "+") {
      pathParameters[name] = given.slice(index).join("/");
      ranks.push(RANK.greedy);
      return { pathParameters, ranks };
    }
    if (value === "") return undefined;
    pathParameters[name] = value;
    ranks.push(RANK.variable);
  }
  return given.length === wanted.length ? { pathParameters, ranks } : undefined;
};

const compare = (a: readonly number[], b: readonly number[]) => {
  for (const [index, rank] of a.entries()) {
    const difference = rank - (b[index] ?? Number.POSITIVE_INFINITY);
    if (difference !== 0) return difference;
  }
  return 0;
};

/**
 * The route for a request, as API Gateway chooses: a full match of route and method, then greedy path variables, then
 * `$default`; undefined when nothing fits. A route's own method beats ANY.
 * `path` is already decoded: an HTTP API matches and forwards the decoded path.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export const matchRoute = (
  routes: readonly GatewayRoute[],
  method: string,
  path: string,
): RouteMatch | undefined => {
  const candidates = routes.flatMap((route): Candidate[] => {
    const [routeMethod = "", pattern] = route.routeKey.split(" ");
    if (pattern === undefined || (routeMethod !== method && routeMethod !== "ANY")) return [];
    const match = matchPath(pattern, path);
    if (match === undefined) return [];
    return [
      { route, pathParameters: match.pathParameters, ranks: [...match.ranks, routeMethod === "ANY" ? 1 : 0] },
    ];
  });
  const [best] = candidates.toSorted((a, b) => compare(a.ranks, b.ranks));
  if (best !== undefined) return { route: best.route, pathParameters: best.pathParameters };
  const fallback = routes.find((route) => route.routeKey === DEFAULT_ROUTE);
  return fallback === undefined ? undefined : { route: fallback, pathParameters: {} };
};
