import * as z from "zod/mini";
import { EnvironmentVariables as Variable } from "../core/contracts/environment.ts";

/** Settings of the function that tells the bus of the inventory's changes. */
export const EnvironmentSchema = z.object({ EVENT_BUS: Variable.EVENT_BUS });
