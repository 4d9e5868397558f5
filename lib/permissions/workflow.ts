import { permission, permissionWithoutResources, type Permission } from "./permission.ts";

/** Starts executions of these machines. */
export const startExecutions = (...stateMachineArns: readonly string[]): Permission =>
  permission({
    sid: "StartExecutions",
    actions: ["states:StartExecution"],
    resources: [...stateMachineArns],
  });

/** Wakes an execution that waits. What it reaches is decided by the task token, which only the Wakeups table holds. */
export const wakeExecutions = (): Permission =>
  permissionWithoutResources({ sid: "WakeExecutions", actions: ["states:SendTaskSuccess"] });
