import { createDynamoDb } from "../../../../../local/dynamodb/service.ts";
import { createStreamQueues } from "../../../../../local/dynamodb/stream-queues.ts";
import { systemClock } from "../../../../../lambdas/adapters/system-clock.ts";
import { openLocalStore } from "../../../../../local/store.ts";
import { ENVIRONMENT } from "./assembly.ts";
import { MAPPING, TABLE } from "./crash-fixture.ts";

/** Writes items into a data directory without end, and prints each one's key once the write is acknowledged. */
const store = openLocalStore(process.argv[2]);
const { changeLog } = createStreamQueues({
  mappings: [MAPPING],
  store,
  clock: systemClock,
  region: "eu-west-1",
});
const dynamoDb = createDynamoDb({ environment: ENVIRONMENT, store, changeLog, onUsage: () => undefined });
await dynamoDb.start([TABLE]);
const caller = { accessKeyId: "k", principalArn: "a", accountId: ENVIRONMENT.accountId, region: "eu-west-1" };
for (let index = 0; ; index += 1) {
  const pk = String(index).padStart(6, "0");
  await dynamoDb.service.operations["PutItem"]?.({ TableName: TABLE.name, Item: { pk: { S: pk } } }, caller);
  process.stdout.write(`${pk}\n`);
}
