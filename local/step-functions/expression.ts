import jsonata from "jsonata";
import type { Json } from "../wire/json.ts";
import type { Template } from "./definition.ts";
import { provideFunctions, sourcesIn } from "./jsonata-functions.ts";
import type { FunctionSources } from "./jsonata-functions.ts";

/** What an expression can read: `$states` and the workflow variables. */
export type Bindings = Readonly<Record<string, Json>>;

/** Evaluates the expressions of a template; `field` is where the template stands, for the error's message. */
export type Evaluate = (template: Template, field: string, bindings: Bindings) => Promise<Json>;

/** An expression that failed, or that yielded nothing JSON can hold: AWS reports States.QueryEvaluationError. */
export class EvaluationFailure extends Error {
  readonly field: string;

  constructor(message: string, field: string) {
    super(message);
    this.name = "EvaluationFailure";
    this.field = field;
  }
}

/** The JSONata inside a `{% … %}` string; undefined for a literal string. */
export const expressionIn = (text: string): string | undefined =>
  text.startsWith("{%") && text.endsWith("%}") && text.length >= 4 ? text.slice(2, -2).trim() : undefined;

/** Both errors and jsonata's thrown plain objects carry a message. */
const messageOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);

/** The result as plain JSON: JSONata marks its sequences with extra properties, and can yield functions. */
const asJson = (value: unknown): Json | undefined => {
  const text = typeof value === "function" ? undefined : JSON.stringify(value);
  return text === undefined ? undefined : (JSON.parse(text) as Json);
};

const isJsonataLambda = (value: unknown): boolean =>
  typeof value === "object" && value !== null && ("_jsonata_lambda" in value || "_jsonata_function" in value);

/** Compiled once and used by every engine: what differs between two evaluations comes with the bindings. */
const compiled = new Map<string, jsonata.Expression>();

const compile = (code: string): jsonata.Expression => {
  const known = compiled.get(code);
  if (known !== undefined) return known;
  const expression = jsonata(code);
  provideFunctions(expression);
  compiled.set(code, expression);
  return expression;
};

/**
 * JSONata as Step Functions runs it: version 2.0.6, without `$eval`, with six functions more.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export const createEvaluate = (sources: FunctionSources): Evaluate => {
  const evaluateExpression = async (code: string, field: string, bindings: Bindings): Promise<Json> => {
    // The wording is AWS's own, as it shows in an execution's cause.
    const subject = `The JSONata expression '${code}' specified for the field '${field}'`;
    let value: unknown;
    try {
      // No input: at the top level `$` and unqualified names mean nothing in Step Functions.
      value = await compile(code).evaluate(undefined, { ...bindings, ...sourcesIn(sources) });
    } catch (error) {
      throw new EvaluationFailure(`${subject} threw an error during evaluation. ${messageOf(error)}`, field);
    }
    const result = isJsonataLambda(value) ? undefined : asJson(value);
    if (result === undefined) throw new EvaluationFailure(`${subject} returned nothing (undefined).`, field);
    return result;
  };

  const evaluate: Evaluate = async (template, field, bindings) => {
    if (typeof template === "string") {
      const code = expressionIn(template);
      return code === undefined ? template : evaluateExpression(code, field, bindings);
    }
    if (typeof template !== "object" || template === null) return template;
    if (Array.isArray(template)) {
      const items: Json[] = [];
      for (const [index, item] of (template as readonly Json[]).entries()) {
        items.push(await evaluate(item, `${field}[${String(index)}]`, bindings));
      }
      return items;
    }
    const result: Record<string, Json> = {};
    for (const [key, item] of Object.entries(template)) {
      if (item !== undefined) result[key] = await evaluate(item, `${field}/${key}`, bindings);
    }
    return result;
  };
  return evaluate;
};
