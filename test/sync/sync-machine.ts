import { readFileSync } from "node:fs";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { SyncStarter } from "../../lambdas/core/ports/sync.ts";
import type { InvokeFunction } from "../../local/step-functions/ports.ts";
import { createStepFunctions } from "../../local/step-functions/step-functions.ts";
import { openLocalStore } from "../../local/store.ts";
import type { JsonObject } from "../../local/wire/json.ts";
import { AwsError } from "../../local/wire/service.ts";

const MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:lockstep-sync";

const definition = readFileSync(new URL("../../statemachines/sync.asl.json", import.meta.url), "utf8")
  .replaceAll("${SyncFunction}", "sync")
  .replaceAll("${SyncAccountsFunction}", "sync-accounts");

/** The real machine of syncs on the embedded Step Functions, and what starts it. */
export const createSyncMachine = ({
  clock,
  invokeFunction,
}: {
  readonly clock: Clock;
  readonly invokeFunction: InvokeFunction;
}) => {
  let ids = 0;
  const engine = createStepFunctions({
    clock,
    store: openLocalStore(),
    invokeFunction,
    publish: () => undefined,
    region: "eu-west-1",
    accountId: "111111111111",
    newId: () => `id-${String((ids += 1))}`,
    random: () => 0.5,
  });
  engine.registerMachine({
    arn: MACHINE,
    name: "lockstep-sync",
    definition,
    roleArn: "arn:aws:iam::111111111111:role/machine",
    type: "STANDARD",
  });
  const states: string[] = [];
  engine.observe(({ state }) => states.push(state));
  engine.start();

  const call = async (operation: string, input: JsonObject): Promise<JsonObject> =>
    (await engine.service.operations[operation]?.(input, {
      accessKeyId: "test",
      principalArn: "arn:aws:iam::111111111111:root",
      accountId: "111111111111",
      region: "eu-west-1",
    })) ?? {};

  const starter: SyncStarter = {
    start: async (syncId, attempt) => {
      try {
        const input = JSON.stringify({ version: 1, syncId });
        await call("StartExecution", {
          stateMachineArn: MACHINE,
          name: `${syncId}.${String(attempt)}`,
          input,
        });
        return "started";
      } catch (error) {
        if (!(error instanceof AwsError && error.name === "ExecutionAlreadyExists")) throw error;
        return "already-started";
      }
    },
  };
  return {
    starter,
    /** Every state that was entered, in order. */
    states,
    /** How the executions are, the newest first. */
    statuses: async (): Promise<readonly string[]> => {
      const { executions } = await call("ListExecutions", { stateMachineArn: MACHINE });
      return (executions as readonly { readonly status: string }[]).map(({ status }) => status);
    },
  };
};
