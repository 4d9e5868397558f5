import { substitute } from "./substitute.ts";

/** Something in a template that cannot be resolved: what it is, and where. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TemplateError";
  }
}

/** What intrinsic functions are resolved against. */
export interface ResolutionScope {
  /** Where in the templates: for messages. */
  readonly place: string;
  /** What Ref gives for a resource, a parameter or a pseudo parameter. */
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): string;
  importValue(exportName: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, key: string, second: string): unknown;
}

/** `Ref: AWS::NoValue`: the property or list member is taken out. */
const NO_VALUE = Symbol("AWS::NoValue");

type Intrinsic = (argument: unknown, scope: ResolutionScope) => unknown;

const fail = (scope: ResolutionScope, message: string): never => {
  throw new TemplateError(`${scope.place}: ${message}`);
};

const text = (value: unknown, scope: ResolutionScope): string => {
  const resolved = resolve(value, scope);
  if (typeof resolved === "string") return resolved;
  if (typeof resolved === "number" || typeof resolved === "boolean") return String(resolved);
  return fail(scope, `expected a text, found ${JSON.stringify(resolved)}`);
};

const list = (value: unknown, scope: ResolutionScope): readonly unknown[] => {
  const resolved = resolve(value, scope);
  return Array.isArray(resolved)
    ? (resolved as readonly unknown[])
    : fail(scope, `expected a list, found ${JSON.stringify(resolved)}`);
};

const condition = (value: unknown, scope: ResolutionScope): boolean => {
  const resolved = resolve(value, scope);
  if (typeof resolved === "boolean") return resolved;
  return fail(scope, `expected a condition, found ${JSON.stringify(value)}`);
};

const attribute: Intrinsic = (argument, scope) => {
  const [logicalId = "", ...path] =
    typeof argument === "string"
      ? argument.split(".")
      : list(argument, scope).map((part) => text(part, scope));
  return scope.attribute(logicalId, path.join("."));
};

const sub: Intrinsic = (argument, scope) => {
  const [format, variables = {}] = (Array.isArray(argument) ? argument : [argument]) as readonly unknown[];
  if (typeof format !== "string") return fail(scope, "Fn::Sub needs a text");
  const own = variables as Readonly<Record<string, unknown>>;
  return substitute(format, (name) => {
    if (Object.hasOwn(own, name)) return text(own[name], scope);
    const dot = name.indexOf(".");
    return dot === -1 ? text({ Ref: name }, scope) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
  });
};

const join: Intrinsic = (argument, scope) => {
  const [separator, parts] = argument as readonly unknown[];
  return list(parts, scope)
    .map((part) => text(part, scope))
    .join(text(separator, scope));
};

const select: Intrinsic = (argument, scope) => {
  const [index, members] = argument as readonly unknown[];
  const chosen = list(members, scope)[Number(text(index, scope))];
  return chosen ?? fail(scope, `Fn::Select finds nothing at ${text(index, scope)}`);
};

const conditional: Intrinsic = (argument, scope) => {
  const [name, yes, no] = argument as readonly unknown[];
  if (typeof name !== "string") return fail(scope, "Fn::If needs the name of a condition");
  return resolve(scope.condition(name) ? yes : no, scope);
};

const findInMap: Intrinsic = (argument, scope) => {
  const [map, key, second] = list(argument, scope).map((part) => text(part, scope));
  return scope.mapping(map ?? "", key ?? "", second ?? "");
};

const split: Intrinsic = (argument, scope) => {
  const [separator, whole] = argument as readonly unknown[];
  return text(whole, scope).split(text(separator, scope));
};

const equals: Intrinsic = (argument, scope) => {
  const [one, other] = list(argument, scope);
  return text(one, scope) === text(other, scope);
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => (argument === "AWS::NoValue" ? NO_VALUE : scope.ref(String(argument))),
  Condition: (argument, scope) => scope.condition(String(argument)),
  "Fn::GetAtt": attribute,
  "Fn::Sub": sub,
  "Fn::Join": join,
  "Fn::Select": select,
  "Fn::Split": split,
  "Fn::If": conditional,
  "Fn::FindInMap": findInMap,
  "Fn::ImportValue": (argument, scope) => scope.importValue(text(argument, scope)),
  "Fn::Base64": (argument, scope) => Buffer.from(text(argument, scope)).toString("base64"),
  "Fn::Equals": equals,
  "Fn::And": (argument, scope) => (argument as readonly unknown[]).every((part) => condition(part, scope)),
  "Fn::Or": (argument, scope) => (argument as readonly unknown[]).some((part) => condition(part, scope)),
  "Fn::Not": (argument, scope) => (argument as readonly unknown[]).every((part) => !condition(part, scope)),
};

/** `Condition` is an intrinsic only inside of conditions: elsewhere it is a member, of a policy statement for instance. */
const intrinsicIn = (value: Readonly<Record<string, unknown>>) => {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0) return undefined;
  const looksIntrinsic =
    name === "Ref" ||
    name.startsWith("Fn::") ||
    (name === "Condition" && typeof value["Condition"] === "string");
  return looksIntrinsic ? name : undefined;
};

/** Resolves every intrinsic function in `value`; one that is not known here is an error, never passed over. */
export const resolve = (value: unknown, scope: ResolutionScope): unknown => {
  if (Array.isArray(value))
    return value.map((member) => resolve(member, scope)).filter((member) => member !== NO_VALUE);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Readonly<Record<string, unknown>>;
  const name = intrinsicIn(record);
  if (name !== undefined) {
    const intrinsic = INTRINSICS[name];
    return intrinsic === undefined
      ? fail(scope, `${name} is not known here`)
      : intrinsic(record[name], scope);
  }
  return Object.fromEntries(
    Object.entries(record)
      .map(([key, member]) => [key, resolve(member, scope)] as const)
      .filter(([, member]) => member !== NO_VALUE),
  );
};
