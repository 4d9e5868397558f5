import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup, type CfnLogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/**
 * A log group that outlives its stack: what happened to somebody's access may be asked after a `cdk destroy`, and a
 * retained machine or function goes on writing into it. A first deployment that is rolled back leaves none behind.
 */
export function retainedLogGroup(
  scope: Construct,
  id: string,
  name: string,
  retentionDays: number,
): LogGroup {
  const logGroup = new LogGroup(scope, id, {
    logGroupName: name,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  (logGroup.node.defaultChild as CfnLogGroup).retentionInDays = retentionDays;
  return logGroup;
}
