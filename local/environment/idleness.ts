import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { Application } from "../template/application.ts";

const LOOK_EVERY_MILLISECONDS = 20;

/** Where the runtime keeps what it has still to deliver: stream records, events to targets, asynchronous invocations. */
const pendingCollections = ({ eventSourceMappings }: Pick<Application, "eventSourceMappings">) => [
  ...eventSourceMappings.map(({ id }) => `lambda/event-source/${id}`),
  "events/deliveries",
  "lambda/asynchronous-invocations",
];

/** Resolves once nothing waits to be delivered any more; what fails and is tried again counts as waiting. */
export const untilDelivered = async (
  application: Pick<Application, "eventSourceMappings">,
  store: LocalStore,
  clock: Clock,
): Promise<void> => {
  const collections = pendingCollections(application);
  while (collections.some((collection) => store.list(collection).length > 0)) {
    await clock.sleep(LOOK_EVERY_MILLISECONDS);
  }
};
