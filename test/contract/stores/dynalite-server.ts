import { once } from "node:events";
import { createRequire } from "node:module";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** dynalite ships no types. */
const dynalite = createRequire(import.meta.url)("dynalite") as (options: {
  readonly createTableMs: number;
}) => Server;

export interface DynamoDbServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** An independent DynamoDB on a free port of this machine. */
export const startDynalite = async (): Promise<DynamoDbServer> => {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
