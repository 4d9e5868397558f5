import validate from "asl-validator";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { functions, names } from "../../lib/names.ts";
import { resourceAt, resourcesOf, statementsOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });
const machine = resourceAt(access, "SyncWorkflow").properties;

const SubstitutionsSchema = z.record(
  z.string(),
  z.object({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) }),
);
interface State {
  readonly Type: string;
  readonly TimeoutSeconds?: number;
  readonly Arguments?: { readonly FunctionName?: string };
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}

const template = z.string().parse(machine["DefinitionString"]);
const substitutions = SubstitutionsSchema.parse(machine["DefinitionSubstitutions"]);
const functionOf = (name: string) => substitutions[name]?.["Fn::GetAtt"][0];
const rendered = template.replaceAll(
  /\$\{(\w+)\}/g,
  (_placeholder, name: string) =>
    `arn:aws:lambda:eu-west-1:222222222222:function:${functionOf(name) ?? "missing"}`,
);
const definition = JSON.parse(rendered) as { readonly States: Readonly<Record<string, State>> };
const tasksIn = (states: Readonly<Record<string, State>>): readonly (readonly [string, State])[] =>
  Object.entries(states).flatMap(([name, state]) => [
    ...(state.Type === "Task" ? [[name, state] as const] : []),
    ...tasksIn(state.ItemProcessor?.States ?? {}),
  ]);

const allows = (action: string) =>
  statementsOf(access, "SyncWorkflowRole").filter(({ Action }) => Action.includes(action));

describe("the machine of syncs", () => {
  it("is Standard: a distributed Map is started by no other", () => {
    expect(machine["StateMachineType"]).toBe("STANDARD");
  });

  it("has a valid definition", () => {
    const { errors, isValid } = validate(structuredClone(definition));
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  it("gets every function that its definition names, and no other", () => {
    const named = [...template.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(substitutions).toSorted());
    expect(Object.keys(substitutions).map(functionOf).toSorted()).toEqual([
      "SyncAccountsFunction",
      "SyncFunction",
    ]);
  });

  it("may invoke its two functions and nothing else", () => {
    const invoke = statementsOf(access, "SyncWorkflowRole").filter(({ Action }) =>
      Action.some((action) => action.startsWith("lambda:")),
    );
    expect(invoke).toHaveLength(1);
    expect(invoke[0]?.Action).toEqual(["lambda:InvokeFunction"]);
    expect(invoke[0]?.Resource).toEqual(expect.arrayContaining(Object.values(substitutions)));
    expect(invoke[0]?.Resource).toHaveLength(2);
  });

  it("may start and follow its own executions only, which its slices are", () => {
    for (const action of ["states:StartExecution", "states:DescribeExecution", "states:StopExecution"]) {
      const resources = allows(action).flatMap(({ Resource }) => Resource);
      expect(resources.length).toBeGreaterThan(0);
      for (const resource of resources)
        expect(JSON.stringify(resource)).toMatch(
          new RegExp(`(stateMachine:${names.syncWorkflow}|execution:${names.syncWorkflow}[:/]\\*)`),
        );
    }
  });

  it("logs every state without execution data", () => {
    expect(machine["LoggingConfiguration"]).toMatchObject({ Level: "ALL", IncludeExecutionData: false });
  });

  it("waits for a task longer than its function can run: no attempt is in flight when the state ends", () => {
    const tasks = tasksIn(definition.States);
    expect(tasks).toHaveLength(3);
    for (const [name, { Arguments, TimeoutSeconds }] of tasks) {
      const logicalId = Arguments?.FunctionName?.split(":").at(-1) ?? "";
      const functionTimeout = z.number().parse(resourceAt(access, logicalId).properties["Timeout"]);
      expect(TimeoutSeconds, name).toBeGreaterThanOrEqual(functionTimeout + 30);
    }
  });
});

describe("the schedule of syncs", () => {
  const rules = resourcesOf(access, "AWS::Events::Rule").filter(({ properties }) =>
    JSON.stringify(properties["Targets"]).includes("SyncScheduleFunction"),
  );

  it("looks every five minutes what is due, and after each deployment of its own stack", () => {
    const when = rules.map(
      ({ properties }) => properties["ScheduleExpression"] ?? properties["EventPattern"],
    );
    expect(when).toEqual([
      "rate(5 minutes)",
      {
        source: ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        detail: {
          "stack-id": [{ Ref: "AWS::StackId" }],
          "status-details": { status: ["CREATE_COMPLETE", "UPDATE_COMPLETE"] },
        },
      },
    ]);
  });

  it("lets no late event run: the next one comes soon", () => {
    const RuleSchema = z.looseObject({
      Targets: z.array(
        z.looseObject({ RetryPolicy: z.looseObject({ MaximumEventAgeInSeconds: z.number() }) }),
      ),
    });
    for (const { properties } of rules)
      for (const { RetryPolicy } of RuleSchema.parse(properties).Targets)
        expect(RetryPolicy.MaximumEventAgeInSeconds).toBe(300);
  });

  it("belongs to the function of its name", () => {
    expect(resourceAt(access, "SyncScheduleFunction").properties["FunctionName"]).toBe(
      functions.SyncSchedule.name,
    );
  });
});
