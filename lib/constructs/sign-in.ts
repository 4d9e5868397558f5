import { CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import type { IHttpRouteAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import {
  AccountRecovery,
  ClientAttributes,
  FeaturePlan,
  Mfa,
  OAuthScope,
  UserPool,
  type CfnUserPoolClient,
  type UserPoolClient,
} from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import type { Settings } from "../settings.ts";
import { acknowledge } from "./acknowledge.ts";

/** Where a command-line client listens for the code that the sign-in page sends back. */
const DEFAULT_CALLBACK_URLS = ["http://localhost:8976/callback"];

/**
 * Checks tokens at the gateway: signature, issuer, audience, expiry. By the OIDC issuer of the settings, otherwise by
 * a Cognito user pool made here. Who a token's person is in the directory is decided by the function, at each call.
 */
export function tokenAuthorizer(scope: Construct, settings: Settings): IHttpRouteAuthorizer {
  const { oidc } = settings;
  if (oidc !== undefined)
    return new HttpJwtAuthorizer("TokenAuthorizer", oidc.issuer, { jwtAudience: oidc.audience });
  const { pool, client } = userPool(scope, settings.cognito?.callbackUrls ?? DEFAULT_CALLBACK_URLS);
  return new HttpJwtAuthorizer("TokenAuthorizer", pool.userPoolProviderUrl, {
    jwtAudience: [client.userPoolClientId],
  });
}

function userPool(
  scope: Construct,
  callbackUrls: string[],
): { readonly pool: UserPool; readonly client: UserPoolClient } {
  const pool = new UserPool(scope, "UserPool", {
    userPoolName: "lockstep",
    // Administrators decide who is in the pool, and under which address: the address decides who a person is.
    selfSignUpEnabled: false,
    signInAliases: { email: true },
    signInCaseSensitive: false,
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    mfa: Mfa.REQUIRED,
    mfaSecondFactor: { otp: true, sms: false },
    passwordPolicy: {
      minLength: 14,
      requireDigits: true,
      requireLowercase: true,
      requireSymbols: true,
      requireUppercase: true,
      tempPasswordValidity: Duration.days(3),
    },
    featurePlan: FeaturePlan.ESSENTIALS,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(pool, {
    id: "AwsSolutions-COG8",
    reason:
      "The Plus plan adds threat protection at a price per person; every sign-in already needs a second factor. " +
      "A team that wants more uses its own issuer (setting oidc) or changes the pool's plan.",
  });
  const domain = pool.addDomain("Domain", {
    // Prefixes are unique in a region; an account id is too.
    cognitoDomain: { domainPrefix: `lockstep-${Stack.of(scope).account}` },
  });
  const client = pool.addClient("Client", {
    userPoolClientName: "lockstep",
    // A public client (command line, later the portal): the code is protected by PKCE, not by a secret.
    generateSecret: false,
    preventUserExistenceErrors: true,
    oAuth: {
      flows: { authorizationCodeGrant: true },
      scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
      callbackUrls,
    },
    // And once more by the client: no address, no name. The list cannot be empty, because Cognito takes that for
    // all standard attributes (API reference: CreateUserPoolClient, WriteAttributes). Lockstep never reads the locale.
    writeAttributes: new ClientAttributes().withStandardAttributes({ locale: true }),
    idTokenValidity: Duration.hours(1),
    accessTokenValidity: Duration.hours(1),
    refreshTokenValidity: Duration.hours(12),
    enableTokenRevocation: true,
  });
  // Only by the sign-in page, and set here because the construct leaves an empty list out, which Cognito takes for SRP
  // and custom flows (API reference: CreateUserPoolClient, ExplicitAuthFlows). Tokens of those flows carry the scope
  // aws.cognito.signin.user.admin, with which people could write their own attributes.
  (client.node.defaultChild as CfnUserPoolClient).explicitAuthFlows = ["ALLOW_REFRESH_TOKEN_AUTH"];
  new CfnOutput(scope, "SignInUrl", {
    value: domain.baseUrl(),
    description: "The user pool's sign-in domain (authorization code with PKCE; the API takes the id token)",
  });
  new CfnOutput(scope, "SignInClientId", {
    value: client.userPoolClientId,
    description: "The client id to sign in with",
  });
  new CfnOutput(scope, "UserPoolId", { value: pool.userPoolId, description: "The pool to add people to" });
  return { pool, client };
}
