import type { JsonObject } from "./json.ts";
import { AwsError } from "./service.ts";

/** A member of a call's input that must be a text; throws ValidationException. */
export const textMember = (input: JsonObject, name: string): string => {
  const value = input[name];
  if (typeof value === "string") return value;
  throw new AwsError("ValidationException", `The parameter ${name} is required, as a text`);
};

/** A member that is a text or absent. */
export const optionalText = (input: JsonObject, name: string): string | undefined =>
  input[name] === undefined ? undefined : textMember(input, name);
