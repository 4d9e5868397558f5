import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import type { Server } from "node:http";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";

/** dynalite ships no types. */
const dynalite = createRequire(import.meta.url)("dynalite") as (options: {
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}) => Server;

/** Runs one DynamoDB operation; throws {@link AwsError} as DynamoDB answers. */
export type RunDynamoDb = (operation: string, input: JsonObject) => Promise<JsonObject>;

/** dynalite wants to see a signature, and never checks it. */
const HEADERS = {
  "content-type": "application/x-amz-json-1.0",
  authorization:
    "AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
  "x-amz-date": "20260101T000000Z",
};

const errorFrom = (status: number, body: JsonObject): AwsError => {
  const { __type, message, Message, ...details } = body;
  const type = typeof __type === "string" ? __type : "InternalServerError";
  const said = message ?? Message;
  return new AwsError(
    type.slice(type.indexOf("#") + 1),
    typeof said === "string" ? said : "",
    status,
    details,
  );
};

/**
 * An empty DynamoDB in memory. dynalite is an HTTP server; it gets its requests here without a socket, as the events
 * that a socket would cause.
 */
export const createDynalite = (): RunDynamoDb => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  return (operation, input) =>
    new Promise((resolve, reject) => {
      const headers = { ...HEADERS, "x-amz-target": `DynamoDB_20120810.${operation}` };
      const request = Object.assign(new EventEmitter(), { method: "POST", url: "/", headers });
      const response = {
        statusCode: 200,
        setHeader: () => undefined,
        end: (text: string) => {
          const body = JSON.parse(text) as JsonObject;
          if (response.statusCode === 200) resolve(body);
          else reject(errorFrom(response.statusCode, body));
        },
      };
      server.emit("request", request, response);
      request.emit("data", Buffer.from(JSON.stringify(input)));
      request.emit("end");
    });
};
