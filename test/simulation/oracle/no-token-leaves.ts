import { executionArnOf } from "../../../local/step-functions/arns.ts";
import { MACHINE } from "../lockstep/names.ts";
import type { Invariant } from "./watcher.ts";

const arn = executionArnOf(MACHINE, "");

/** What every task token of the machine begins with (local/step-functions/task-token.ts): base64, three bytes a group. */
const TOKEN = Buffer.from(arn.slice(0, arn.length - (arn.length % 3))).toString("base64");

/** A task token is in the Wakeups table and nowhere else. */
export const noTokenLeaves: Invariant = {
  number: 8,
  title: "no task token leaves",
  watch: ({ violated }) => ({
    text: (where, text) => {
      if (text.includes(TOKEN)) violated(`a task token is in ${where}`);
    },
  }),
};
