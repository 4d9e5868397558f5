import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that tells of what died. */
export const EnvironmentSchema = z.object({
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  INVENTORY_TABLE: Variable.INVENTORY_TABLE,
  EVENT_BUS: Variable.EVENT_BUS,
  PROTECTED_ACCOUNTS: Variable.PROTECTED_ACCOUNTS,
  GUARDRAILS: Variable.GUARDRAILS,
  MFA: Variable.MFA,
});
