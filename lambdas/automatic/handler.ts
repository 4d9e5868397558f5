import { logger } from "../middleware/observability.ts";
import { automaticFunction } from "./automatic-function.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** Automatic flows: gives access by context, and takes it away again. */
export const handler = automaticFunction(compose(EnvironmentSchema.parse(process.env)), logger);
