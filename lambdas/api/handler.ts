import { httpFunction } from "../http/http-function.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** What the HTTP API answers of people's own access: who they are, their requests and their decisions. */
export const handler = httpFunction(compose(EnvironmentSchema.parse(process.env)));
