import type { SQSBatchResponse } from "aws-lambda";
import type { BusEvent } from "../../../local/events/event.ts";
import type { VirtualTime } from "../../simulation/virtual-time.ts";
import type { HostedFunction } from "./hosted-function.ts";

interface Message {
  readonly id: string;
  readonly body: string;
  received: number;
}

/** lib/constructs/inventory-rules.ts: messages of an invocation, and how long one that is not done stays away (milliseconds). */
const BATCH = 10;
const VISIBILITY_TIMEOUT = 6 * 60_000;

/** The queue of changes in front of the function that looks at them: one batch at a time, and again what is not done. */
export class EventQueue {
  private readonly time: VirtualTime;
  private readonly watcher: HostedFunction;
  private readonly waiting: Message[] = [];
  private isDelivering = false;
  private sent = 0;

  constructor(time: VirtualTime, watcher: HostedFunction) {
    this.time = time;
    this.watcher = watcher;
  }

  /** Takes an event, as the bus's rule does. */
  send(event: BusEvent): void {
    this.put({ id: `message-${(this.sent += 1)}`, body: JSON.stringify(event), received: 0 });
  }

  private put(message: Message): void {
    this.waiting.push(message);
    if (!this.isDelivering) void this.deliver();
  }

  private async deliver(): Promise<void> {
    this.isDelivering = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, BATCH);
      const answer = await this.watcher.invoke({
        Records: batch.map((message) => {
          message.received += 1;
          const { id, body, received } = message;
          return { messageId: id, body, attributes: { ApproximateReceiveCount: String(received) } };
        }),
      });
      for (const message of notDone(batch, answer)) {
        this.time.at(this.time.milliseconds + VISIBILITY_TIMEOUT, () => {
          this.put(message);
        });
      }
    }
    this.isDelivering = false;
  }
}

/** An invocation that failed has done none of them. */
const notDone = (
  batch: readonly Message[],
  answer: Awaited<ReturnType<HostedFunction["invoke"]>>,
): readonly Message[] => {
  if ("functionError" in answer) return batch;
  const { batchItemFailures } = answer.payload as unknown as SQSBatchResponse;
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return batch.filter(({ id }) => failed.has(id));
};
