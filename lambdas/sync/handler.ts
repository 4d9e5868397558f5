import { SyncFunctionInputSchema } from "../core/contracts/sync-workflow.ts";
import { task } from "../middleware/task.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** *Sync*: reads the organization, the directory, permission sets and assignments. It changes nothing in AWS. */
export const handler = task(SyncFunctionInputSchema, compose(EnvironmentSchema.parse(process.env)));
