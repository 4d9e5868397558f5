import { httpFunction } from "../http/http-function.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** What the HTTP API answers of what is set up and looked over for everybody. */
export const handler = httpFunction(compose(EnvironmentSchema.parse(process.env)));
