import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../../core/contracts/environment.ts";

/** Settings of the function behind *Grant access*. */
export const EnvironmentSchema = z.object({
  ACCESS_TABLE: Variable.ACCESS_TABLE,
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  INVENTORY_TABLE: Variable.INVENTORY_TABLE,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  CONNECTOR: Variable.CONNECTOR,
  IDENTITY_CENTER: Variable.IDENTITY_CENTER,
  IDENTITY: Variable.IDENTITY,
  SECOND_ADMINISTRATOR: Variable.SECOND_ADMINISTRATOR,
  PROTECTED_ACCOUNTS: Variable.PROTECTED_ACCOUNTS,
  GUARDRAILS: Variable.GUARDRAILS,
});
