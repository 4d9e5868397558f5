import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import type { Permission } from "../permissions/permission.ts";

/** A cdk-nag finding, such as `AwsSolutions-IAM5[Resource::*]`, with the reason why it is right as it is. */
export interface Acknowledgement {
  readonly id: string;
  readonly reason: string;
}

/** Acknowledges findings one by one on the construct that they are about. */
export function acknowledge(construct: IConstruct, ...acknowledgements: readonly Acknowledgement[]): void {
  for (const { id, reason } of acknowledgements) {
    Validations.of(construct).acknowledge({ id: inNagsWords(Stack.of(construct).resolve(id)), reason });
  }
}

/** Acknowledges the wildcards in permissions' resources, each for the reasons that it was written with. */
export function acknowledgeWildcards(construct: IConstruct, permissions: readonly Permission[]): void {
  for (const [resource, reasons] of wildcardsOf(permissions)) {
    acknowledge(construct, { id: `AwsSolutions-IAM5[Resource::${resource}]`, reason: reasons.join(" ") });
  }
}

function wildcardsOf(permissions: readonly Permission[]): ReadonlyMap<string, readonly string[]> {
  const reasonsByResource = new Map<string, string[]>();
  for (const { wildcards } of permissions) {
    for (const [resource, reason] of Object.entries(wildcards)) {
      const reasons = reasonsByResource.get(resource) ?? [];
      reasonsByResource.set(resource, reasons);
      if (!reasons.includes(reason)) reasons.push(reason);
    }
  }
  return reasonsByResource;
}

/** The finding's id as cdk-nag writes it: `<AWS::AccountId>` where the synthesis does not know the account. */
function inNagsWords(id: unknown): string {
  if (typeof id === "string") return id;
  const { Ref: reference, "Fn::Join": join } = id as {
    readonly Ref?: string;
    readonly "Fn::Join"?: readonly [string, readonly unknown[]];
  };
  if (reference !== undefined) return `<${reference}>`;
  if (join !== undefined) return join[1].map(inNagsWords).join(join[0]);
  throw new Error(`A finding cannot be named by ${JSON.stringify(id)}`);
}
