import type * as z from "zod/mini";
import type { Json } from "../../../local/wire/json.ts";
import type { FunctionEnvironment } from "../aws/lambda.ts";

/** As lambdas/middleware/task.ts: what is parsed, done, logged. */
export const task =
  <Schema extends z.ZodMiniType>(
    { log }: FunctionEnvironment,
    schema: Schema,
    work: (input: z.output<Schema>) => Promise<unknown>,
  ) =>
  async (payload: Json): Promise<Json | undefined> => {
    const output = (await work(schema.parse(payload))) as Json | undefined;
    log({ output: output ?? null });
    return output;
  };
