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

const cloudFormation = new CloudFormationClient();
/** The stack of another region only forwards events here: moto deploys none of it. */
const stacks = [names.stacks.stateful, names.stacks.access];

for (const StackName of stacks) {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  assert.equal(Stacks?.[0]?.StackStatus, "CREATE_COMPLETE", `stack ${StackName}`);
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
const machine = stateMachines.find(({ name }) => name === names.workflow);
assert.ok(machine?.stateMachineArn, `state machine ${names.workflow}`);
const { definition = "" } = await stepFunctions.send(
  new DescribeStateMachineCommand({ stateMachineArn: machine.stateMachineArn }),
);
assert.match(definition, /"Hold until expiry"/);

console.log(`Deployed: ${[...stacks, ...Object.values(names.tables), names.workflow].join(", ")}`);
