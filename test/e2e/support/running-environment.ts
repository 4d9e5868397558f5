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

/** Starts an environment on free ports. */
export const runEnvironment = async (
  options: Partial<EnvironmentOptions> = {},
): Promise<RunningEnvironment> => {
  const environment = await startEnvironment({ apiPort: 0, awsPort: 0, ...options });
  const call = apiClient(environment.addresses.api);
  return {
    environment,
    as: async (userName, line, callOptions = {}) =>
      call(line, { ...callOptions, token: await environment.tokenFor(`${userName}@example.com`) }),
  };
};
