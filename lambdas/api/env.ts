import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the HTTP API's function. */
export const EnvironmentSchema = z.object({
  ACCESS_TABLE: Variable.ACCESS_TABLE,
  WAKEUPS_TABLE: Variable.WAKEUPS_TABLE,
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  AUDIT_TABLE: Variable.AUDIT_TABLE,
  WORKFLOW_ARN: Variable.WORKFLOW_ARN,
  CATALOGUE_FUNCTION: Variable.CATALOGUE_FUNCTION,
  SWEEP_FUNCTION: Variable.SWEEP_FUNCTION,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  MANAGEMENT_ACCOUNT: Variable.MANAGEMENT_ACCOUNT,
  IDENTITY_CENTER: Variable.IDENTITY_CENTER,
  IDENTITY: Variable.IDENTITY,
  ADMINISTRATOR_GROUPS: Variable.ADMINISTRATOR_GROUPS,
  PROTECTED_ACCOUNTS: Variable.PROTECTED_ACCOUNTS,
});
