import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that seals the audit trail. */
export const EnvironmentSchema = z.object({
  AUDIT_TABLE: Variable.AUDIT_TABLE,
  AUDIT_ROOTS_BUCKET: Variable.AUDIT_ROOTS_BUCKET,
});
