import { LookIntoAccountsInputSchema } from "../core/contracts/sync-workflow.ts";
import { task } from "../middleware/task.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** *Look into accounts*: reads IAM and resources of some accounts. It changes nothing in AWS. */
export const handler = task(LookIntoAccountsInputSchema, compose(EnvironmentSchema.parse(process.env)));
