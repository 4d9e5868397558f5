import { PAYLOAD_VERSION } from "../contracts/workflow.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { WakeupStore } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";

/**
 * Tells the request's waiting execution, if one waits, to look at the request again. Where none ever waited, its start
 * may have been lost: an approved request is started now, and one that runs already stays as it is.
 */
export const wakeWorkflow = async (
  { wakeups, workflow }: { readonly wakeups: Pick<WakeupStore, "get">; readonly workflow: Workflow },
  { id, status }: AccessRequest,
): Promise<void> => {
  const taskToken = await wakeups.get(id);
  if (taskToken !== undefined) await workflow.wake(taskToken);
  else if (status === "approved") {
    await workflow.start(id, { version: PAYLOAD_VERSION, requestId: id, begin: "grant" });
  }
};
