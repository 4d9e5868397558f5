import { logger, metrics } from "../middleware/observability.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";
import { sweepFunction } from "./sweep-function.ts";

/** The sweep: due requests, waiting removals, and what AWS really shows. */
export const handler = sweepFunction(compose(EnvironmentSchema.parse(process.env)), logger, metrics);
