import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that answers administration. */
export const EnvironmentSchema = z.object({
  ACCESS_TABLE: Variable.ACCESS_TABLE,
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  AUDIT_TABLE: Variable.AUDIT_TABLE,
  INVENTORY_TABLE: Variable.INVENTORY_TABLE,
  SYNC_WORKFLOW_ARN: Variable.SYNC_WORKFLOW_ARN,
  SYNC_FUNCTION: Variable.SYNC_FUNCTION,
  SWEEP_FUNCTION: Variable.SWEEP_FUNCTION,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  MANAGEMENT_ACCOUNT: Variable.MANAGEMENT_ACCOUNT,
  CONNECTOR: Variable.CONNECTOR,
  IDENTITY_CENTER: Variable.IDENTITY_CENTER,
  IDENTITY: Variable.IDENTITY,
  ADMINISTRATOR_GROUPS: Variable.ADMINISTRATOR_GROUPS,
  POLICY_AUTHOR_GROUPS: Variable.POLICY_AUTHOR_GROUPS,
  AUDITOR_GROUPS: Variable.AUDITOR_GROUPS,
  MFA: Variable.MFA,
  PROTECTED_ACCOUNTS: Variable.PROTECTED_ACCOUNTS,
  GUARDRAILS: Variable.GUARDRAILS,
});
