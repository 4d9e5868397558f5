import { randomUUID } from "node:crypto";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { awsClients } from "../../../lambdas/adapters/aws-clients.ts";
import { workflow } from "../../../lambdas/adapters/step-functions/workflow.ts";
import type { Workflow } from "../../../lambdas/core/ports/workflow.ts";
import { openLocalStore } from "../../../local/store.ts";
import { createStepFunctions, type StepFunctions } from "../../../local/step-functions/step-functions.ts";
import { aRequestId } from "../../support/builders.ts";
import { administratorOf, inProcessClient } from "../../support/in-process-aws.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const accountId = "222222222222";
const stateMachineArn = `arn:aws:states:eu-west-1:${accountId}:stateMachine:waits-for-a-token`;
const input = { version: 1, requestId: aRequestId("one"), begin: "grant" } as const;

const definition = JSON.stringify({
  QueryLanguage: "JSONata",
  StartAt: "Wait",
  States: {
    Wait: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Arguments: { FunctionName: "keep-token", Payload: { token: "{% $states.context.Task.Token %}" } },
      End: true,
    },
  },
});

describe("the workflow on the embedded Step Functions", () => {
  const tokens: string[] = [];
  let clock: VirtualClock;
  let engine: StepFunctions;
  let machine: Workflow;
  let sfn: SFNClient;

  beforeEach(() => {
    tokens.length = 0;
    clock = new VirtualClock();
    engine = createStepFunctions({
      clock,
      store: openLocalStore(),
      invokeFunction: (_arn, payload) => {
        tokens.push((payload as { token: string }).token);
        return Promise.resolve({ payload: {} });
      },
      publish: () => undefined,
      region: "eu-west-1",
      accountId,
      newId: randomUUID,
    });
    engine.registerMachine({
      arn: stateMachineArn,
      name: "waits-for-a-token",
      definition,
      roleArn: `arn:aws:iam::${accountId}:role/machine`,
      type: "STANDARD",
    });
    engine.start();
    const client = inProcessClient([engine.service], administratorOf(accountId));
    sfn = new SFNClient(client);
    const { credentials, region, requestHandler } = client;
    machine = workflow({
      clientsFor: awsClients({ overrides: { credentials, region, requestHandler } }),
      stateMachineArn,
    });
  });
  afterEach(() => engine.stop());

  const executions = async () =>
    ((await sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? []).map(
      ({ name, status }) => `${name ?? ""} ${status ?? ""}`,
    );

  it("starts a name once, whether it still runs or has ended", async () => {
    await machine.start("r-one", input);
    await machine.start("r-one", { ...input, begin: "revoke" });
    await clock.runUntilIdle();
    expect(await executions()).toEqual(["r-one RUNNING"]);
    expect(tokens).toHaveLength(1);
    await machine.wake(tokens[0] ?? "");
    await clock.runUntilIdle();
    await machine.start("r-one", input);
    await clock.runUntilIdle();
    expect(await executions()).toEqual(["r-one SUCCEEDED"]);
  });

  it("wakes the execution whose token it is, once", async () => {
    await machine.start("r-one", input);
    await machine.start("r-two", input);
    await clock.runUntilIdle();
    await machine.wake(tokens[0] ?? "");
    await machine.wake(tokens[0] ?? "");
    await clock.runUntilIdle();
    expect((await executions()).sort()).toEqual(["r-one SUCCEEDED", "r-two RUNNING"]);
  });

  it("does not mind a token that nobody waits with", async () => {
    await expect(machine.wake("not a token")).resolves.toBeUndefined();
  });
});
