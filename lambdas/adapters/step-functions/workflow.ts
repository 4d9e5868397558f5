import { SFNClient, SendTaskSuccessCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { RetryableError } from "../../core/domain/errors.ts";
import type { Workflow } from "../../core/ports/workflow.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { describeError, isNamed, orUnavailable } from "../aws-errors.ts";

export interface WorkflowDeps {
  readonly clientsFor: ClientsFor;
  /** Only needed to start executions; a function that only wakes them does not know it. */
  readonly stateMachineArn?: string;
}

/** The access-request machine. */
export const workflow = ({ clientsFor, stateMachineArn }: WorkflowDeps): Workflow => {
  const client = clientsFor("home", "state").client(SFNClient);

  return {
    start: async (name, input) => {
      if (stateMachineArn === undefined) throw new Error("This function may not start executions");
      // A name that ran before is refused for 90 days after its end
      // (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
      const answered = await unless(["ExecutionAlreadyExists"], () =>
        client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) })),
      );
      return answered ? "started" : "exists";
    },

    wake: async (taskToken) => {
      await unless(["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"], () =>
        client.send(new SendTaskSuccessCommand({ taskToken, output: "{}" })),
      );
    },
  };
};

/** Makes the call; false when it ended in an error of one of these names. */
const unless = async (names: readonly string[], call: () => Promise<unknown>): Promise<boolean> => {
  try {
    await orUnavailable("WorkflowUnavailable", call);
    return true;
  } catch (error) {
    if (isNamed(error, ...names)) return false;
    // As many executions as the account may have open: room comes back when others end.
    if (isNamed(error, "ExecutionLimitExceeded")) {
      throw new RetryableError("WorkflowUnavailable", describeError(error), { cause: error });
    }
    throw error;
  }
};
