import {
  accountIsClosed,
  approverLeaves,
  assignmentIsTakenAway,
  standingAccess,
  userIsDeleted,
} from "./aws-cli/behind-lockstep.ts";
import type { Ended } from "../e2e/support/child.ts";
import { explain, playScenes } from "./aws-cli/checks.ts";
import type { Tally } from "./aws-cli/checks.ts";
import { withEnvironmentProcess } from "./aws-cli/environment-process.ts";
import { lookInside } from "./aws-cli/look-inside.ts";
import { oneRequest } from "./aws-cli/one-request.ts";
import { exploreWorld } from "./aws-cli/world.ts";
import { writeAssignments, writeDirectory } from "./aws-cli/write-identities.ts";

/** The real AWS CLI against `npm start`: it looks inside, writes behind Lockstep's back, and sees access come and go. */

const SCENES = [
  lookInside,
  writeAssignments,
  writeDirectory,
  oneRequest,
  approverLeaves,
  standingAccess,
  assignmentIsTakenAway,
  userIsDeleted,
  // Last, because an account does not come back.
  accountIsClosed,
];

const print = (line: string): void => {
  console.log(line);
};

/** How the environment ends is one more check. */
const stopping = ({ code, stderr }: Ended): Tally => {
  const clean = code === 0;
  print(`${clean ? "ok    " : "FAILED"}  stopping: SIGTERM ends the environment with exit code 0`);
  if (!clean) print(`        it ended with ${String(code)}: ${stderr.trim()}`);
  return { passed: clean ? 1 : 0, failed: clean ? 0 : 1 };
};

const play = async (): Promise<Tally> => {
  print("Starting the environment (some seconds)");
  const { result, ended } = await withEnvironmentProcess(async (addresses) =>
    playScenes(await exploreWorld(addresses), SCENES, print),
  );
  const stopped = stopping(ended);
  return { passed: result.passed + stopped.passed, failed: result.failed + stopped.failed };
};

const { passed, failed } = await play().catch((error: unknown): Tally => {
  print(`FAILED  ${explain(error)}`);
  return { passed: 0, failed: 1 };
});
print(`${passed} passed, ${failed} failed`);
// Not only the exit code: after an interruption a scene may still be playing, against an environment that is gone.
process.exit(failed === 0 ? 0 : 1);
