import type { ResourceFact } from "./facts.ts";
import {
  authTypeUnknown,
  secretTagMalformed,
  secretTagMissing,
  type ResourceProblem,
} from "./resource-problems.ts";

type Tags = ResourceFact["tags"];

/**
 * The tags by which a database says how to get into it. Lockstep's own come first; Apono's mean the same, so that who has
 * tagged already need not tag again. `apono-connector-id` names one of Apono's connectors and decides nothing here.
 */
const DATABASE_TAGS = {
  authType: ["lockstep:auth-type", "auth_type"],
  /** The ARN of a secret `{"username": …, "password": …}`. */
  secret: ["lockstep:secret", "apono-secret"],
} as const;

/** The tags by which a Lambda function says that it is a custom integration; the value is `true`. */
const CUSTOM_INTEGRATION_TAGS = ["lockstep:custom-integration", "apono-connector-access"] as const;

/** How Lockstep gets into a database to make and remove users. */
export type DatabaseAuthentication =
  /** With a token that IAM signs. */
  | { readonly authType: "iam-auth" }
  /** As the user whose name and password are in the secret. */
  | { readonly authType: "user-password"; readonly secretArn: string };

/** What a database's tags say; `undiscovered` when they say nothing, as those of any other database. */
export const databaseAuthenticationIn = (
  tags: Tags,
): "undiscovered" | DatabaseAuthentication | { readonly problem: ResourceProblem } => {
  const authType = valueOf(tags, DATABASE_TAGS.authType);
  if (authType === undefined) return "undiscovered";
  if (authType.value === "iam-auth") return { authType: "iam-auth" };
  if (authType.value === "user-password") return passwordIn(tags);
  return { problem: authTypeUnknown(authType) };
};

/** Whether the function is tagged as a custom integration. */
export const isCustomIntegration = (tags: Tags): boolean =>
  CUSTOM_INTEGRATION_TAGS.some((tag) => tags[tag] === "true");

const SECRET_ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/;

const passwordIn = (tags: Tags): DatabaseAuthentication | { readonly problem: ResourceProblem } => {
  const secret = valueOf(tags, DATABASE_TAGS.secret);
  if (secret === undefined) return { problem: secretTagMissing(DATABASE_TAGS.secret) };
  return SECRET_ARN.test(secret.value)
    ? { authType: "user-password", secretArn: secret.value }
    : { problem: secretTagMalformed({ tag: secret.tag }) };
};

const valueOf = (
  tags: Tags,
  names: readonly string[],
): { readonly tag: string; readonly value: string } | undefined => {
  const tag = names.find((name) => tags[name] !== undefined);
  return tag === undefined ? undefined : { tag, value: tags[tag] ?? "" };
};
