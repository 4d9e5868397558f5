import * as z from "zod/mini";
import { ConfigFileSchema } from "./document-kinds.ts";

/** The schema of a configuration file (JSON Schema 2020-12), by which editors complete and check it. */
export const configSchemaText = (): string =>
  `${JSON.stringify(
    {
      title: "Lockstep configuration",
      description: "A file of the directory that npm run config reads: docs/configuration.md",
      ...z.toJSONSchema(ConfigFileSchema, { io: "input" }),
    },
    undefined,
    2,
  )}\n`;
