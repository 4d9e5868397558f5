import { permission, permissionWithoutResources, type Permission } from "./permission.ts";

/** Starts executions of the one machine. */
export const startExecutions = (stateMachineArn: string): Permission =>
  permission({ sid: "StartExecutions", actions: ["states:StartExecution"], resources: [stateMachineArn] });

/** Wakes an execution that waits. What it reaches is decided by the task token, which only the Wakeups table holds. */
export const wakeExecutions = (): Permission =>
  permissionWithoutResources({ sid: "WakeExecutions", actions: ["states:SendTaskSuccess"] });
