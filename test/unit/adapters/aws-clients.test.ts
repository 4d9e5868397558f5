import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { describe, expect, it } from "vitest";
import { awsClients } from "../../../lambdas/adapters/aws-clients.ts";
import { anAccountId } from "../../support/builders.ts";

const home = anAccountId(2);
const clientsFor = awsClients({ homeAccount: home, overrides: { region: "eu-west-1" } });

describe("AWS clients", () => {
  it("never retry by themselves", async () => {
    const client = clientsFor("home", "state").client(DynamoDBClient);
    expect(await client.config.maxAttempts()).toBe(1);
  });

  it("are built once for each service and region", () => {
    const clients = clientsFor("home", "grant");
    const sso = clients.client(SSOAdminClient, { region: "eu-central-1" });
    expect(clientsFor(home, "revoke").client(SSOAdminClient, { region: "eu-central-1" })).toBe(sso);
    expect(clients.client(SSOAdminClient, { region: "us-east-1" })).not.toBe(sso);
    expect(clients.client(DynamoDBClient)).not.toBe(sso);
  });

  it("are where the service is, and in the function's own region otherwise", async () => {
    const clients = clientsFor("home", "grant");
    expect(await clients.client(SSOAdminClient, { region: "eu-central-1" }).config.region()).toBe(
      "eu-central-1",
    );
    expect(await clients.client(SSOAdminClient).config.region()).toBe("eu-west-1");
  });

  it("of another account are refused, loudly", () => {
    expect(() => clientsFor(anAccountId(3), "grant")).toThrow(/333333333333 \(grant\)/);
    expect(() => awsClients()(home, "grant")).toThrow(/only its own account/);
  });
});

/**
 * A server in a thread of its own, which closes each connection after its first answer without saying so, as AWS does
 * with idle ones; it counts the connections that it has closed.
 */
const closingServer = async () => {
  const closed = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `
    const { createServer } = require("node:net");
    const { parentPort, workerData: closed } = require("node:worker_threads");
    const answer = "HTTP/1.1 200 OK\\r\\ncontent-type: application/x-amz-json-1.0\\r\\ncontent-length: 2\\r\\n\\r\\n{}";
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.write(answer, () => socket.end(() => {
        Atomics.add(closed, 0, 1);
        Atomics.notify(closed, 0);
      })));
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
    `,
    { eval: true, workerData: closed },
  );
  const [port] = (await once(worker, "message")) as [number];
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    /** Stops this thread, as Lambda freezes a process, until so many connections are closed. */
    freezeUntilClosed: (count: number) => {
      for (let now = Atomics.load(closed, 0); now < count; now = Atomics.load(closed, 0))
        Atomics.wait(closed, 0, now);
    },
    close: () => worker.terminate(),
  };
};

describe("a function that was frozen while AWS closed its connections", () => {
  it("sends its next request over a new one", async () => {
    const server = await closingServer();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const overrides = { endpoint: server.endpoint, region: "eu-west-1", credentials };
    const client = awsClients({ overrides })("home", "state").client(DynamoDBClient);
    const read = () => client.send(new GetItemCommand({ TableName: "a-table", Key: { pk: { S: "key" } } }));
    for (let invocation = 1; invocation <= 5; invocation += 1) {
      await read();
      server.freezeUntilClosed(invocation);
    }
    await server.close();
  });
});
