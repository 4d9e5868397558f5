import { logger } from "../middleware/observability.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";
import { refresh } from "./refresh.ts";

/** The catalogue of account and permission-set names. */
export const handler = refresh(compose(EnvironmentSchema.parse(process.env)), logger);
