import type { LocalStore } from "../store.ts";
import type { Application } from "../template/application.ts";
import type { BusEvent } from "./event.ts";

const COLLECTION = "cloudformation/stacks";

/**
 * The end of each stack's deployment, as CloudFormation tells the default bus: a stack that is new to the store was created,
 * one whose template is another than at the last start was updated.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
 */
export const announceDeployments = (dependencies: {
  readonly application: Pick<Application, "environment" | "stacks">;
  readonly store: LocalStore;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly publish: (event: BusEvent) => void;
}): void => {
  const { application, store, newId, now, publish } = dependencies;
  const { accountId, region } = application.environment;
  for (const { name, id, fingerprint } of application.stacks) {
    const deployed = store.get(COLLECTION, name);
    if (deployed === fingerprint) continue;
    publish({
      version: "0",
      id: newId(),
      "detail-type": "CloudFormation Stack Status Change",
      source: "aws.cloudformation",
      account: accountId,
      time: now().toISOString(),
      region,
      resources: [id],
      detail: {
        "stack-id": id,
        "status-details": {
          status: deployed === undefined ? "CREATE_COMPLETE" : "UPDATE_COMPLETE",
          "status-reason": "",
        },
        "client-request-token": "",
      },
    });
    store.put(COLLECTION, name, fingerprint);
  }
};
