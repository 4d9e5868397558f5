import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { startGateway } from "../gateway/gateway.ts";
import type { Gateway, GatewayOptions, InvokeFunction } from "../gateway/gateway.ts";
import { readJsonOverHttp } from "../gateway/signing-keys.ts";
import type { Runtime } from "../runtime.ts";
import type { Json } from "../wire/json.ts";

/** How the environment serves its API. */
export interface ApiOptions extends Pick<GatewayOptions, "port" | "localDocuments" | "onFailure"> {
  readonly runtime: Runtime;
  readonly clock: Clock;
}

const SERVICE = "apigateway.amazonaws.com";

/** Serves the one HTTP API of the app; each call is API Gateway's own, so the function's policy has to allow it. */
export const startApi = ({ runtime, clock, ...options }: ApiOptions): Promise<Gateway> => {
  const { environment, httpApis } = runtime.application;
  const [api, another] = httpApis;
  if (api === undefined || another !== undefined) {
    throw new Error(`The app has ${String(httpApis.length)} HTTP APIs; exactly one can be served`);
  }
  const { partition, region, accountId } = environment;
  const invoke: InvokeFunction = async (functionArn, event) => {
    // <api>/<stage>/<method>/<path>: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
    const route = event.routeKey.replace(" ", "");
    const sourceArn = `arn:${partition}:execute-api:${region}:${accountId}:${api.id}/$default/${route}`;
    try {
      const answer = await runtime.invokeFunction(functionArn, event as unknown as Json, {
        service: SERVICE,
        sourceArn,
      });
      return "payload" in answer ? answer : { failed: JSON.stringify(answer.functionError) };
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) };
    }
  };
  return startGateway({
    ...options,
    api: { accountId, apiId: api.id },
    routes: api.routes,
    invoke,
    readJson: readJsonOverHttp,
    clock,
  });
};
