import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { SFNClient, ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import type { HandleAwsRequest } from "../../../../local/wire/http.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import { queryInputOf } from "../../../../local/wire/query-input.ts";
import { AwsError } from "../../../../local/wire/service.ts";
import type { Caller, ServiceDefinition } from "../../../../local/wire/service.ts";
import { createWire } from "../../../../local/wire/wire.ts";
import { clientConfiguration } from "./support/clients.ts";

const seen: { input: JsonObject; caller: Caller }[] = [];

const sns: ServiceDefinition = {
  signingName: "sns",
  protocol: "query",
  xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
  iamPrefix: "sns",
  operations: {
    Publish: (input, caller) => {
      seen.push({ input, caller });
      if (input["Message"] === "refuse") throw new AwsError("NotFound", "Topic <does> not exist", 404);
      return { MessageId: "m & m" };
    },
  },
};
const sts: ServiceDefinition = {
  signingName: "sts",
  protocol: "query",
  iamPrefix: "sts",
  operations: {
    GetCallerIdentity: (_input, caller) => ({ Arn: caller.principalArn, Account: caller.accountId }),
  },
};
const events: ServiceDefinition = {
  signingName: "events",
  protocol: "json-1.1",
  targetPrefix: "AWSEvents",
  iamPrefix: "events",
  operations: {
    PutEvents: () => {
      throw new Error("a bug");
    },
  },
};

const handle: HandleAwsRequest = createWire({
  services: [sns, sts, events],
  principalOf: (accessKeyId) => ({
    kind: "administrator",
    arn: `arn:aws:iam::1:user/${accessKeyId}`,
    accountId: "1",
  }),
  authorize: ({ operation, input }) =>
    operation === "Publish" && input["Message"] === "forbidden"
      ? Promise.reject(new AwsError("AccessDeniedException", "User: x is not authorized"))
      : Promise.resolve(),
  onCall: () => undefined,
  invokeFunction: (name, payload, _principal, type) => {
    if (name === "nobody")
      return Promise.reject(new AwsError("ResourceNotFoundException", "Function not found", 404));
    if (name === "broken")
      return Promise.resolve({ functionError: { errorType: "Error", errorMessage: "broken" } });
    return Promise.resolve(type === "RequestResponse" ? { payload: { echo: payload } } : undefined);
  },
  newId: () => "request-id",
});
const configuration = clientConfiguration(handle, "AKIAANYBODY");

const decode = (body: Uint8Array) => new TextDecoder().decode(body);
const raw = (headers: Readonly<Record<string, string>>, body = "") =>
  handle({ method: "POST", path: "/", query: "", headers, body: Buffer.from(body) });
const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=K/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

describe("the AWS wire", () => {
  it("finds a service by its signing name and answers the query protocol in XML", async () => {
    const client = new SNSClient(configuration);
    const answer = await client.send(
      new PublishCommand({
        TopicArn: "arn:t",
        Message: "hello",
        MessageAttributes: { a: { DataType: "String", StringValue: "b" } },
      }),
    );
    expect(answer.MessageId).toBe("m & m");
    expect(seen.at(-1)).toMatchObject({
      input: {
        TopicArn: "arn:t",
        Message: "hello",
        MessageAttributes: { a: { DataType: "String", StringValue: "b" } },
      },
      caller: { accessKeyId: "AKIAANYBODY", region: "us-west-2", accountId: "1" },
    });
  });

  it("gives errors their AWS name, message and status in each protocol", async () => {
    const client = new SNSClient(configuration);
    const publish = (Message: string) => client.send(new PublishCommand({ TopicArn: "arn:t", Message }));
    await expect(publish("refuse")).rejects.toMatchObject({
      name: "NotFoundException",
      message: "Topic <does> not exist",
      $metadata: { httpStatusCode: 404, requestId: "request-id" },
    });
    await expect(publish("forbidden")).rejects.toMatchObject({
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });
    const put = new EventBridgeClient(configuration).send(new PutEventsCommand({ Entries: [] }));
    await expect(put).rejects.toMatchObject({ name: "InternalFailure", $metadata: { httpStatusCode: 500 } });
  });

  it("tells a caller who it is", async () => {
    const answer = await new STSClient(configuration).send(new GetCallerIdentityCommand());
    expect(answer.Arn).toBe("arn:aws:iam::1:user/AKIAANYBODY");
  });

  it("refuses services and operations that it does not have, in their own protocol", async () => {
    await expect(new SFNClient(configuration).send(new ListStateMachinesCommand())).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
    await expect(new IAMClient(configuration).send(new ListUsersCommand())).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
    await expect(new LambdaClient(configuration).send(new ListFunctionsCommand())).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
    const unknownTarget = await raw(
      { authorization: authorization("events"), "x-amz-target": "AWSEvents.constructor" },
      "{}",
    );
    expect(unknownTarget).toMatchObject({
      status: 400,
      headers: { "x-amzn-errortype": "UnknownOperationException" },
    });
    const s3 = await raw({ authorization: authorization("s3") });
    expect(decode(s3.body)).toContain("<Error><Code>UnknownOperationException</Code>");
  });

  it("refuses what nobody signed and what is no JSON", async () => {
    expect(await raw({ "x-amz-target": "AWSEvents.PutEvents" }, "{}")).toMatchObject({
      status: 403,
      headers: { "x-amzn-errortype": "MissingAuthenticationTokenException" },
    });
    for (const body of ["{", "[]", "null"]) {
      const headers = { authorization: authorization("events"), "x-amz-target": "AWSEvents.PutEvents" };
      expect(await raw(headers, body)).toMatchObject({
        status: 400,
        headers: { "x-amzn-errortype": "SerializationException" },
      });
    }
  });

  it("invokes functions, telling an error of the function from one of the service", async () => {
    const client = new LambdaClient(configuration);
    const invoke = (FunctionName: string, InvocationType: "RequestResponse" | "Event" = "RequestResponse") =>
      client.send(new InvokeCommand({ FunctionName, InvocationType, Payload: Buffer.from('{"a":1}') }));
    const answered = await invoke("f");
    expect(answered.FunctionError).toBeUndefined();
    expect(JSON.parse(decode(answered.Payload ?? new Uint8Array()))).toEqual({ echo: { a: 1 } });
    expect(await invoke("f", "Event")).toMatchObject({ StatusCode: 202 });
    const failed = await invoke("broken");
    expect(failed.FunctionError).toBe("Unhandled");
    expect(decode(failed.Payload ?? new Uint8Array())).toContain('"errorMessage":"broken"');
    await expect(invoke("nobody")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      $metadata: { httpStatusCode: 404 },
    });
  });

  it("reads lists, structures and maps of the query protocol", () => {
    const form = new URLSearchParams({
      Action: "Do",
      Version: "2010-05-08",
      "Names.member.10": "j",
      "Names.member.2": "b",
      "Tags.member.1.Key": "k",
      "Tags.member.1.Value": "v",
      "Attributes.entry.1.key": "colour",
      "Attributes.entry.1.value": "red",
      "Filter.Deep.Name": "n",
    });
    expect(queryInputOf(form.toString())).toEqual({
      operation: "Do",
      input: {
        Names: ["b", "j"],
        Tags: [{ Key: "k", Value: "v" }],
        Attributes: { colour: "red" },
        Filter: { Deep: { Name: "n" } },
      },
    });
  });
});
