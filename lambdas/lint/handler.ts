import { logger } from "../middleware/observability.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";
import { lintFunction } from "./lint-function.ts";

/** After each sync: an event for each error that lint did not find before. */
export const handler = lintFunction(compose(EnvironmentSchema.parse(process.env)), logger);
