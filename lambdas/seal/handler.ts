import { logger, metrics } from "../middleware/observability.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";
import { seal } from "./seal.ts";

/** The daily seal of the audit trail. */
export const handler = seal(compose(EnvironmentSchema.parse(process.env)), { logger, metrics });
