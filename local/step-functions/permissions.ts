import { AwsError } from "../wire/service.ts";
import { Names } from "./states-error.ts";
import { stateError } from "./visiting.ts";
import type { Visiting } from "./visiting.ts";

/** Throws States.Permissions unless the machine's role may do this itself. */
export const requireRole = async (visiting: Visiting, action: string, resource: string): Promise<void> => {
  const { roleArn, name } = visiting.execution.record;
  try {
    await visiting.interpreter.authorize({ roleArn, executionName: name, action, resource });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw stateError(visiting, Names.permissions, error.message);
  }
};
