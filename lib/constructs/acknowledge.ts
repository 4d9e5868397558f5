import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

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
