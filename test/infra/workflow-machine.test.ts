import validate from "asl-validator";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { resourceAt, statementsOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });
const machine = resourceAt(access, "AccessRequestWorkflow").properties;

const SubstitutionsSchema = z.record(
  z.string(),
  z.object({ "Fn::GetAtt": z.tuple([z.string(), z.literal("Arn")]) }),
);
const StateSchema = z.looseObject({
  Type: z.string(),
  TimeoutSeconds: z.optional(z.unknown()),
  Arguments: z.optional(z.looseObject({ FunctionName: z.optional(z.string()) })),
});
const DefinitionSchema = z.looseObject({
  QueryLanguage: z.string(),
  States: z.record(z.string(), StateSchema),
});

const template = z.string().parse(machine["DefinitionString"]);
const substitutions = SubstitutionsSchema.parse(machine["DefinitionSubstitutions"]);
const functionOf = (name: string) => substitutions[name]?.["Fn::GetAtt"][0];
const rendered = template.replaceAll(
  /\$\{(\w+)\}/g,
  (_placeholder, name: string) =>
    `arn:aws:lambda:eu-west-1:222222222222:function:${functionOf(name) ?? "missing"}`,
);
const definition = DefinitionSchema.parse(JSON.parse(rendered));
const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === "Task");

describe("the state machine", () => {
  it("is Standard, so that an execution may sleep for months", () => {
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
      "AwaitApprovalFunction",
      "GrantAccessFunction",
      "RevokeAccessFunction",
    ]);
  });

  it("logs every state without execution data, which holds task tokens", () => {
    expect(machine["LoggingConfiguration"]).toMatchObject({ Level: "ALL", IncludeExecutionData: false });
  });

  it("may invoke its three functions and nothing else", () => {
    const invoke = statementsOf(access, "AccessRequestWorkflowRole").filter(({ Action }) =>
      Action.some((action) => action.startsWith("lambda:")),
    );
    expect(invoke).toHaveLength(1);
    expect(invoke[0]?.Action).toEqual(["lambda:InvokeFunction"]);
    expect(invoke[0]?.Resource.toSorted()).toEqual(Object.values(substitutions));
  });

  it("waits for a task longer than its function can run: no attempt is in flight when the state ends", () => {
    expect(tasks.length).toBeGreaterThan(0);
    for (const [name, { Arguments, TimeoutSeconds }] of tasks) {
      const logicalId = Arguments?.FunctionName?.split(":").at(-1) ?? "";
      const functionTimeout = z.number().parse(resourceAt(access, logicalId).properties["Timeout"]);
      // A task that waits for its token ends at a deadline, whatever the function does.
      if (typeof TimeoutSeconds === "string") continue;
      expect(TimeoutSeconds, name).toBeGreaterThanOrEqual(functionTimeout + 30);
    }
  });
});
