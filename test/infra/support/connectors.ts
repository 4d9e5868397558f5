import { App, Validations, type IPolicyValidationPlugin } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { connectorStacks } from "../../../lib/connector/connector-stacks.ts";
import { parseSettings } from "../../../lib/settings.ts";
import { shippedContext, shippedSettings } from "./synthesize.ts";

/** What the templates of other accounts are deployed with. */
export const deployedWith = {
  LockstepAccountId: "222222222222",
  LockstepRegion: "eu-west-1",
  ExternalId: "9f86d081884c7d659a2feaa0c55ad015",
  Profile: "read-only",
  ManagementAccountAssignments: "no",
  UpdateSamlProvider: "no",
  IdentityCenterInstanceId: "ssoins-0123456789abcdef",
  IdentityStoreId: "d-0123456789",
} as const;

export type Parameters = Readonly<Record<keyof typeof deployedWith, string>>;

/** Synthesizes the app as `-c connectors=true` does. */
export const synthesizeConnectors = (
  validations?: (app: App) => readonly IPolicyValidationPlugin[],
): Readonly<Record<"connector" | "forwardChanges" | "member", Template>> => {
  const app = new App({ context: shippedContext, analyticsReporting: false });
  if (validations !== undefined) Validations.of(app).addPlugins(...validations(app));
  const { connector, forwardChanges, member } = connectorStacks(app, parseSettings(shippedSettings));
  return {
    connector: Template.fromStack(connector),
    forwardChanges: Template.fromStack(forwardChanges),
    member: Template.fromStack(member),
  };
};

interface Condition {
  readonly "Fn::Equals"?: readonly unknown[];
  readonly "Fn::And"?: readonly Condition[];
  readonly Condition?: string;
}

/** The template as CloudFormation deploys it in account 111111111111 and eu-central-1: without what its conditions leave out. */
export const deployed = (template: Template, changes: Partial<Parameters> = {}): Template => {
  const json = template.toJSON() as {
    readonly Conditions?: Readonly<Record<string, Condition>>;
    readonly Resources: Readonly<Record<string, { readonly Condition?: string }>>;
  };
  const values: Readonly<Record<string, string>> = {
    ...deployedWith,
    ...changes,
    "AWS::Partition": "aws",
    "AWS::AccountId": "111111111111",
    "AWS::Region": "eu-central-1",
  };

  const holds = (condition: Condition | undefined): boolean => {
    if (condition === undefined) throw new Error("There is no such condition");
    if (condition["Fn::Equals"] !== undefined) {
      const [left, right] = condition["Fn::Equals"].map(resolve);
      return left === right;
    }
    if (condition["Fn::And"] !== undefined) return condition["Fn::And"].every(holds);
    return holds(json.Conditions?.[condition.Condition ?? ""]);
  };

  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    const { Ref: reference, "Fn::Join": join, "Fn::If": choice } = value as Readonly<Record<string, unknown>>;
    if (typeof reference === "string") return values[reference] ?? { Ref: reference };
    if (Array.isArray(join)) {
      const [separator, parts] = join as [string, unknown[]];
      return parts.map(resolve).join(separator);
    }
    if (Array.isArray(choice)) {
      const [name, whenTrue, whenFalse] = choice as [string, unknown, unknown];
      return resolve(holds(json.Conditions?.[name]) ? whenTrue : whenFalse);
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]));
  };

  const resources = Object.entries(json.Resources).filter(
    ([, { Condition: name }]) => name === undefined || holds(json.Conditions?.[name]),
  );
  return Template.fromJSON({ ...json, Resources: resolve(Object.fromEntries(resources)) as object });
};
