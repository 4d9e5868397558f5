import type { RequestId } from "../domain/ids.ts";
import type { WakeupStore } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";

/** Tells the request's waiting execution, if one waits, to look at the request again. */
export const wakeWorkflow = async (
  {
    wakeups,
    workflow,
  }: { readonly wakeups: Pick<WakeupStore, "get">; readonly workflow: Pick<Workflow, "wake"> },
  requestId: RequestId,
): Promise<void> => {
  const taskToken = await wakeups.get(requestId);
  if (taskToken !== undefined) await workflow.wake(taskToken);
};
