import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that looks at what CloudTrail tells of. */
export const EnvironmentSchema = z.object({
  ACCESS_TABLE: Variable.ACCESS_TABLE,
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  INVENTORY_TABLE: Variable.INVENTORY_TABLE,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  MANAGEMENT_ACCOUNT: Variable.MANAGEMENT_ACCOUNT,
  DELEGATED_ADMINISTRATOR_ACCOUNT: Variable.DELEGATED_ADMINISTRATOR_ACCOUNT,
  CONNECTOR: Variable.CONNECTOR,
  IDENTITY_CENTER: Variable.IDENTITY_CENTER,
});
