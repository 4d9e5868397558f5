import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that turns the streams of requests and configuration into audit entries and events. */
export const EnvironmentSchema = z.object({
  AUDIT_TABLE: Variable.AUDIT_TABLE,
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  EVENT_BUS: Variable.EVENT_BUS,
});
