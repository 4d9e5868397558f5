import { FilterRule } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { deliverStream, type TableStreamProps } from "./table-stream.ts";

/**
 * Delivers the Access table's stream of requests to the function that keeps the trail and tells the bus. Entitlement items
 * change too, but tell nobody anything; and a request that the sweep has put off has made no transition.
 */
export function deliverRequestsTo(scope: Construct, props: TableStreamProps): void {
  deliverStream(scope, "RecordStream", {
    ...props,
    newImage: { kind: { S: ["request"] }, swept: { BOOL: FilterRule.notExists() } },
  });
}
