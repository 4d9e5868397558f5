import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../../core/contracts/environment.ts";

/** Settings of the function behind *Wait for approval*. */
export const EnvironmentSchema = z.object({
  ACCESS_TABLE: Variable.ACCESS_TABLE,
  WAKEUPS_TABLE: Variable.WAKEUPS_TABLE,
});
