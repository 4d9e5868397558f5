import type { EventPublisher, LockstepEvent } from "../../../lambdas/core/ports/events.ts";

/** A bus that keeps what was published. */
export class FakeEventPublisher implements EventPublisher {
  readonly published: LockstepEvent[] = [];
  /** While true, no event is accepted. */
  refusing = false;

  publish(event: LockstepEvent): Promise<void> {
    if (this.refusing) return Promise.reject(new Error(`Event ${event.id} was not accepted`));
    this.published.push(structuredClone(event));
    return Promise.resolve();
  }
}
