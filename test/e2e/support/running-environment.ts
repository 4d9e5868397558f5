import { setTimeout } from "node:timers/promises";
import { startEnvironment } from "../../../local/environment.ts";
import type { Environment, EnvironmentOptions } from "../../../local/environment.ts";
import { apiClient } from "./api-client.ts";
import type { Answer, CallOptions } from "./api-client.ts";

/** An environment in this process, and how to call its API as somebody. */
export interface RunningEnvironment {
  readonly environment: Environment;
  /** Calls the API as the person with this user name, whose email is `<user name>@example.com`. */
  readonly as: (userName: string, line: string, options?: Omit<CallOptions, "token">) => Promise<Answer>;
}

/** How long the first sync is waited for: some ten seconds where nothing else runs. */
const FIRST_SYNC_MILLISECONDS = 45_000;

/**
 * Resolves when the first sync is over, or takes too long: what a test measures and looks at is its own doing, and on a busy
 * machine the two together would keep a function from its table for longer than it waits.
 */
const firstSyncOf = async ({ passes }: Environment): Promise<void> => {
  const deadline = Date.now() + FIRST_SYNC_MILLISECONDS;
  while (Date.now() < deadline) {
    const all = await passes();
    if (all.length > 0 && all.every(({ status }) => status !== "running")) return;
    await setTimeout(500);
  }
};

/** Starts an environment on free ports. */
export const runEnvironment = async (
  options: Partial<EnvironmentOptions> = {},
): Promise<RunningEnvironment> => {
  const environment = await startEnvironment({ apiPort: 0, awsPort: 0, ...options });
  await firstSyncOf(environment);
  const call = apiClient(environment.addresses.api);
  return {
    environment,
    as: async (userName, line, callOptions = {}) =>
      call(line, { ...callOptions, token: await environment.tokenFor(`${userName}@example.com`) }),
  };
};
