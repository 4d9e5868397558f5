import type { ApplicationRule, NamedResource, RuleTarget } from "../template/rules.ts";

const BY_THE_TARGETS_OWN_POLICY = ["lambda", "sns", "sqs"];
const BY_ROLE = ["states", "events"];

/** Throws on rules that AWS, or nothing here, could not serve. */
export const checkTargets = (rules: readonly ApplicationRule[], buses: readonly NamedResource[]): void => {
  for (const rule of rules) {
    const flaw = scheduleFlaw(rule) ?? rule.targets.map((target) => targetFlaw(target, buses)).find(isFlaw);
    if (flaw !== undefined) throw new Error(`The rule ${rule.name} ${flaw}`);
  }
};

const isFlaw = (flaw: string | undefined): flaw is string => flaw !== undefined;

/** Scheduled rules are for the default bus only. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
const scheduleFlaw = ({ schedule, busName }: ApplicationRule) =>
  schedule !== undefined && busName !== "default"
    ? `has a schedule on the bus ${busName}, which only the default bus knows`
    : undefined;

/**
 * State machines and buses are reached by a role.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html
 */
const targetFlaw = (target: RuleTarget, buses: readonly NamedResource[]): string | undefined => {
  const service = target.Arn.split(":")[2] ?? "";
  if (BY_THE_TARGETS_OWN_POLICY.includes(service)) return undefined;
  if (!BY_ROLE.includes(service)) return `has a target that is not known here: ${target.Arn}`;
  if (target.RoleArn === undefined) return `needs a RoleArn to reach ${target.Arn}`;
  return service === "events" ? busFlaw(target, buses) : undefined;
};

/** Inputs are documented as unavailable for buses of other accounts; for those of the same one nothing is documented. */
const busFlaw = (target: RuleTarget, buses: readonly NamedResource[]) => {
  if (!buses.some(({ arn }) => arn === target.Arn)) return `sends to a bus that is not here: ${target.Arn}`;
  const { Input, InputPath, InputTransformer } = target;
  return Input !== undefined || InputPath !== undefined || InputTransformer !== undefined
    ? `changes what it sends to ${target.Arn}; a bus takes events as they are`
    : undefined;
};
