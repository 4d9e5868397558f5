import { Readable } from "node:stream";
import type { HandleAwsRequest } from "./http.ts";

/** The part of an SDK's HTTP request that the wire server reads. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const queryOf = (query: SdkRequest["query"] = {}) => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value ?? ""]) {
      parameters.append(name, one as string);
    }
  }
  return parameters.toString();
};

const bytesOf = async (body: unknown): Promise<Uint8Array> => {
  if (body === undefined || body === null) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const lowerCased = (headers: SdkRequest["headers"]) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** A `requestHandler` for SDK clients that calls the embedded AWS in this process, without HTTP. */
export const sdkRequestHandler = (handle: HandleAwsRequest) => ({
  handle: async (request: SdkRequest) => {
    const response = await handle({
      method: request.method,
      path: request.path,
      query: queryOf(request.query),
      headers: lowerCased(request.headers),
      body: await bytesOf(request.body),
    });
    return {
      response: {
        statusCode: response.status,
        headers: { ...response.headers },
        body: Readable.from([response.body]),
      },
    };
  },
});
