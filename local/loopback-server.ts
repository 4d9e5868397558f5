import { createServer } from "node:http";
import type { Server } from "node:http";

const LOOPBACK = "127.0.0.1";

/** The port that was asked for is taken: said in a sentence that a person can act on. */
export class PortInUseError extends Error {
  constructor(port: number, advice = "choose another one, or 0 for any free port") {
    super(`Port ${String(port)} is in use: ${advice}.`);
    this.name = "PortInUseError";
  }
}

const isAddressInUse = (error: Error) => "code" in error && error.code === "EADDRINUSE";

/** Makes `server` listen on this machine only; resolves to the port (that matters when `port` is 0). */
export const listenOnLoopback = (server: Server, port: number, advice?: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(isAddressInUse(error) ? new PortInUseError(port, advice) : error);
    });
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });

/** Throws {@link PortInUseError} now rather than after work that needs the port at its end. */
export const assertPortIsFree = async (port: number, advice?: string): Promise<void> => {
  const server = createServer();
  await listenOnLoopback(server, port, advice);
  await closeServer(server);
};

/** Stops listening and resolves when what is under way has been answered. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeIdleConnections();
  });
