import { type CfnResource } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnRoute,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  type IHttpRouteAuthorizer,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { apiFunctionOf, type ApiFunction } from "../../lambdas/core/contracts/api-functions.ts";
import { Routes } from "../../lambdas/core/contracts/routes.ts";
import { names } from "../names.ts";
import { retainedLogGroup } from "./log-group.ts";

export interface LockstepHttpApiProps {
  /** The functions that answer, each its own routes. */
  readonly handlers: Readonly<Record<ApiFunction, IFunction>>;
  readonly authorizer: IHttpRouteAuthorizer;
  readonly logRetentionDays: number;
}

/** Requests a second: a thousand people who each look every ten seconds, and room for a burst of the same size. */
const THROTTLE = { rateLimit: 100, burstLimit: 200 } as const;

/** What was asked and how it was answered: ids only, no address, no query, nothing of a token but its subject. */
const ACCESS_LOG = {
  requestId: "$context.requestId",
  requestTime: "$context.requestTime",
  routeKey: "$context.routeKey",
  status: "$context.status",
  responseLength: "$context.responseLength",
  latency: "$context.responseLatency",
  subject: "$context.authorizer.claims.sub",
  authorizerError: "$context.authorizer.error",
  error: "$context.error.message",
  integrationError: "$context.integrationErrorMessage",
} as const;

/** The HTTP API: exactly the routes of the contract, each behind the authorizer. Anything else is unknown to the gateway. */
export class LockstepHttpApi extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;

  constructor(scope: Construct, id: string, props: LockstepHttpApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", {
      apiName: names.httpApi,
      description: "Temporary access to AWS: requests, decisions, access flows",
      createDefaultStage: false,
      defaultAuthorizer: props.authorizer,
    });
    this.stage = new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: THROTTLE,
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(
          // Vended logs: see the workflow's log group.
          retainedLogGroup(
            this,
            "AccessLog",
            `/aws/vendedlogs/apigateway/${names.httpApi}`,
            props.logRetentionDays,
          ),
        ),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
    const { api, administration } = props.handlers;
    const integrations: Readonly<Record<ApiFunction, HttpLambdaIntegration>> = {
      api: integrationOf(api),
      administration: integrationOf(administration),
    };
    for (const declared of Routes) {
      const { method, path } = declared;
      const integration = integrations[apiFunctionOf(declared)];
      const routes = this.api.addRoutes({ path, methods: [HttpMethod[method]], integration });
      for (const route of routes) {
        const resource = route.node.findAll().find((child): child is CfnRoute => child instanceof CfnRoute);
        (resource as CfnResource | undefined)?.overrideLogicalId(logicalIdOf(method, path));
      }
    }
  }
}

const integrationOf = (handler: IFunction): HttpLambdaIntegration =>
  new HttpLambdaIntegration("Integration", handler, {
    // One permission for the API: one for each route would only repeat the route table, up to the policy's size limit.
    scopePermissionToRoute: false,
  });

/** `POST /requests/{id}/decisions` is `RoutePostRequestsIdDecisions`. */
function logicalIdOf(method: string, path: string): string {
  const words = [method.toLowerCase(), ...path.split(/[^a-z]+/)].filter((word) => word !== "");
  return `Route${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
}
