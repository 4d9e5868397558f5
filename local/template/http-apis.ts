import * as z from "zod/mini";
import type { DeployedResource, Deployment } from "./deployment.ts";
import { TemplateError } from "./intrinsics.ts";
import { propertiesOf } from "./parse.ts";

const ApiSchema = z.object({ Name: z.string(), ProtocolType: z.literal("HTTP") });
const IntegrationSchema = z.object({
  ApiId: z.string(),
  IntegrationType: z.literal("AWS_PROXY"),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal("2.0"),
});
const AuthorizerSchema = z.object({
  ApiId: z.string(),
  AuthorizerType: z.literal("JWT"),
  IdentitySource: z.array(z.string()),
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: z._default(z.array(z.string()), []) }),
});
const RouteSchema = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z._default(z.enum(["NONE", "JWT"]), "NONE"),
  AuthorizerId: z.optional(z.string()),
});

/** Who may call a route, by the JWT authorizer that the template puts before it. */
export interface RouteAuthorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly identitySource: readonly string[];
}

export interface ApplicationRoute {
  readonly routeKey: string;
  readonly functionArn: string;
  readonly authorizer?: RouteAuthorizer;
}

/** An HTTP API of the app. */
export interface ApplicationHttpApi {
  readonly id: string;
  readonly name: string;
  readonly routes: readonly ApplicationRoute[];
}

/** A function's ARN, or API Gateway's form of it: `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<arn>/invocations`. */
const functionArnIn = (uri: string) => /functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1] ?? uri;

const authorizerOf = (resource: DeployedResource): RouteAuthorizer => {
  const { IdentitySource, JwtConfiguration } = propertiesOf(resource, AuthorizerSchema);
  return {
    issuer: JwtConfiguration.Issuer,
    audience: JwtConfiguration.Audience,
    identitySource: IdentitySource,
  };
};

/** The app's HTTP APIs; a route whose integration or authorizer cannot run here is an error, not an open door. */
export const httpApisIn = (deployment: Deployment): readonly ApplicationHttpApi[] => {
  const integrations = new Map(
    deployment
      .resources("AWS::ApiGatewayV2::Integration")
      .map((resource) => [`integrations/${resource.ref}`, propertiesOf(resource, IntegrationSchema)]),
  );
  const authorizers = new Map(
    deployment
      .resources("AWS::ApiGatewayV2::Authorizer")
      .map((resource) => [resource.ref, authorizerOf(resource)]),
  );
  const routes = deployment.resources("AWS::ApiGatewayV2::Route").map((resource) => {
    const {
      ApiId,
      RouteKey,
      Target,
      AuthorizationType,
      AuthorizerId = "",
    } = propertiesOf(resource, RouteSchema);
    const integration = integrations.get(Target);
    if (integration === undefined)
      throw new TemplateError(`${resource.logicalId}: there is no integration ${Target}`);
    const authorizer = authorizers.get(AuthorizerId);
    if (AuthorizationType === "JWT" && authorizer === undefined) {
      throw new TemplateError(`${resource.logicalId}: there is no authorizer ${AuthorizerId}`);
    }
    const functionArn = functionArnIn(integration.IntegrationUri);
    const guard = AuthorizationType === "JWT" && authorizer !== undefined ? { authorizer } : {};
    return { apiId: ApiId, route: { routeKey: RouteKey, functionArn, ...guard } };
  });
  return deployment.resources("AWS::ApiGatewayV2::Api").map((resource) => ({
    id: resource.ref,
    name: propertiesOf(resource, ApiSchema).Name,
    routes: routes.filter(({ apiId }) => apiId === resource.ref).map(({ route }) => route),
  }));
};
