import type { Json, JsonObject } from "../wire/json.ts";

/** What CloudTrail writes in place of a member's value; undefined: the value itself. */
export type Masking = (member: string) => string | undefined;

const lowerCamelCase = (member: string): string => member.charAt(0).toLowerCase() + member.slice(1);

const isMoment = (member: string): boolean => /(Date|Timestamp|At)$/.test(member);

const WRITTEN_TIME = new Intl.DateTimeFormat("en-US", {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: "UTC",
});

/** Such as "Oct 10, 2024, 1:23:45 PM"; the narrow space that ICU puts before PM is a plain one there. */
export const writtenTime = (milliseconds: number): string =>
  WRITTEN_TIME.format(new Date(milliseconds)).replaceAll("\u202f", " ");

const written = (member: string, value: Json, masking: Masking): Json => {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => written(member, one, masking));
  if (typeof value === "object" && value !== null) return writtenMembers(value as JsonObject, masking);
  const mask = masking(member);
  if (mask !== undefined) return mask;
  return typeof value === "number" && isMoment(member) ? writtenTime(value * 1000) : value;
};

/**
 * The members of a request or an answer as CloudTrail writes them: in lower camel case, moments as text, and masked where
 * the service masks them.
 */
export const writtenMembers = (members: JsonObject, masking: Masking): JsonObject =>
  Object.fromEntries(
    Object.entries(members).flatMap(([member, value]) =>
      value === undefined ? [] : [[lowerCamelCase(member), written(member, value, masking)]],
    ),
  );
