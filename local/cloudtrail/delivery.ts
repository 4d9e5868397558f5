import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { BusEvent } from "../events/event.ts";
import type { OnTrailEvent } from "./trail-source.ts";

/**
 * How many milliseconds after the event each copy of it arrives, for "AWS services deliver events to CloudTrail on a best
 * effort basis" (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html): no number loses
 * it, two deliver it twice, and a later one than the next event's puts it after that.
 */
export type ArrivalsOf = (event: BusEvent) => readonly number[];

/** The way of events to the bus. */
export interface TrailDelivery {
  readonly onEvent: OnTrailEvent;
  /** Loses what has not arrived. */
  readonly stop: () => void;
}

const AT_ONCE: readonly number[] = [0];

/** Delivers events to `deliver`, by the clock; as they come unless `arrivalsOf` says otherwise. */
export const createTrailDelivery = ({
  clock,
  deliver,
  arrivalsOf = () => AT_ONCE,
}: {
  readonly clock: Clock;
  readonly deliver: (event: BusEvent) => void;
  readonly arrivalsOf?: ArrivalsOf | undefined;
}): TrailDelivery => {
  const stopping = new AbortController();
  const { signal } = stopping;

  const deliverLater = async (event: BusEvent, milliseconds: number) => {
    await clock.sleep(milliseconds, signal);
    if (!signal.aborted) deliver(event);
  };

  return {
    onEvent: (event, afterMilliseconds) => {
      for (const arrival of arrivalsOf(event)) {
        const milliseconds = afterMilliseconds + arrival;
        if (milliseconds <= 0) deliver(event);
        else void deliverLater(event, milliseconds);
      }
    },
    stop: () => {
      stopping.abort();
    },
  };
};
