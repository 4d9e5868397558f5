import { FilterRule } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { deliverStream, type TableStreamProps } from "./table-stream.ts";

/**
 * Delivers the Inventory table's stream of facts to the function that tells the bus of changes. Passes and their slices are
 * in the table too; and what was there when an integration was looked at for the first time, 150,000 assignments perhaps,
 * is no change.
 */
export function deliverChangesTo(scope: Construct, props: TableStreamProps): void {
  deliverStream(scope, "InventoryStream", {
    ...props,
    newImage: { kind: { S: ["fact"] }, baseline: { BOOL: FilterRule.notExists() } },
  });
}
