import { api } from "./api.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** The HTTP API. */
export const handler = api(compose(EnvironmentSchema.parse(process.env)));
