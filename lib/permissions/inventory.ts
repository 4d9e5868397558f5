import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { placesOfFacts } from "../../lambdas/core/contracts/inventory-storage.ts";
import { indexes } from "../constructs/tables.ts";
import type { Permission } from "./permission.ts";
import { onItems, onTable } from "./tables.ts";

/** Reads all of the inventory. */
export function readInventory(table: Pick<Table, "tableArn">): Permission {
  return onTable("ReadInventory", table, ["GetItem", "BatchGetItem", "Query"], indexes.inventory);
}

/** Writes facts of every kind, and no pass. */
export function writeFacts(table: Pick<Table, "tableArn">): Permission {
  return writeFactsOf(table, Object.keys(placesOfFacts));
}

/** Writes facts within accounts: nothing of the organization or of who may do what there, and no pass. */
export function writeFactsWithinAccounts(table: Pick<Table, "tableArn">): Permission {
  const kinds = Object.entries(placesOfFacts).filter(([, place]) => place === "within an account");
  return writeFactsOf(
    table,
    kinds.map(([kind]) => kind),
  );
}

function writeFactsOf(table: Pick<Table, "tableArn">, kinds: readonly string[]): Permission {
  return onItems("WriteFacts", table, ["PutItem", "UpdateItem"], kinds);
}
