import type { ServiceEvent } from "./ports.ts";
import type { ExecutionRecord } from "./records.ts";

const milliseconds = (instant: string | undefined) => (instant === undefined ? null : Date.parse(instant));

/**
 * The event that Step Functions sends for each change of an execution's status.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export const statusChangeEvent = (
  execution: ExecutionRecord,
  origin: { readonly id: string; readonly at: Date; readonly region: string; readonly accountId: string },
): ServiceEvent => ({
  version: "0",
  id: origin.id,
  "detail-type": "Step Functions Execution Status Change",
  source: "aws.states",
  account: origin.accountId,
  time: `${origin.at.toISOString().slice(0, "2026-01-01T00:00:00".length)}Z`,
  region: origin.region,
  resources: [execution.arn],
  detail: {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    name: execution.name,
    status: execution.status,
    startDate: milliseconds(execution.startedAt),
    stopDate: milliseconds(execution.stoppedAt),
    input: execution.input,
    inputDetails: { included: true },
    output: execution.output ?? null,
    outputDetails: execution.output === undefined ? null : { included: true },
    error: execution.error ?? null,
    cause: execution.cause ?? null,
    redriveCount: 0,
    redriveDate: null,
    redriveStatus:
      execution.status === "RUNNING" || execution.status === "SUCCEEDED" ? "NOT_REDRIVABLE" : "REDRIVABLE",
    redriveStatusReason: null,
  },
});
