import * as z from "zod/mini";

/** The cause that Step Functions reports when a Lambda function threw: the function's own error, as JSON text. */
const CauseSchema = z.object({ errorMessage: z.string() });

const parsed = (cause: string): unknown => {
  try {
    return JSON.parse(cause);
  } catch {
    return undefined;
  }
};

/** What the last attempt ended with, in words: the function's message where there is one, the error's name otherwise. */
export const lastErrorOf = ({ error, cause }: { readonly error: string; readonly cause: string }): string => {
  const own = CauseSchema.safeParse(parsed(cause));
  return own.success ? `${error}: ${own.data.errorMessage}` : error;
};
