import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SweepReportSchema } from "../../core/contracts/http/sweep.ts";
import type { SweepOnDemand } from "../../core/contracts/sweep.ts";
import { RetryableError } from "../../core/domain/errors.ts";
import type { SweepRunner } from "../../core/ports/sweep.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { orUnavailable } from "../aws-errors.ts";
import { failureOf } from "./failure-of.ts";

export interface SweepRunnerDeps {
  readonly clientsFor: ClientsFor;
  readonly functionName: string;
}

/** An HTTP API gives up after 30 seconds: the sweep stops after 18, and has 8 more to start and to end what it is at. */
const SWEEP_SECONDS = 18;
const TIMEOUT_MILLISECONDS = 26_000;

/** Runs the sweep's function and waits for its answer. */
export const sweepRunner = ({ clientsFor, functionName }: SweepRunnerDeps): SweepRunner => {
  const client = clientsFor("home", "state").client(LambdaClient, {
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  });
  return {
    run: async () => {
      const payload: SweepOnDemand = { version: 1, mode: "on-demand", seconds: SWEEP_SECONDS };
      const answer = await orUnavailable("SweepUnavailable", () =>
        client.send(
          new InvokeCommand({
            FunctionName: functionName,
            InvocationType: "RequestResponse",
            Payload: Buffer.from(JSON.stringify(payload)),
          }),
        ),
      );
      const failure = failureOf(answer);
      if (failure !== undefined)
        throw new RetryableError("SweepUnavailable", `The sweep's function failed (${failure})`);
      return SweepReportSchema.parse(JSON.parse(new TextDecoder().decode(answer.Payload)));
    },
  };
};
