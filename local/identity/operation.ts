import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { AwsError, Caller, Operation } from "../wire/service.ts";

/** Turns AWS's validation sentence into the service's own error (ValidationException, InvalidInputException…). */
export type InvalidInput = (message: string) => AwsError;

/** Defines an operation by the schema of its input; members that AWS does not know are ignored, as its JSON protocol does. */
export type DefineOperation = <S extends z.ZodMiniType>(
  schema: S,
  handle: (input: z.output<S>, caller: Caller) => JsonObject,
) => Operation;

const describe = (issue: z.core.$ZodIssue): string => {
  const member = issue.path.join(".");
  const found = issue.input === undefined ? "Value null" : "Value";
  const at = member === "" ? "the input" : `'${member}'`;
  const constraint = issue.input === undefined ? "Member must not be null" : issue.message;
  return `${found} at ${at} failed to satisfy constraint: ${constraint}`;
};

/** Operations whose malformed inputs are answered with `invalid`, in AWS's wording ("1 validation error detected: …"). */
export const operationsAnswering =
  (invalid: InvalidInput): DefineOperation =>
  (schema, handle) =>
  (input, caller) => {
    const parsed = z.safeParse(schema, input, { reportInput: true });
    if (parsed.success) return handle(parsed.data, caller);
    const issues = parsed.error.issues;
    const count = `${String(issues.length)} validation error${issues.length === 1 ? "" : "s"} detected: `;
    throw invalid(count + issues.map(describe).join("; "));
  };
