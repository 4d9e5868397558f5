import { logger, metrics } from "../middleware/observability.ts";
import { beginSyncs } from "./begin-syncs.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** Begins the syncs that are due, and tells how many are behind. */
export const handler = beginSyncs(compose(EnvironmentSchema.parse(process.env)), logger, metrics);
