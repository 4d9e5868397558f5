import type { PolicyDocument } from "../template/permissions.ts";

const allow = (...actions: readonly string[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
});

const BASIC_EXECUTION = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

/** AWS's own policies, by the end of their ARN: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
const AWS_MANAGED_POLICIES: Readonly<Record<string, PolicyDocument>> = {
  "service-role/AWSLambdaBasicExecutionRole": allow(...BASIC_EXECUTION),
  "service-role/AWSLambdaDynamoDBExecutionRole": allow(
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    ...BASIC_EXECUTION,
  ),
  AWSXRayDaemonWriteAccess: allow(
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
  ),
};

/** A managed policy of AWS's; throws on one whose text is not known here, because nothing could be checked against it. */
export const awsManagedPolicy = (arn: string): PolicyDocument => {
  const policy = AWS_MANAGED_POLICIES[arn.split(":policy/")[1] ?? arn];
  if (policy === undefined) throw new Error(`The embedded AWS does not know the managed policy ${arn}`);
  return policy;
};
