import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { ApiEvent } from "./call.ts";
import { problemResponses } from "./problem-responses.ts";
import { router, type RouterDependencies } from "./router.ts";

/** A function behind the HTTP API: API Gateway's event in, its response out. Logs ids, routes and codes; never a body, a header or a token. */
export const httpFunction = (dependencies: RouterDependencies) => {
  const { logger } = dependencies;
  const route = router(dependencies);
  return middy<ApiEvent, APIGatewayProxyStructuredResultV2>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .use(problemResponses(logger))
    .handler((event) => {
      logger.appendKeys({ routeKey: event.routeKey, apiRequestId: event.requestContext.requestId });
      return route(event);
    });
};
