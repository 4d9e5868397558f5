import { DomainError } from "../core/domain/errors.ts";
import type { ApiEvent } from "./call.ts";

/** Of a body whose operation says nothing else. */
export const LARGEST_BODY_BYTES = 64 * 1024;

/**
 * The event's body, parsed; undefined without one. Whatever its content type says, it has to be JSON: API Gateway hands
 * types that it does not know over in base64. Throws DomainError `body-too-large` or `malformed-body`.
 */
export const jsonBodyOf = (
  { body = "", isBase64Encoded }: Pick<ApiEvent, "body" | "isBase64Encoded">,
  largestBytes = LARGEST_BODY_BYTES,
): unknown => {
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  if (bytes.byteLength > largestBytes) {
    throw new DomainError(
      "body-too-large",
      `The body has ${bytes.byteLength} bytes; at most ${largestBytes} are read.`,
    );
  }
  if (bytes.byteLength === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes), wellFormed);
  } catch (error) {
    // What the parser says quotes the body beside the place: only whoever sent it reads that, and it is not logged.
    const where = error instanceof SyntaxError ? ` ${error.message}.` : "";
    throw new DomainError("malformed-body", `The body is not JSON in UTF-8.${where}`);
  }
};

/** JSON can spell half of a surrogate pair, which is no character: it can be neither stored nor hashed. */
const wellFormed = (key: string, value: unknown): unknown => {
  if (key.isWellFormed() && (typeof value !== "string" || value.isWellFormed())) return value;
  throw new TypeError("Not a well-formed text");
};
