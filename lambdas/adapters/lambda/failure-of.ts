import * as z from "zod/mini";

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html; the trace beside them stays in the function's log. */
const FailureSchema = z.object({
  errorType: z.optional(z.string()),
  errorMessage: z.optional(z.string()),
});

/** As long as a sentence or two: what is behind it is in the function's log. */
const LONGEST_CHARACTERS = 500;

/** An answer of Lambda's Invoke, as far as it tells of a failure. */
interface InvokeAnswer {
  readonly FunctionError?: string | undefined;
  readonly Payload?: { readonly transformToString: () => string } | undefined;
}

/** What an invoked function said as it failed, for a log: its error's name and message. Undefined where it did not fail. */
export const failureOf = ({ FunctionError, Payload }: InvokeAnswer): string | undefined => {
  if (FunctionError === undefined) return undefined;
  const { errorType = FunctionError, errorMessage = "" } = saidIn(Payload?.transformToString() ?? "");
  const said = errorMessage === "" ? errorType : `${errorType}: ${errorMessage}`;
  return said.length > LONGEST_CHARACTERS ? `${said.slice(0, LONGEST_CHARACTERS)} …` : said;
};

const saidIn = (payload: string): z.infer<typeof FailureSchema> => {
  try {
    return FailureSchema.parse(JSON.parse(payload));
  } catch {
    // A function that ran out of memory or was killed may leave no JSON behind: that it failed is told all the same.
    return {};
  }
};
