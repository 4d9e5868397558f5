import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { ReceivedRequest } from "./proxy-event.ts";

/** "Payload size: 10 MB" (quotas of HTTP APIs in the developer guide); not raisable. */
const LARGEST_PAYLOAD_BYTES = 10 * 1024 * 1024;

/** Hop-by-hop headers end at the gateway. */
const NOT_FORWARDED = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "expect"]);

const readBody = async (incoming: IncomingMessage) => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    // The rest is read and dropped, so that the client gets to see the answer instead of a broken connection.
    if (length <= LARGEST_PAYLOAD_BYTES) chunks.push(chunk);
  }
  return length > LARGEST_PAYLOAD_BYTES ? undefined : Buffer.concat(chunks);
};

const headersOf = (headers: IncomingHttpHeaders, sourceIp: string, host: string) => {
  const forwarded: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name === "cookie" || NOT_FORWARDED.has(name)) continue;
    forwarded[name] = Array.isArray(value) ? value.join(",") : value;
  }
  const port = host.split(":")[1] ?? "80";
  return { ...forwarded, "x-forwarded-for": sourceIp, "x-forwarded-port": port, "x-forwarded-proto": "http" };
};

const decode = (path: string) => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

/** What became of reading a request: the request, or why the gateway answers it by itself. */
export type Reading = { readonly request: ReceivedRequest } | { readonly refused: "too-large" | "bad-path" };

/** Reads a whole request from the socket. */
export const readRequest = async (incoming: IncomingMessage, clock: Clock): Promise<Reading> => {
  const receivedAt = clock.now();
  const body = await readBody(incoming);
  if (body === undefined) return { refused: "too-large" };
  const [rawPath = "/", ...query] = (incoming.url ?? "/").split("?");
  const path = decode(rawPath);
  if (path === undefined) return { refused: "bad-path" };
  const sourceIp = incoming.socket.remoteAddress ?? "127.0.0.1";
  return {
    request: {
      requestId: randomUUID(),
      receivedAt,
      method: incoming.method ?? "GET",
      path,
      queryString: query.join("?"),
      headers: headersOf(incoming.headers, sourceIp, incoming.headers.host ?? ""),
      cookies: (incoming.headers.cookie ?? "").split(/; */).filter((cookie) => cookie !== ""),
      body,
      sourceIp,
    },
  };
};
