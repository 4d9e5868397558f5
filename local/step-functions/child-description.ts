import type { Json, JsonObject } from "../wire/json.ts";
import type { ExecutionRecord } from "./records.ts";

/** The child as `.sync:2` reports it: like DescribeExecution, with parsed input and output and dates in milliseconds. */
export const describeChild = (child: ExecutionRecord): JsonObject => ({
  ExecutionArn: child.arn,
  Input: JSON.parse(child.input) as Json,
  InputDetails: { Included: true },
  Name: child.name,
  ...(child.output === undefined
    ? {}
    : { Output: JSON.parse(child.output) as Json, OutputDetails: { Included: true } }),
  ...(child.error === undefined ? {} : { Error: child.error }),
  ...(child.cause === undefined ? {} : { Cause: child.cause }),
  StartDate: Date.parse(child.startedAt),
  StateMachineArn: child.machineArn,
  Status: child.status,
  ...(child.stoppedAt === undefined ? {} : { StopDate: Date.parse(child.stoppedAt) }),
});
