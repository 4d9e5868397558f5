import type { AwsRequest, AwsResponse } from "./http.ts";
import type { JsonObject } from "./json.ts";

/** Who signed a call: the access key decides which role's policies are checked. */
export interface Caller {
  readonly accessKeyId: string;
  /** ARN of the role or user behind the key; the account's administrator when the key is not one of ours. */
  readonly principalArn: string;
  readonly accountId: string;
  readonly region: string;
}

/** One operation of a simulated service: takes the call's input as JSON and answers with its output as JSON. */
export type Operation = (input: JsonObject, caller: Caller) => Promise<JsonObject> | JsonObject;

/** Values of IAM's condition keys. */
export type ConditionKeys = Readonly<Record<string, string | readonly string[]>>;

/** How the operations of a service travel whose requests name them by method and path. */
export interface RestBinding {
  /** What a request asks for; throws AwsError. */
  read(request: AwsRequest): { readonly operation: string; readonly input: JsonObject };
  answer(operation: string, output: JsonObject, requestId: string): AwsResponse;
}

/**
 * A simulated AWS service. The wire server finds it by the signing name in the Authorization header,
 * decodes by `protocol`, checks the caller's policies and calls the operation.
 */
export interface ServiceDefinition {
  /** The name in the request's credential scope (for Identity Center's `sso-admin` this is `sso`). */
  readonly signingName: string;
  readonly protocol: "json-1.0" | "json-1.1" | "query" | "rest-json" | "rest-xml";
  /** The part of X-Amz-Target before the dot; absent for the query protocol. */
  readonly targetPrefix?: string;
  /** What `rest-json` and `rest-xml` need. */
  readonly rest?: RestBinding;
  /** Namespace of a query protocol's XML answers. */
  readonly xmlNamespace?: string;
  /** How the elements of a query protocol's lists are called, by the list's name, where that is not `member`. */
  readonly listElements?: Readonly<Record<string, string>>;
  /** IAM's prefix of this service's actions, where it differs from the signing name. */
  readonly iamPrefix: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /**
   * The resource ARNs that IAM checks an operation against (default: `["*"]`).
   * For instance sso's CreateAccountAssignment is checked against the instance, the permission set and the account.
   */
  readonly resourcesOf?: (operation: string, input: JsonObject, caller: Caller) => readonly string[];
  /** The actions that IAM checks an operation by, all of them (default: the operation's own name). */
  readonly actionsOf?: (operation: string, input: JsonObject) => readonly string[];
  /** The condition keys that a call brings along; one with several values has a list of them. */
  readonly contextOf?: (operation: string, input: JsonObject) => ConditionKeys;
}

/** An error as AWS would answer it; anything else that an operation throws becomes InternalFailure. */
export class AwsError extends Error {
  readonly status: number;
  readonly details: JsonObject;

  /** `code` is AWS's own error name; `details` become further fields of the error's body. */
  constructor(code: string, message: string, status = 400, details: JsonObject = {}) {
    super(message);
    this.name = code;
    this.status = status;
    this.details = details;
  }
}
