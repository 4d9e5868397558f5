import { readFileSync } from "node:fs";
import * as z from "zod/mini";

/** Prints the context of cdk.json with an OIDC issuer in its settings. */
const CdkJsonSchema = z.object({
  context: z.looseObject({ lockstep: z.record(z.string(), z.unknown()) }),
});
const { context } = CdkJsonSchema.parse(
  JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8")),
);
const oidc = { issuer: "https://login.example.com/", audience: ["lockstep"] };
console.log(JSON.stringify({ ...context, lockstep: { ...context.lockstep, oidc } }));
