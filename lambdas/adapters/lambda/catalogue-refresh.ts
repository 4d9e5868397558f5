import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { LookForNamesInput } from "../../core/contracts/sync-workflow.ts";
import { RetryableError } from "../../core/domain/errors.ts";
import type { CatalogueRefresh } from "../../core/ports/catalogue.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { orUnavailable } from "../aws-errors.ts";
import { failureOf } from "./failure-of.ts";

export interface CatalogueRefreshDeps {
  readonly clientsFor: ClientsFor;
  readonly functionName: string;
}

/** An HTTP API gives up after 30 seconds; five are left for what follows the refresh. */
const TIMEOUT_MILLISECONDS = 25_000;

const input: LookForNamesInput = { version: 1, look: "names" };

/** Runs the sync function for names that nobody knows yet, and waits for its end. */
export const catalogueRefresh = ({ clientsFor, functionName }: CatalogueRefreshDeps): CatalogueRefresh => {
  const client = clientsFor("home", "state").client(LambdaClient, {
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  });
  return {
    refresh: async () => {
      const answer = await orUnavailable("CatalogueUnavailable", () =>
        client.send(
          new InvokeCommand({
            FunctionName: functionName,
            InvocationType: "RequestResponse",
            Payload: Buffer.from(JSON.stringify(input)),
          }),
        ),
      );
      const failure = failureOf(answer);
      if (failure !== undefined)
        throw new RetryableError("CatalogueUnavailable", `The sync function failed (${failure})`);
    },
  };
};
