import { SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { SyncExecutionInput } from "../../core/contracts/sync-workflow.ts";
import { RetryableError } from "../../core/domain/errors.ts";
import type { SyncId } from "../../core/domain/sync.ts";
import type { SyncStarter } from "../../core/ports/sync.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { describeError, isNamed, orUnavailable } from "../aws-errors.ts";

interface SyncStarterDeps {
  readonly clientsFor: ClientsFor;
  readonly stateMachineArn: string;
}

/**
 * Executions of the sync machine. A name is taken for 90 days; the same name and input as an execution that still runs is
 * answered as if it had just been started
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
 */
export const syncStarter = ({ clientsFor, stateMachineArn }: SyncStarterDeps): SyncStarter => {
  const client = clientsFor("home", "state").client(SFNClient);
  return {
    start: async (id, attempt) => {
      const started: SyncExecutionInput = { version: 1, syncId: id };
      const input = JSON.stringify(started);
      try {
        await orUnavailable("WorkflowUnavailable", () =>
          client.send(new StartExecutionCommand({ stateMachineArn, name: nameOf(id, attempt), input })),
        );
        return "started";
      } catch (error) {
        if (isNamed(error, "ExecutionAlreadyExists")) return "already-started";
        // As many executions as the account may have open: room comes back when others end.
        if (isNamed(error, "ExecutionLimitExceeded")) {
          throw new RetryableError("WorkflowUnavailable", describeError(error), { cause: error });
        }
        throw error;
      }
    },
  };
};

/**
 * `organization-identity-20260101T000000Z-1`: a machine that logs takes only letters, digits, - and _, and at most 80
 * (the same page); an id has up to 67 characters, none of which is a hyphen.
 */
const nameOf = (id: SyncId, attempt: number): string => `${id.replaceAll(".", "-")}-${attempt}`;
