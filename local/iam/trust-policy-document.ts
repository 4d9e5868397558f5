import * as z from "zod/mini";
import { AwsError } from "../wire/service.ts";
import type { Json, JsonObject } from "../wire/json.ts";

const oneOrMany = z.union([z.string(), z.array(z.string())]);

const StatementSchema = z.looseObject({
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([
    z.literal("*"),
    z.record(z.enum(["AWS", "Service", "Federated"]), z.optional(oneOrMany)),
  ]),
  Action: oneOrMany,
});

const DocumentSchema = z.looseObject({
  Statement: z.union([StatementSchema, z.array(StatementSchema)]),
});

/** The actions that a trust policy may name; IAM takes no wildcard. */
const ASSUMING = new Set([
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:SetContext",
  "sts:SetSourceIdentity",
  "sts:TagSession",
]);

const malformed = (message: string) => new AwsError("MalformedPolicyDocument", message);

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
};

/** Reads a trust policy. Throws IAM's MalformedPolicyDocument. */
export const parseTrustPolicy = (text: string): JsonObject => {
  const document = jsonIn(text);
  const parsed = z.safeParse(DocumentSchema, document);
  if (!parsed.success) throw malformed("Syntax errors in policy.");
  for (const statement of [parsed.data.Statement].flat()) {
    if ("NotPrincipal" in statement)
      throw malformed("AssumeRole policy must not contain NotPrincipal field.");
    if ("Resource" in statement) throw malformed("Has prohibited field Resource");
    if (![statement.Action].flat().every((action) => ASSUMING.has(action)))
      throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
  }
  return document as JsonObject;
};

/** A trust policy that lets `principals` assume the role: ARNs and accounts, and services by their names. */
export const trustPolicyOf = (
  principals: readonly string[],
  conditions: { readonly externalId?: string | undefined } = {},
): JsonObject => {
  const services = principals.filter((principal) => principal.endsWith(".amazonaws.com"));
  const others = principals.filter((principal) => !services.includes(principal));
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: {
          ...(others.length === 0 ? {} : { AWS: others }),
          ...(services.length === 0 ? {} : { Service: services }),
        },
        Action: "sts:AssumeRole",
        ...(conditions.externalId === undefined
          ? {}
          : { Condition: { StringEquals: { "sts:ExternalId": conditions.externalId } } }),
      },
    ],
  };
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The policy with every principal under `AWS` replaced. */
export const mapPrincipals = (policy: JsonObject, replace: (principal: string) => string): JsonObject => {
  const replaced = (value: Json): Json => {
    if (typeof value === "string") return replace(value);
    return Array.isArray(value) ? value.map(replaced) : value;
  };
  const inStatement = (statement: Json): Json => {
    if (!isObject(statement)) return statement;
    const { Principal } = statement;
    if (!isObject(Principal) || Principal["AWS"] === undefined) return statement;
    return { ...statement, Principal: { ...Principal, AWS: replaced(Principal["AWS"]) } };
  };
  const { Statement = [] } = policy;
  return {
    ...policy,
    Statement: Array.isArray(Statement)
      ? (Statement as readonly Json[]).map(inStatement)
      : inStatement(Statement),
  };
};
