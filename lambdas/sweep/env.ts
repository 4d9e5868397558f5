import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the sweep's function. Where an entitlement lives was stored when it was granted. */
export const EnvironmentSchema = z.object({
  ACCESS_TABLE: Variable.ACCESS_TABLE,
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  AUDIT_TABLE: Variable.AUDIT_TABLE,
  EVENT_BUS: Variable.EVENT_BUS,
  WORKFLOW_ARN: Variable.WORKFLOW_ARN,
  REVOKE_FUNCTION: Variable.REVOKE_FUNCTION,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  CONNECTOR: Variable.CONNECTOR,
  IDENTITY_CENTER: Variable.IDENTITY_CENTER,
});
