import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { systemClock } from "../../../../lambdas/adapters/system-clock.ts";
import { createItemRecords } from "../../../../local/dynamodb/item-records.ts";
import { createStreamQueues } from "../../../../local/dynamodb/stream-queues.ts";
import { openLocalStore } from "../../../../local/store.ts";
import { MAPPING, TABLE } from "./support/crash-fixture.ts";

const WRITER = fileURLToPath(new URL("support/writer-process.ts", import.meta.url));
const ENOUGH = 100;

it("loses neither an acknowledged write nor its stream record when the process is killed", async () => {
  const directory = await mkdtemp(join(tmpdir(), "lockstep-crash-"));
  const writer = spawn(process.execPath, [WRITER, directory], { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: string[] = [];
  const ended = once(writer, "close");
  createInterface({ input: writer.stdout }).on("line", (key) => {
    acknowledged.push(key);
    if (acknowledged.length === ENOUGH) writer.kill("SIGKILL");
  });
  await ended;

  const store = openLocalStore(directory);
  const keys = createItemRecords(store)
    .items(TABLE)
    .map(({ pk }) => pk?.["S"]);
  const streamed = createStreamQueues({ mappings: [MAPPING], store, clock: systemClock, region: "eu-west-1" })
    .oldest(MAPPING, Number.POSITIVE_INFINITY)
    .map(({ dynamodb }) => (dynamodb["NewImage"] as { pk: { S: string } }).pk.S);
  store.close();
  await rm(directory, { recursive: true });

  expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH);
  expect(keys).toEqual(expect.arrayContaining(acknowledged));
  // Both or neither, also of a write that was under way.
  expect(streamed).toEqual(keys);
});
