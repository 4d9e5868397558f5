import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { closeServer, listenOnLoopback } from "../loopback-server.ts";
import type { AwsRequest, HandleAwsRequest } from "./http.ts";

/** The wire server while it listens. */
export interface WireServer {
  readonly url: string;
  readonly port: number;
  /** Stops listening; what is under way is answered first. */
  close(): Promise<void>;
}

/** DynamoDB takes the largest requests, 16 MB; https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

const readBody = async (incoming: IncomingMessage): Promise<Uint8Array | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    // Read to the end all the same: a client that is still writing would not see the answer.
    if (size <= LARGEST_BODY_BYTES) chunks.push(chunk);
  }
  return size > LARGEST_BODY_BYTES ? undefined : Buffer.concat(chunks);
};

const requestOf = (incoming: IncomingMessage, body: Uint8Array): AwsRequest => {
  const [path = "/", query = ""] = (incoming.url ?? "/").split("?", 2);
  const headers = Object.entries(incoming.headers).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(",") : (value ?? "")] as const,
  );
  return { method: incoming.method ?? "GET", path, query, headers: Object.fromEntries(headers), body };
};

/** Serves the embedded AWS over HTTP, on this machine only; port 0 takes any free one. */
export const startWireServer = async (handle: HandleAwsRequest, port: number): Promise<WireServer> => {
  const server = createServer((incoming, outgoing) => {
    const answer = async () => {
      const body = await readBody(incoming);
      if (body === undefined) {
        outgoing.writeHead(413, { "content-length": 0 }).end();
        return;
      }
      const response = await handle(requestOf(incoming, body));
      outgoing.writeHead(response.status, {
        ...response.headers,
        "content-length": response.body.byteLength,
      });
      outgoing.end(response.body);
    };
    // Only a connection that breaks while it is read or written ends up here: nobody is left to answer.
    answer().catch(() => outgoing.destroy());
  });
  const listening = await listenOnLoopback(server, port);
  return {
    url: `http://127.0.0.1:${String(listening)}`,
    port: listening,
    close: () => closeServer(server),
  };
};
