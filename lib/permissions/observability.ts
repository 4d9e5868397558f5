import { permission, permissionWithoutResources, type Permission } from "./permission.ts";

/** Writes into one log group. */
export const writeLog = (logGroupArn: string): Permission =>
  permission({
    sid: "WriteLog",
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [logGroupArn],
  });

/** Writes a function's traces. */
export const writeTraces = (): Permission =>
  permissionWithoutResources({
    sid: "WriteTraces",
    actions: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
  });

/** Samples and writes a state machine's traces (https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html). */
export const sampleAndWriteTraces = (): Permission =>
  permissionWithoutResources({
    sid: "WriteTraces",
    actions: [
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ],
  });

/** Lets a state machine set up its log's delivery (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html). */
export const deliverLogs = (): Permission =>
  permissionWithoutResources({
    sid: "DeliverLogs",
    actions: [
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
    ],
  });
