import { createHash } from "node:crypto";

/** Where a stack is deployed. */
export interface Environment {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/** What CloudFormation knows of a deployed resource: what Ref gives, and its attributes. */
export interface PhysicalResource {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A resource about to get its physical id; `property` reads a resolved property. */
export interface ResourceIdentity {
  readonly type: string;
  readonly stackName: string;
  readonly logicalId: string;
  property(name: string): unknown;
}

type Describe = (identity: ResourceIdentity, environment: Environment) => PhysicalResource;

const hashOf = ({ stackName, logicalId }: ResourceIdentity, length: number) =>
  createHash("sha256").update(`${stackName}/${logicalId}`).digest("hex").slice(0, length);

/** CloudFormation names what has no name `<stack>-<logical id>-<random>`; here the random part is derived. */
const nameOf = (identity: ResourceIdentity, property: string): string => {
  const name = identity.property(property);
  if (typeof name === "string") return name;
  return `${identity.stackName}-${identity.logicalId}-${hashOf(identity, 12).toUpperCase()}`;
};

const arn = ({ partition, region, accountId }: Environment, service: string, resource: string) =>
  `arn:${partition}:${service}:${region}:${accountId}:${resource}`;

const globalArn = ({ partition, accountId }: Environment, service: string, resource: string) =>
  `arn:${partition}:${service}::${accountId}:${resource}`;

/** A stream's label is the time of its creation; here it is always the same one, so that an ARN survives a restart. */
const STREAM_LABEL = "2026-01-01T00:00:00.000";

/** A Ref that is the name, with the ARN as an attribute: how most services do it. */
const byName =
  (property: string, service: string, resource: (name: string) => string): Describe =>
  (identity, environment) => {
    const name = nameOf(identity, property);
    return { ref: name, attributes: { Arn: arn(environment, service, resource(name)) } };
  };

const table: Describe = (identity, environment) => {
  const name = nameOf(identity, "TableName");
  const tableArn = arn(environment, "dynamodb", `table/${name}`);
  return { ref: name, attributes: { Arn: tableArn, StreamArn: `${tableArn}/stream/${STREAM_LABEL}` } };
};

const role: Describe = (identity, environment) => {
  const name = nameOf(identity, "RoleName");
  const path = identity.property("Path");
  const roleArn = globalArn(environment, "iam", `role${typeof path === "string" ? path : "/"}${name}`);
  return { ref: name, attributes: { Arn: roleArn, RoleId: `AROA${hashOf(identity, 16).toUpperCase()}` } };
};

const managedPolicy: Describe = (identity, environment) => {
  const policyArn = globalArn(environment, "iam", `policy/${nameOf(identity, "ManagedPolicyName")}`);
  return { ref: policyArn, attributes: { PolicyArn: policyArn } };
};

const stateMachine: Describe = (identity, environment) => {
  const name = nameOf(identity, "StateMachineName");
  const machineArn = arn(environment, "states", `stateMachine:${name}`);
  return { ref: machineArn, attributes: { Arn: machineArn, Name: name } };
};

const topic: Describe = (identity, environment) => {
  const name = nameOf(identity, "TopicName");
  const topicArn = arn(environment, "sns", name);
  return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } };
};

const queue: Describe = (identity, environment) => {
  const name = nameOf(identity, "QueueName");
  const url = `https://sqs.${environment.region}.amazonaws.com/${environment.accountId}/${name}`;
  return { ref: url, attributes: { Arn: arn(environment, "sqs", name), QueueName: name, QueueUrl: url } };
};

const bucket: Describe = (identity, environment) => {
  const named = identity.property("BucketName");
  // A bucket's own name has no upper case.
  const name = typeof named === "string" ? named : nameOf(identity, "BucketName").toLowerCase();
  return { ref: name, attributes: { Arn: `arn:${environment.partition}:s3:::${name}` } };
};

const eventBus: Describe = (identity, environment) => {
  const name = nameOf(identity, "Name");
  return { ref: name, attributes: { Arn: arn(environment, "events", `event-bus/${name}`), Name: name } };
};

/** A rule on another bus than the default one has the bus in its ARN and its Ref. */
const rule: Describe = (identity, environment) => {
  const name = nameOf(identity, "Name");
  const bus = identity.property("EventBusName");
  const qualified =
    typeof bus === "string" && bus !== "default" ? `${bus.slice(bus.lastIndexOf("/") + 1)}/${name}` : name;
  const ref = qualified.includes("/") ? qualified.replace("/", "|") : name;
  return { ref, attributes: { Arn: arn(environment, "events", `rule/${qualified}`) } };
};

const httpApi: Describe = (identity, { region }) => {
  const id = hashOf(identity, 10);
  return {
    ref: id,
    attributes: { ApiId: id, ApiEndpoint: `https://${id}.execute-api.${region}.amazonaws.com` },
  };
};

const userPool: Describe = (identity, environment) => {
  const id = `${environment.region}_${hashOf(identity, 9)}`;
  const provider = `cognito-idp.${environment.region}.amazonaws.com/${id}`;
  return {
    ref: id,
    attributes: {
      Arn: arn(environment, "cognito-idp", `userpool/${id}`),
      ProviderName: provider,
      ProviderURL: `https://${provider}`,
      UserPoolId: id,
    },
  };
};

const byDerivedId =
  (length: number): Describe =>
  (identity) => ({ ref: hashOf(identity, length), attributes: {} });

/** By resource type: "Return values" on each type's page of the CloudFormation template reference. */
const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  "AWS::ApiGatewayV2::Api": httpApi,
  "AWS::ApiGatewayV2::Authorizer": byDerivedId(6),
  "AWS::ApiGatewayV2::Integration": byDerivedId(7),
  "AWS::ApiGatewayV2::Route": byDerivedId(7),
  "AWS::ApiGatewayV2::Stage": (identity) => ({ ref: nameOf(identity, "StageName"), attributes: {} }),
  "AWS::CloudWatch::Alarm": byName("AlarmName", "cloudwatch", (name) => `alarm:${name}`),
  "AWS::Cognito::UserPool": userPool,
  "AWS::Cognito::UserPoolClient": byDerivedId(26),
  "AWS::Cognito::UserPoolDomain": (identity) => ({ ref: nameOf(identity, "Domain"), attributes: {} }),
  "AWS::DynamoDB::Table": table,
  "AWS::Events::EventBus": eventBus,
  "AWS::Events::EventBusPolicy": byDerivedId(16),
  "AWS::Events::Rule": rule,
  "AWS::IAM::ManagedPolicy": managedPolicy,
  "AWS::IAM::Policy": byDerivedId(16),
  "AWS::IAM::Role": role,
  "AWS::Lambda::EventInvokeConfig": byDerivedId(16),
  "AWS::Lambda::EventSourceMapping": (identity) => {
    const hash = hashOf(identity, 32);
    const uuid = [
      hash.slice(0, 8),
      hash.slice(8, 12),
      hash.slice(12, 16),
      hash.slice(16, 20),
      hash.slice(20),
    ].join("-");
    return { ref: uuid, attributes: { Id: uuid } };
  },
  "AWS::Lambda::Function": byName("FunctionName", "lambda", (name) => `function:${name}`),
  "AWS::Lambda::Permission": byDerivedId(16),
  "AWS::Logs::LogGroup": byName("LogGroupName", "logs", (name) => `log-group:${name}:*`),
  "AWS::S3::Bucket": bucket,
  "AWS::S3::BucketPolicy": byDerivedId(16),
  "AWS::SNS::Topic": topic,
  "AWS::SNS::TopicPolicy": byDerivedId(16),
  "AWS::SQS::Queue": queue,
  "AWS::SQS::QueuePolicy": byDerivedId(16),
  "AWS::StepFunctions::StateMachine": stateMachine,
};

/** Gives a resource its physical id, the same at every start; undefined when its type is not known here. */
export const physicalResource = (
  identity: ResourceIdentity,
  environment: Environment,
): PhysicalResource | undefined => DESCRIPTIONS[identity.type]?.(identity, environment);
