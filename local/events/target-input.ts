import type { RuleTarget } from "../template/rules.ts";
import type { Json } from "../wire/json.ts";
import type { BusEvent } from "./event.ts";

/** `$.detail.requestId`, `$.detail.items[0]`; `$` is the whole event. */
const valueAt = (event: BusEvent, path: string): unknown => {
  const steps = path.replace(/^\$\.?/, "").matchAll(/([^.[\]]+)/g);
  return [...steps].reduce<unknown>(
    (value, [step]) =>
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<string, unknown>>)[step]
        : undefined,
    event,
  );
};

const reserved = (event: BusEvent, ruleArn: string): Readonly<Record<string, unknown>> => {
  const ruleName = ruleArn.slice(ruleArn.lastIndexOf("/") + 1);
  return {
    "aws.events.rule-arn": ruleArn,
    "aws.events.rule-name": ruleName,
    "aws.events.event.ingestion-time": event.time,
    "aws.events.event": Object.fromEntries(Object.entries(event).filter(([name]) => name !== "detail")),
    "aws.events.event.json": event,
  };
};

/**
 * A template is a text (`"Request <id> waits"`) or JSON; a variable that stands alone in JSON becomes its JSON, one inside
 * of a text becomes text. A variable whose path finds nothing is empty in a text and null in JSON.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
const transform = (template: string, variables: Readonly<Record<string, unknown>>): Json => {
  let inText = false;
  let filled = "";
  for (const [token] of template.matchAll(/<[\w.-]+>|\\.|[\s\S]/g)) {
    if (token === '"') inText = !inText;
    const name = token.length > 2 && token.startsWith("<") ? token.slice(1, -1) : undefined;
    if (name === undefined || !Object.hasOwn(variables, name)) filled += token;
    else filled += inText ? escaped(variables[name]) : JSON.stringify(variables[name] ?? null);
  }
  try {
    return JSON.parse(filled) as Json;
  } catch {
    return filled;
  }
};

const escaped = (value: unknown): string => {
  const text = typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
};

/** What a rule's target gets of an event. */
export const targetInput = (target: RuleTarget, event: BusEvent, ruleArn: string): Json => {
  if (target.Input !== undefined) return JSON.parse(target.Input) as Json;
  if (target.InputPath !== undefined) return (valueAt(event, target.InputPath) ?? null) as Json;
  if (target.InputTransformer === undefined) return event as unknown as Json;
  const { InputPathsMap, InputTemplate } = target.InputTransformer;
  const paths = Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(event, path)] as const);
  return transform(InputTemplate, { ...reserved(event, ruleArn), ...Object.fromEntries(paths) });
};
