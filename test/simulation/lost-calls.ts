import type { AwsCall } from "./aws/clients.ts";
import type { Invocation } from "./aws/lambda.ts";
import type { Conditions } from "./conditions.ts";
import { isFault, type History } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import { requestOfInput } from "./lockstep/state-machine.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The request that a call to wake is about: the one that the API's step names. */
const wokenBy = ({ steps }: History, { of }: Invocation): number => {
  const step = steps.find(({ n }) => n === of);
  return step !== undefined && !isFault(step.what) && "of" in step.what ? step.what.of : of;
};

/** Which calls to Step Functions get lost on the way, though they seem to succeed: each is lost once. */
export const lostCalls = (around: {
  readonly history: History;
  readonly time: VirtualTime;
  readonly conditions: Conditions;
  readonly ledger: Ledger;
}): ((invocation: Invocation, call: AwsCall) => boolean) => {
  const { history, time, conditions, ledger } = around;
  const takeFault = (invocation: Invocation, { operation, input }: AwsCall): boolean => {
    switch (operation) {
      case "StartExecution":
        return conditions.lostStarts.delete(
          ledger.stepOf(requestOfInput((input as { readonly input: string }).input)),
        );
      case "SendTaskSuccess":
        return conditions.lostWakeUps.delete(wokenBy(history, invocation));
      default:
        return false;
    }
  };
  return (invocation, call) => {
    const isLost = takeFault(invocation, call);
    if (isLost) conditions.trouble(time.milliseconds, time.milliseconds);
    return isLost;
  };
};
