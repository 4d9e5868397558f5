import { AwaitApprovalInputSchema } from "../../core/contracts/workflow.ts";
import { task } from "../../middleware/task.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** *Wait for approval*: keeps the task token. */
export const handler = task(AwaitApprovalInputSchema, compose(EnvironmentSchema.parse(process.env)));
