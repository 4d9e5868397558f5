import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";
import { recordStream } from "./record-stream.ts";

/** The streams of the Access and Config tables: audit entries, events and lifecycle metrics. */
export const handler = recordStream(compose(EnvironmentSchema.parse(process.env)));
