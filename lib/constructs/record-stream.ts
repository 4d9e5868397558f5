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

/**
 * Delivers the Config table's stream to the same function: what was written with an audit entry. Also a deletion is such a
 * write, as it leaves the end of its chain.
 */
export function deliverConfigurationTo(scope: Construct, props: TableStreamProps): void {
  deliverStream(scope, "ConfigurationStream", {
    ...props,
    newImage: { change: { M: { hash: { S: FilterRule.exists() } } } },
  });
}
