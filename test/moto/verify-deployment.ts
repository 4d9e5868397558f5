import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, DescribeEventBusCommand } from "@aws-sdk/client-eventbridge";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import assert from "node:assert/strict";
import { auditRootsBucketName } from "../../lambdas/core/contracts/audit-storage.ts";
import { functions, names } from "../../lib/names.ts";

/** Looks at a deployment through the SDK: what the templates promise is there, under the pinned names. */

/** Identity Center is in the home region here, and needs no stack of its own. */
const stacks: readonly { readonly name: string; readonly region?: string }[] = [
  { name: names.stacks.stateful },
  { name: names.stacks.access },
  { name: names.stacks.global, region: "us-east-1" },
];

for (const { name, region } of stacks) {
  const cloudFormation = new CloudFormationClient(region === undefined ? {} : { region });
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
  assert.equal(Stacks?.[0]?.StackStatus, "CREATE_COMPLETE", `stack ${name}`);
}

const dynamodb = new DynamoDBClient();
for (const TableName of Object.values(names.tables)) {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  assert.equal(Table?.TableStatus, "ACTIVE", `table ${TableName}`);
  assert.equal(Table.BillingModeSummary?.BillingMode, "PAY_PER_REQUEST", `table ${TableName}`);
}

// moto's CloudFormation leaves out a bucket's lock, versions and policy: test/infra and the contract suites hold those.
const { Account: account } = await new STSClient().send(new GetCallerIdentityCommand());
const bucket = auditRootsBucketName({ account: account ?? "", region: process.env["AWS_REGION"] ?? "" });
await new S3Client({ forcePathStyle: true }).send(new HeadBucketCommand({ Bucket: bucket }));

const bus = await new EventBridgeClient().send(new DescribeEventBusCommand({ Name: names.eventBus }));
assert.equal(bus.Name, names.eventBus);

const lambda = new LambdaClient();
for (const { name } of Object.values(functions)) {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: name }));
  assert.equal(Configuration?.Runtime, "nodejs24.x", `function ${name}`);
}

const stepFunctions = new SFNClient();
const { stateMachines = [] } = await stepFunctions.send(new ListStateMachinesCommand());
for (const [machineName, state] of [
  [names.workflow, /"Hold until expiry"/],
  [names.syncWorkflow, /"In each account"/],
] as const) {
  const machine = stateMachines.find(({ name }) => name === machineName);
  assert.ok(machine?.stateMachineArn, `state machine ${machineName}`);
  const { definition = "" } = await stepFunctions.send(
    new DescribeStateMachineCommand({ stateMachineArn: machine.stateMachineArn }),
  );
  assert.match(definition, state);
}

console.log(
  `Deployed: ${[...stacks.map(({ name }) => name), ...Object.values(names.tables), names.workflow].join(", ")}`,
);
