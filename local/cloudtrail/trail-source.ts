import type { BusEvent } from "../events/event.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Masking } from "./members.ts";

/** What a service announces by itself after a call: not an API call, but its result. */
export interface ServiceEvent {
  readonly eventName: string;
  readonly details: JsonObject;
  /** How long after the call. */
  readonly afterMilliseconds: number;
}

/** How a service's calls appear in CloudTrail. */
export interface TrailSource {
  /** Such as `sso`: its events are of `sso.amazonaws.com`, and on the bus of `aws.sso`. */
  readonly service: string;
  /** Where the calls are logged. */
  readonly region: string;
  readonly masking: Masking;
  readonly announcedAfter?: (
    operation: string,
    input: JsonObject,
    output: JsonObject,
  ) => readonly ServiceEvent[];
}

/** Takes an event for the default event bus, where it is to arrive after so many milliseconds. */
export type OnTrailEvent = (event: BusEvent, afterMilliseconds: number) => void;
