import { PolicyStatement, type PolicyStatementProps } from "aws-cdk-lib/aws-iam";

/** A statement of a role's policy. */
export interface Permission {
  readonly statement: PolicyStatement;
  /** Why each of its resources with a wildcard cannot be written more narrowly, by that resource. */
  readonly wildcards: Readonly<Record<string, string>>;
}

/** A statement on resources named one by one. */
export function permission(props: PolicyStatementProps): Permission {
  return { statement: new PolicyStatement(props), wildcards: {} };
}

/** A statement that also reaches resources by wildcard, each with its reason. */
export function permissionOnAny(
  props: PolicyStatementProps,
  wildcards: Readonly<Record<string, string>>,
): Permission {
  const resources = [...(props.resources ?? []), ...Object.keys(wildcards)];
  return { statement: new PolicyStatement({ ...props, resources }), wildcards };
}

/** A statement with actions that have no resource types: IAM accepts them for every resource or not at all. */
export function permissionWithoutResources(props: Omit<PolicyStatementProps, "resources">): Permission {
  const actions = (props.actions ?? []).join(", ");
  return permissionOnAny(props, { "*": `${actions}: no resource types (Service Authorization Reference).` });
}

/** The partition (`aws`, `aws-cn`, …) that an ARN belongs to. */
export function partitionOf(arn: string): string {
  const [, partition = "aws"] = arn.split(":");
  return partition;
}
