import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that begins syncs when they are due. */
export const EnvironmentSchema = z.object({
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  INVENTORY_TABLE: Variable.INVENTORY_TABLE,
  SYNC_WORKFLOW_ARN: Variable.SYNC_WORKFLOW_ARN,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  MANAGEMENT_ACCOUNT: Variable.MANAGEMENT_ACCOUNT,
  CONNECTOR: Variable.CONNECTOR,
  IDENTITY_CENTER: Variable.IDENTITY_CENTER,
});
