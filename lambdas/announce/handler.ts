import { announceStream } from "./announce-stream.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** The Inventory table's stream: an event for each change. */
export const handler = announceStream(compose(EnvironmentSchema.parse(process.env)));
