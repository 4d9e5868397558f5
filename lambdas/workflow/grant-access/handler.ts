import { GrantAccessInputSchema } from "../../core/contracts/workflow.ts";
import { task } from "../../middleware/task.ts";
import { compose } from "./compose.ts";
import { EnvironmentSchema } from "./env.ts";

/** *Grant access*: the one function that may create account assignments. */
export const handler = task(GrantAccessInputSchema, compose(EnvironmentSchema.parse(process.env)));
