import { logger } from "../middleware/observability.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";
import { changeQueue } from "./change-queue.ts";

/** Changes that CloudTrail tells of: what is there now comes into the inventory. */
export const handler = changeQueue(compose(EnvironmentSchema.parse(process.env)), logger);
