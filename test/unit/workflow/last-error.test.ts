import { expect, it } from "vitest";
import { lastErrorOf } from "../../../lambdas/workflow/revoke-access/last-error.ts";

it.each([
  [
    "RevokeUnfinished",
    '{"errorType":"RevokeUnfinished","errorMessage":"Rate exceeded","trace":[]}',
    "RevokeUnfinished: Rate exceeded",
  ],
  ["States.Timeout", "", "States.Timeout"],
  ["Lambda.Unknown", "The cause could not be determined", "Lambda.Unknown"],
  ["Lambda.Unknown", "null", "Lambda.Unknown"],
])("says what %s with the cause %j ended with", (error, cause, words) => {
  expect(lastErrorOf({ error, cause })).toBe(words);
});
