import { marshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, Context, DynamoDBBatchResponse, DynamoDBRecord } from "aws-lambda";
import { expect, it } from "vitest";
import { requestAttributes } from "../../../lambdas/adapters/dynamodb/keys.ts";
import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { recordStream } from "../../../lambdas/record/record-stream.ts";
import { aPendingRequest, aRequestId } from "../../support/builders.ts";

const context = { functionName: "lockstep-record", awsRequestId: "1" } as Context;

const delivered = (request: AccessRequest, sequence: string): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: sequence,
    NewImage: marshall(
      { ...request, ...requestAttributes(request) },
      { removeUndefinedValues: true },
    ) as Record<string, AttributeValue>,
  },
});

const [one, two, three] = ["one", "two", "three"].map((name) =>
  aPendingRequest({ id: aRequestId(name) }),
) as [AccessRequest, AccessRequest, AccessRequest];
const batch = { Records: [delivered(one, "1"), delivered(two, "2"), delivered(three, "3")] };

const run = async (record: (request: AccessRequest) => Promise<void>): Promise<DynamoDBBatchResponse> =>
  await recordStream(record)(batch, context);

it("records every request of the batch, in order", async () => {
  const recorded: string[] = [];
  const answer = await run((request) => {
    recorded.push(request.id);
    return Promise.resolve();
  });
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(recorded).toEqual([one.id, two.id, three.id]);
});

it("stops at the first that fails, so that it and all after it are delivered again", async () => {
  const recorded: string[] = [];
  const answer = await run((request) => {
    if (request.id === two.id) return Promise.reject(new Error("no answer"));
    recorded.push(request.id);
    return Promise.resolve();
  });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  expect(recorded).toEqual([one.id]);
});

it("passes over a request that the sweep has put off", async () => {
  const recorded: string[] = [];
  const [first, second] = [delivered(one, "1"), delivered(two, "2")];
  const putOff = {
    dynamodb: { ...first.dynamodb, NewImage: { ...first.dynamodb?.NewImage, swept: { BOOL: true } } },
  };
  const answer = await recordStream((request) => {
    recorded.push(request.id);
    return Promise.resolve();
  })({ Records: [putOff, second] }, context);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(recorded).toEqual([two.id]);
});
