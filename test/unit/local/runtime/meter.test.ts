import { expect, it } from "vitest";
import { createMeter, totalsOf, usedBetween } from "../../../../local/meter.ts";

const read = {
  operation: "GetItem",
  tableName: "t",
  reads: 2,
  readUnits: 1,
  writes: 0,
  writeUnits: 0,
  indexWriteUnits: 0,
};
const write = {
  operation: "PutItem",
  tableName: "t",
  reads: 0,
  readUnits: 0,
  writes: 1,
  writeUnits: 2,
  indexWriteUnits: 3,
};

it("counts what the app does between two moments, and administrators apart", () => {
  const meter = createMeter();
  meter.invoked({ functionName: "api", billedMilliseconds: 100, memoryMegabytes: 512, cold: true });
  meter.usedDynamoDb("api", write);
  meter.called("api", "states:StartExecution");
  const before = meter.snapshot();

  meter.invoked({ functionName: "api", billedMilliseconds: 10, memoryMegabytes: 512, cold: false });
  meter.invoked({ functionName: "grant", billedMilliseconds: 1990, memoryMegabytes: 1024, cold: true });
  meter.usedDynamoDb("api", read);
  meter.usedDynamoDb("grant", write);
  meter.usedDynamoDb(undefined, write);
  meter.called("grant", "sso:CreateAccountAssignment");
  meter.called("api", "states:StartExecution");
  meter.called(undefined, "sso:ListAccountAssignments");
  meter.enteredState("machine");
  meter.tookEvents("record", 1);
  meter.notified();

  const used = usedBetween(before, meter.snapshot());
  expect(totalsOf(used)).toEqual({
    statesEntered: 1,
    lambdaInvocations: 2,
    gigabyteSeconds: 0.005 + 1.99,
    reads: 2,
    readUnits: 1,
    writes: 1,
    writeUnits: 2,
    indexWriteUnits: 3,
    awsCalls: 2,
    ssoAdminCalls: 1,
    events: 1,
    notifications: 1,
  });
  expect(used.calls).toEqual({
    api: { "states:StartExecution": 1 },
    grant: { "sso:CreateAccountAssignment": 1 },
  });
  expect(used.administrators).toEqual({ "dynamodb:PutItem": 1, "sso:ListAccountAssignments": 1 });
});
