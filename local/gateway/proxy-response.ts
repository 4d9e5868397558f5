import * as z from "zod/mini";

/** What goes back to the client. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string | Buffer;
}

/** A header's value may be given as a number or boolean: API Gateway writes it out. */
const HeaderValue = z.union([z.string(), z.number(), z.boolean()]);

const FormattedSchema = z.object({
  statusCode: z.union([z.number(), z.string().check(z.regex(/^\d{3}$/))]),
  headers: z.optional(z.record(z.string(), HeaderValue)),
  cookies: z.optional(z.array(z.string())),
  body: z.optional(z.nullable(z.string())),
  isBase64Encoded: z.optional(z.boolean()),
});

const JSON_TYPE = { "content-type": "application/json" };

/** An answer that API Gateway gives by itself, in its own words. */
export const gatewayMessage = (
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  cookies: [],
  body: JSON.stringify({ message }),
});

/** What API Gateway says when a function fails, or answers something that is no HTTP response. */
export const internalServerError = (): GatewayResponse => gatewayMessage(500, "Internal Server Error");

const lowerCaseNames = (headers: Readonly<Record<string, string | number | boolean>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

const hasStatusCode = (payload: unknown) =>
  typeof payload === "object" && payload !== null && "statusCode" in payload;

/**
 * The HTTP response for a function's answer in payload format 2.0. An answer without a `statusCode` is taken as the
 * JSON body of a 200.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const proxyResponse = (payload: unknown): GatewayResponse => {
  if (!hasStatusCode(payload)) {
    const body = typeof payload === "string" ? payload : JSON.stringify(payload ?? null);
    return { status: 200, headers: JSON_TYPE, cookies: [], body };
  }
  const formatted = FormattedSchema.safeParse(payload);
  if (!formatted.success) return internalServerError();
  const { statusCode, headers = {}, cookies = [], body, isBase64Encoded } = formatted.data;
  const text = body ?? "";
  return {
    status: Number(statusCode),
    // An HTTP API sends text/plain when the function names no type.
    headers: { "content-type": "text/plain;charset=UTF-8", ...lowerCaseNames(headers) },
    cookies,
    body: isBase64Encoded === true ? Buffer.from(text, "base64") : text,
  };
};
