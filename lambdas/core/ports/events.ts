/** An event for the `lockstep` bus: ids, no justification, no names. `id` is the same for every delivery of the same event. */
export interface LockstepEvent {
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Throws RetryableError `EventsUnavailable` when an event was not accepted; the stream then delivers its record again. */
export interface EventPublisher {
  publish(event: LockstepEvent): Promise<void>;
}
