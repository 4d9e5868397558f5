import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { afterEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { allow, roleWith } from "./support/assembly.ts";
import { clientConfiguration } from "./support/clients.ts";
import { startRuntime } from "./support/runtime.ts";
import type { RuntimeUnderTest } from "./support/runtime.ts";

const arnOf = (logicalId: string) => ({ "Fn::GetAtt": [logicalId, "Arn"] });
const machineArn = (name: string) => `arn:aws:states:eu-west-1:111111111111:stateMachine:${name}`;

const machine = (name: string, role: string, states: Readonly<Record<string, unknown>>) => ({
  Type: "AWS::StepFunctions::StateMachine",
  Properties: {
    StateMachineName: name,
    RoleArn: arnOf(role),
    DefinitionString: JSON.stringify({
      QueryLanguage: "JSONata",
      StartAt: Object.keys(states)[0],
      States: states,
    }),
  },
});

const rule = (properties: Readonly<Record<string, unknown>>) => ({
  Type: "AWS::Events::Rule",
  Properties: properties,
});

const SYNC_ROLE = roleWith(
  "sync",
  allow(["states:StartExecution"], machineArn("sync")),
  allow(
    ["states:DescribeExecution", "states:StopExecution"],
    "arn:aws:states:eu-west-1:111111111111:execution:sync:*",
  ),
);

/** A machine that fans out, started on a schedule; another one, started by what CloudTrail tells, over the app's bus. */
const resources = (): Readonly<Record<string, unknown>> => ({
  Bus: { Type: "AWS::Events::EventBus", Properties: { Name: "app" } },
  BusPolicy: {
    Type: "AWS::Events::EventBusPolicy",
    Properties: { EventBusName: { Ref: "Bus" }, StatementId: "Members", Statement: {} },
  },
  SyncRole: SYNC_ROLE,
  Sync: machine("sync", "SyncRole", {
    "Each account": {
      Type: "Map",
      Label: "account",
      Items: "{% $states.input.accounts %}",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Read",
        States: { Read: { Type: "Pass", End: true } },
      },
      End: true,
    },
  }),
  LookRole: roleWith("look"),
  Look: machine("look", "LookRole", { Look: { Type: "Pass", End: true } }),
  EventsRole: roleWith(
    "events",
    allow(["states:StartExecution"], [arnOf("Sync"), arnOf("Look")]),
    allow(["events:PutEvents"], arnOf("Bus")),
  ),
  Hourly: rule({
    Name: "hourly",
    ScheduleExpression: "rate(1 hour)",
    Targets: [
      { Id: "T", Arn: { Ref: "Sync" }, RoleArn: arnOf("EventsRole"), Input: '{"accounts":["a","b"]}' },
    ],
  }),
  Forward: rule({
    Name: "forward",
    EventPattern: { source: ["aws.sso"], "detail-type": ["AWS API Call via CloudTrail"] },
    Targets: [{ Id: "T", Arn: arnOf("Bus"), RoleArn: arnOf("EventsRole") }],
  }),
  Changes: rule({
    Name: "changes",
    EventBusName: { Ref: "Bus" },
    EventPattern: { detail: { eventName: ["CreateAccountAssignment"] } },
    Targets: [{ Id: "T", Arn: { Ref: "Look" }, RoleArn: arnOf("EventsRole"), InputPath: "$.detail" }],
  }),
});

describe("rules that start machines", () => {
  let app: RuntimeUnderTest | undefined;

  afterEach(async () => {
    await app?.stop();
    app = undefined;
  });

  const start = async (changed: Readonly<Record<string, unknown>> = {}) => {
    const clock = new VirtualClock();
    const running = await startRuntime({ Resources: { ...resources(), ...changed } }, { clock });
    app = running;
    const client = new SFNClient(clientConfiguration(running.runtime.handleAwsRequest));
    const executionsOf = async (name: string) => {
      const { executions = [] } = await client.send(
        new ListExecutionsCommand({ stateMachineArn: machineArn(name) }),
      );
      return Promise.all(
        executions.map(({ executionArn }) => client.send(new DescribeExecutionCommand({ executionArn }))),
      );
    };
    /** Policies are decided outside of virtual time. */
    const until = async (name: string) => {
      for (let turn = 0; turn < 200; turn += 1) {
        const executions = await executionsOf(name);
        if (executions.some(({ status }) => status !== "RUNNING")) return executions;
        await clock.advanceBy(1);
      }
      return executionsOf(name);
    };
    return { clock, running, until };
  };

  it("run a machine on its schedule, by its own role, children and all", async () => {
    const { clock, running, until } = await start();
    await clock.advanceBy(3_600_000);
    expect(await until("sync")).toMatchObject([{ status: "SUCCEEDED", output: '["a","b"]' }]);
    expect(running.runtime.meter.snapshot().statesEntered).toEqual({ sync: 1, "sync/account": 2 });
    expect(running.problems).toEqual([]);
  });

  it("fail a machine whose role may not start its children", async () => {
    const { clock, until } = await start({ SyncRole: roleWith("sync") });
    await clock.advanceBy(3_600_000);
    const [execution] = await until("sync");
    expect(execution).toMatchObject({ status: "FAILED", error: "States.Permissions" });
    expect(execution?.cause).toContain("assumed-role/sync/");
    expect(execution?.cause).toContain(
      "is not authorized to perform: states:StartExecution on resource: arn:aws:states:eu-west-1:111111111111:stateMachine:sync",
    );
  });

  it("take what CloudTrail tells from the default bus over the app's bus to a machine", async () => {
    const { running, until } = await start();
    running.runtime.eventBridge.publish({
      version: "0",
      id: "event-1",
      "detail-type": "AWS API Call via CloudTrail",
      source: "aws.sso",
      account: "111111111111",
      time: "2026-01-01T00:00:00Z",
      region: "eu-west-1",
      resources: [],
      detail: { eventSource: "sso.amazonaws.com", eventName: "CreateAccountAssignment" },
    });
    const [execution] = await until("look");
    expect(JSON.parse(execution?.input ?? "")).toEqual({
      eventSource: "sso.amazonaws.com",
      eventName: "CreateAccountAssignment",
    });
    expect(running.problems).toEqual([]);
  });

  it("tell when the target's role may not start the machine", async () => {
    const { clock, running } = await start({ EventsRole: roleWith("events") });
    await clock.advanceBy(3_600_000);
    for (let turn = 0; turn < 200 && running.problems.length === 0; turn += 1) await clock.advanceBy(1);
    expect(running.problems[0]).toMatch(
      /The rule hourly could not deliver .*assumed-role\/events\/events is not authorized to perform: states:StartExecution/,
    );
  });
});
