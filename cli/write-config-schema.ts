import { writeFileSync } from "node:fs";
import { configSchemaText } from "./config/json-schema.ts";

writeFileSync(new URL("../docs/config.schema.json", import.meta.url), configSchemaText());
console.log("docs/config.schema.json is up to date.");
