import { logger } from "../middleware/observability.ts";
import { beginSyncs } from "./begin-syncs.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** Begins the syncs that are due. */
export const handler = beginSyncs(compose(EnvironmentSchema.parse(process.env)), logger);
