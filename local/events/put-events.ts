import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { NamedResource } from "../template/rules.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { Caller, Operation } from "../wire/service.ts";
import type { BusEvent } from "./event.ts";

const EntrySchema = z.object({
  Source: z.optional(z.string()),
  DetailType: z.optional(z.string()),
  Detail: z.optional(z.string()),
  EventBusName: z._default(z.string(), "default"),
  Resources: z._default(z.array(z.string()), []),
  /** Seconds since 1970. */
  Time: z.optional(z.number()),
});
/** "up to 10 entries": https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const InputSchema = z.object({ Entries: z.array(EntrySchema).check(z.minLength(1), z.maxLength(10)) });

type Entry = z.infer<typeof EntrySchema>;

interface Dependencies {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly region: string;
  readonly busOf: (nameOrArn: string) => NamedResource | undefined;
  readonly publish: (event: BusEvent, busName: string) => void;
  readonly onPutEvents: (caller: Caller, count: number) => void;
}

const failure = (ErrorCode: string, ErrorMessage: string): JsonObject => ({ ErrorCode, ErrorMessage });

const required = (name: string) =>
  failure("InvalidArgument", `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);

const detailIn = (text: string): JsonObject | undefined => {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === "object" && detail !== null && !Array.isArray(detail)
      ? (detail as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
};

/** Each entry is taken or refused by itself; the call succeeds all the same. */
export const putEvents = ({ clock, newId, region, busOf, publish, onPutEvents }: Dependencies): Operation => {
  const put = (entry: Entry, caller: Caller): JsonObject => {
    const { Source, DetailType, Detail, EventBusName, Resources, Time } = entry;
    if (Source === undefined || Source === "") return required("Source");
    if (DetailType === undefined || DetailType === "") return required("DetailType");
    if (Detail === undefined) return required("Detail");
    if (Source.startsWith("aws.")) return failure("NotAuthorizedForSource", "Not authorized for the source.");
    const detail = detailIn(Detail);
    if (detail === undefined) return failure("MalformedDetail", "Detail is malformed.");
    const bus = busOf(EventBusName);
    // AWS drops such an event and says nothing; here a wrong name should show.
    if (bus === undefined)
      return failure("ResourceNotFoundException", `Event bus ${EventBusName} does not exist.`);
    const id = newId();
    const event: BusEvent = {
      version: "0",
      id,
      "detail-type": DetailType,
      source: Source,
      account: caller.accountId,
      time: (Time === undefined ? clock.now() : new Date(Time * 1000)).toISOString(),
      region,
      resources: Resources,
      detail,
    };
    publish(event, bus.name);
    return { EventId: id };
  };

  return (input, caller) => {
    const parsed = z.safeParse(InputSchema, input);
    if (!parsed.success) {
      throw new AwsError("ValidationException", parsed.error.issues.map(({ message }) => message).join("; "));
    }
    const Entries = parsed.data.Entries.map((entry) => put(entry, caller));
    const failed = Entries.filter((entry) => "ErrorCode" in entry).length;
    onPutEvents(caller, Entries.length - failed);
    return { FailedEntryCount: failed, Entries };
  };
};
