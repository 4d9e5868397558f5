import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { EventPublisher } from "../../core/ports/events.ts";
import { RetryableError } from "../../core/domain/errors.ts";
import { orUnavailable } from "../aws-errors.ts";
import type { ClientsFor } from "../aws-clients.ts";

export interface EventPublisherDeps {
  readonly clientsFor: ClientsFor;
  /** Name or ARN of the `lockstep` bus. */
  readonly busName: string;
}

/** The source of every event of Lockstep's. */
const EVENT_SOURCE = "lockstep";

/** Publishes on the `lockstep` event bus: the type as `detail-type`, and `id` and `at` in the detail beside the event's own. */
export const eventPublisher = ({ clientsFor, busName }: EventPublisherDeps): EventPublisher => {
  const client = clientsFor("home", "state").client(EventBridgeClient);
  return {
    publish: async ({ id, type, at, detail }) => {
      const put = new PutEventsCommand({
        Entries: [
          {
            EventBusName: busName,
            Source: EVENT_SOURCE,
            DetailType: type,
            Time: new Date(at),
            Detail: JSON.stringify({ id, at, ...detail }),
          },
        ],
      });
      const { FailedEntryCount, Entries } = await orUnavailable("EventsUnavailable", () => client.send(put));
      // PutEvents answers 200 for an entry that it did not take
      // (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html).
      if (FailedEntryCount !== 0) {
        const reason = Entries?.[0]?.ErrorCode ?? "no reason given";
        throw new RetryableError("EventsUnavailable", `Event ${id} was not accepted: ${reason}`);
      }
    },
  };
};
