import { RevokeFunctionInputSchema } from "../../core/contracts/workflow.ts";
import { task } from "../../middleware/task.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** *Revoke access*: the one function that may delete account assignments. */
export const handler = task(RevokeFunctionInputSchema, compose(EnvironmentSchema.parse(process.env)));
