import jsonata from "jsonata";
import * as z from "zod/mini";
import type { Json } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import { MachineSchema } from "./definition-schema.ts";
import { innerScopesOf } from "./definition.ts";
import type { Fallible, MachineDefinition, State, StatesScope } from "./definition.ts";
import { distributedMapFlaws } from "./distributed-map-flaws.ts";
import type { Flaw } from "./flaw.ts";
import { expressionIn } from "./expression.ts";
import { Names } from "./states-error.ts";
import { parseTaskResource } from "./task-resource.ts";

/** Fields that only a JSONPath state has. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
const JSONPATH_FIELDS = [
  "InputPath",
  "OutputPath",
  "Parameters",
  "ResultPath",
  "ResultSelector",
  "Result",
  "SecondsPath",
  "TimestampPath",
  "TimeoutSecondsPath",
  "HeartbeatSecondsPath",
  "ItemsPath",
];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const jsonPathFlaws = (definition: Record<string, unknown>): Flaw[] => {
  if (definition["QueryLanguage"] !== "JSONata") {
    return [
      {
        path: "QueryLanguage",
        message: 'is JSONPath; only machines with "QueryLanguage": "JSONata" run here',
      },
    ];
  }
  const states = isRecord(definition["States"]) ? definition["States"] : {};
  return Object.entries(states).flatMap(([name, state]) => {
    const field = isRecord(state) ? JSONPATH_FIELDS.find((candidate) => candidate in state) : undefined;
    return field === undefined
      ? []
      : [{ path: `States.${name}.${field}`, message: "is a JSONPath field; only JSONata states run here" }];
  });
};

const expressionFlaws = (value: Json | undefined, path: string): Flaw[] => {
  if (typeof value === "string") {
    const expression = expressionIn(value);
    if (expression === undefined) return [];
    try {
      jsonata(expression);
      return [];
    } catch (error) {
      // jsonata throws plain objects with a message, not Errors.
      const message = isRecord(error) ? String(error["message"]) : String(error);
      return [{ path, message: `is not valid JSONata: ${message}` }];
    }
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => expressionFlaws(child as Json, `${path}.${key}`));
};

const targetsOf = (state: State): string[] => {
  const targets = "Next" in state && state.Next !== undefined ? [state.Next] : [];
  if ("Catch" in state) targets.push(...(state.Catch ?? []).map((catcher) => catcher.Next));
  if (state.Type === "Choice") {
    targets.push(...state.Choices.map((rule) => rule.Next));
    if (state.Default !== undefined) targets.push(state.Default);
  }
  return targets;
};

/** States.ALL "must appear alone", and in the last retrier or catcher. https://states-language.net/spec.html#errors */
const wildcardFlaws = (state: State, path: string): Flaw[] =>
  (["Retry", "Catch"] as const).flatMap((field) => {
    const handlers = field in state ? ((state as Fallible)[field] ?? []) : [];
    const misplaced = handlers.findIndex(
      ({ ErrorEquals }, index) =>
        ErrorEquals.includes(Names.all) && (ErrorEquals.length > 1 || index < handlers.length - 1),
    );
    const place = `${path}.${field}[${String(misplaced)}]`;
    return misplaced < 0 ? [] : [{ path: place, message: "must name States.ALL alone and come last" }];
  });

const stateFlaws = (state: State, path: string): Flaw[] => {
  const flaws: Flaw[] = [];
  const handsOver = !["Choice", "Succeed", "Fail"].includes(state.Type);
  if (handsOver && ("Next" in state && state.Next !== undefined) === ("End" in state && state.End === true)) {
    flaws.push({ path, message: 'needs either "Next" or "End": true' });
  }
  if (state.Type === "Wait" && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    flaws.push({ path, message: 'needs either "Seconds" or "Timestamp"' });
  }
  if (state.Type === "Task" && parseTaskResource(state.Resource) === undefined) {
    flaws.push({
      path: `${path}.Resource`,
      message: `is ${state.Resource}; only Lambda functions and states:startExecution can be called here`,
    });
  }
  if ("Assign" in state && state.Assign !== undefined && "states" in state.Assign) {
    flaws.push({ path: `${path}.Assign`, message: 'must not assign the reserved variable "states"' });
  }
  return [...flaws, ...wildcardFlaws(state, path), ...expressionFlaws(shallow(state), path)];
};

/** The state without its inner scopes, whose states are checked one by one. */
const shallow = (state: State): Json => {
  const own = Object.entries(state).filter(([key]) => key !== "Branches" && key !== "ItemProcessor");
  return Object.fromEntries(own);
};

const scopeFlaws = (scope: StatesScope, path: string): Flaw[] => {
  const flaws: Flaw[] = [];
  if (scope.States[scope.StartAt] === undefined) {
    flaws.push({ path: `${path}StartAt`, message: `names no state: ${scope.StartAt}` });
  }
  for (const [name, state] of Object.entries(scope.States)) {
    const statePath = `${path}States.${name}`;
    flaws.push(...stateFlaws(state, statePath));
    const missing = targetsOf(state).filter((target) => scope.States[target] === undefined);
    flaws.push(
      ...missing.map((target) => ({ path: statePath, message: `leads to a missing state: ${target}` })),
    );
    for (const inner of innerScopesOf(state))
      flaws.push(...scopeFlaws(inner.scope, `${statePath}.${inner.path}.`));
  }
  return flaws;
};

const findFlaws = (definition: unknown): { flaws: Flaw[]; parsed?: MachineDefinition } => {
  if (!isRecord(definition)) return { flaws: [{ path: "(root)", message: "expected a JSON object" }] };
  const flaws = jsonPathFlaws(definition);
  if (flaws.length > 0) return { flaws };
  const result = z.safeParse(MachineSchema, definition, { error: z.locales.en().localeError });
  if (result.success) {
    const found = [...scopeFlaws(result.data, ""), ...distributedMapFlaws(result.data)];
    return { flaws: found, parsed: result.data };
  }
  return {
    flaws: result.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Definitions without a flaw: every execution begins with its machine's, and a process sees few of them. */
const parsedDefinitions = new Map<string, MachineDefinition>();

/**
 * Parses an Amazon States Language document.
 * Throws `InvalidDefinition` with a sentence that names the machine, the place and the flaw.
 */
export const parseDefinition = (machineName: string, definition: string): MachineDefinition => {
  const known = parsedDefinitions.get(definition);
  if (known !== undefined) return known;
  const { flaws, parsed } = findFlaws(parseJson(definition));
  if (parsed !== undefined && flaws.length === 0) {
    parsedDefinitions.set(definition, parsed);
    return parsed;
  }
  const sentences = flaws.map((flaw) => `${flaw.path} ${flaw.message}`).join("; ");
  throw new AwsError("InvalidDefinition", `Invalid State Machine Definition of ${machineName}: ${sentences}`);
};
