import type { EventSourceMapping } from "../../../../../local/template/event-sources.ts";
import type { ApplicationTable } from "../../../../../local/template/tables.ts";

const STREAM = "arn:aws:dynamodb:eu-west-1:111111111111:table/journal/stream/1";

export const TABLE: ApplicationTable = {
  name: "journal",
  arn: "arn:aws:dynamodb:eu-west-1:111111111111:table/journal",
  streamArn: STREAM,
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
  BillingMode: "PAY_PER_REQUEST",
  StreamSpecification: { StreamViewType: "NEW_IMAGE" },
  DeletionProtectionEnabled: false,
};

export const MAPPING: EventSourceMapping = {
  id: "mapping",
  functionName: "f",
  streamArn: STREAM,
  batchSize: 100,
  bisectBatchOnFunctionError: false,
  reportBatchItemFailures: false,
  filters: [],
};
