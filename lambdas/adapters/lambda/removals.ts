import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { DrainInput } from "../../core/contracts/workflow.ts";
import type { Removals } from "../../core/ports/sweep.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { orUnavailable } from "../aws-errors.ts";

export interface RemovalsDeps {
  readonly clientsFor: ClientsFor;
  readonly functionName: string;
}

/** The function behind *Revoke access*, invoked without waiting for it: Lambda queues the event, and repeats it twice. */
export const removals = ({ clientsFor, functionName }: RemovalsDeps): Removals => {
  const client = clientsFor("home", "state").client(LambdaClient);
  return {
    drain: async () => {
      const payload: DrainInput = { version: 1, drain: true };
      await orUnavailable("WorkflowUnavailable", () =>
        client.send(
          new InvokeCommand({
            FunctionName: functionName,
            InvocationType: "Event",
            Payload: Buffer.from(JSON.stringify(payload)),
          }),
        ),
      );
    },
  };
};
