import { describe, expect, it } from "vitest";
import { apiFunctionOf } from "../../lambdas/core/contracts/api-functions.ts";
import { Routes } from "../../lambdas/core/contracts/routes.ts";
import { resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const withIssuer = synthesize({ settings: { oidc } }).access;
const withUserPool = synthesize().access;

describe.each([
  ["with an OIDC issuer", withIssuer],
  ["with a user pool of its own", withUserPool],
])("the HTTP API %s", (_case, template) => {
  const routes = resourcesOf(template, "AWS::ApiGatewayV2::Route");
  const authorizers = resourcesOf(template, "AWS::ApiGatewayV2::Authorizer");

  it("has exactly the routes of the contract, without a default or proxy route", () => {
    expect(routes.map(({ properties }) => properties["RouteKey"]).toSorted()).toEqual(
      Routes.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
  });

  it("sends each route to the one function that answers it", () => {
    const integrations = resourcesOf(template, "AWS::ApiGatewayV2::Integration");
    expect(integrations).toHaveLength(2);
    const functionBehind = (target: unknown): string | undefined => {
      const integration = integrations.find(({ logicalId }) =>
        JSON.stringify(target).includes(`"${logicalId}"`),
      );
      return /"(\w+)Function"/.exec(JSON.stringify(integration?.properties["IntegrationUri"]))?.[1];
    };
    const sent = routes.map(({ properties }) => [
      properties["RouteKey"],
      functionBehind(properties["Target"]),
    ]);
    const expected = Routes.map((route) => [
      `${route.method} ${route.path}`,
      apiFunctionOf(route) === "api" ? "Api" : "Administration",
    ]);
    expect(Object.fromEntries(sent)).toEqual(Object.fromEntries(expected));
  });

  it("has one authorizer, which reads the Authorization header, on every route", () => {
    expect(authorizers).toHaveLength(1);
    expect(authorizers[0]?.properties).toMatchObject({
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
    });
    for (const { properties } of routes) {
      expect(properties).toMatchObject({
        AuthorizationType: "JWT",
        AuthorizerId: { Ref: authorizers[0]?.logicalId },
      });
    }
  });

  it("has no other API, and no function that can be called by URL", () => {
    expect(resourcesOf(template, "AWS::ApiGatewayV2::Api")).toHaveLength(1);
    expect(resourcesOf(template, "AWS::ApiGateway::RestApi")).toEqual([]);
    expect(resourcesOf(template, "AWS::Lambda::Url")).toEqual([]);
  });

  it("throttles, and logs each call without query, address or token", () => {
    const [stage] = resourcesOf(template, "AWS::ApiGatewayV2::Stage");
    expect(stage?.properties).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    });
    const log = JSON.stringify(stage?.properties["AccessLogSettings"]);
    expect(log).toContain("$context.requestId");
    expect(log).not.toMatch(/sourceIp|userAgent|queryString|header|authorizer\.claims\.email/i);
  });
});

describe("tokens", () => {
  it("come from the issuer of the settings, for its audience, and no user pool is made", () => {
    const [authorizer] = resourcesOf(withIssuer, "AWS::ApiGatewayV2::Authorizer");
    expect(authorizer?.properties["JwtConfiguration"]).toEqual({
      Issuer: oidc.issuer,
      Audience: oidc.audience,
    });
    expect(resourcesOf(withIssuer).filter(({ type }) => type.startsWith("AWS::Cognito::"))).toEqual([]);
  });

  it("come from the user pool, for its client", () => {
    const [authorizer] = resourcesOf(withUserPool, "AWS::ApiGatewayV2::Authorizer");
    const [client] = resourcesOf(withUserPool, "AWS::Cognito::UserPoolClient");
    expect(authorizer?.properties["JwtConfiguration"]).toMatchObject({
      Audience: [{ Ref: client?.logicalId }],
    });
  });
});

describe("the user pool", () => {
  const [pool] = resourcesOf(withUserPool, "AWS::Cognito::UserPool");
  const [client] = resourcesOf(withUserPool, "AWS::Cognito::UserPoolClient");

  it("lets nobody sign up", () => {
    expect(pool?.properties["AdminCreateUserConfig"]).toEqual({ AllowAdminCreateUserOnly: true });
  });

  it("demands a second factor that is not a text message, and long passwords", () => {
    expect(pool?.properties).toMatchObject({
      MfaConfiguration: "ON",
      EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
      Policies: { PasswordPolicy: { MinimumLength: 14 } },
    });
  });

  it("lets nobody change who they are: no token has the scope for it, and no identifying attribute is writable", () => {
    expect(client?.properties["AllowedOAuthFlows"]).toEqual(["code"]);
    expect(client?.properties["AllowedOAuthScopes"]).toEqual(["openid", "email"]);
    expect(client?.properties["ExplicitAuthFlows"]).toEqual(["ALLOW_REFRESH_TOKEN_AUTH"]);
    expect(client?.properties["WriteAttributes"]).toEqual(["locale"]);
  });
});
