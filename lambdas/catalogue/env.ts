import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that refreshes the catalogue of account and permission-set names. */
export const EnvironmentSchema = z.object({
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  MANAGEMENT_ACCOUNT: Variable.MANAGEMENT_ACCOUNT,
  IDENTITY_CENTER: Variable.IDENTITY_CENTER,
});
