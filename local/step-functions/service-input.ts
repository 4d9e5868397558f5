import type { Json, JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";

/** The error of a member that is missing or of the wrong kind. */
export const validationError = (message: string): AwsError => new AwsError("ValidationException", message);

/** A required string of at most `most` characters. */
export const requiredText = (input: JsonObject, member: string, most = 2048): string => {
  const value = input[member];
  if (typeof value !== "string" || value.length === 0 || value.length > most) {
    throw validationError(
      `1 validation error detected: '${member}' must be a string of 1 to ${String(most)} characters`,
    );
  }
  return value;
};

export const optionalText = (input: JsonObject, member: string, most: number): string | undefined =>
  input[member] === undefined || input[member] === null ? undefined : requiredText(input, member, most);

/** A string that must hold JSON; `refuse` makes the operation's own error. */
export const requireJson = (text: string, refuse: (message: string) => AwsError): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
};

/** Instants are numbers of epoch seconds in the JSON protocols. */
export const epochSeconds = (instant: string): number => Date.parse(instant) / 1000;
