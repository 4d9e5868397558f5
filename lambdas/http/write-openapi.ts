import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openApiDocument } from "./openapi.ts";

const file = fileURLToPath(new URL("../../docs/openapi.json", import.meta.url));
writeFileSync(file, `${JSON.stringify(openApiDocument(), undefined, 2)}\n`);
console.log("docs/openapi.json is up to date.");
