import type { Assembly } from "./assembly.ts";
import { TemplateError } from "./intrinsics.ts";

/** Resource types that the embedded AWS acts on. */
const RUN: ReadonlySet<string> = new Set([
  "AWS::ApiGatewayV2::Api",
  "AWS::ApiGatewayV2::Authorizer",
  "AWS::ApiGatewayV2::Integration",
  "AWS::ApiGatewayV2::Route",
  "AWS::DynamoDB::Table",
  "AWS::Events::EventBus",
  "AWS::Events::Rule",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::S3::Bucket",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::Queue",
  "AWS::SQS::QueuePolicy",
  "AWS::StepFunctions::StateMachine",
]);

/** Resource types without which the app does the same: logs, alarms, throttling, and a user pool that nobody signs in at. */
const WITHOUT_EFFECT_HERE: ReadonlySet<string> = new Set([
  "AWS::ApiGatewayV2::Stage",
  "AWS::CDK::Metadata",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::Cognito::UserPool",
  "AWS::Cognito::UserPoolClient",
  "AWS::Cognito::UserPoolDomain",
  // Who may put events from other accounts: nobody is in another account here.
  "AWS::Events::EventBusPolicy",
  "AWS::Logs::LogGroup",
]);

/** Throws on a resource whose effect would silently be missing here. */
export const checkCoverage = ({ stacks }: Assembly): void => {
  for (const { name, template } of stacks) {
    for (const [logicalId, { Type }] of Object.entries(template.Resources)) {
      if (RUN.has(Type) || WITHOUT_EFFECT_HERE.has(Type)) continue;
      throw new TemplateError(`${name}/${logicalId}: the embedded AWS cannot run a ${Type}`);
    }
  }
};
