import { createHash } from "node:crypto";
import type { JsonObject } from "../wire/json.ts";
import { itemSize } from "./attribute-value.ts";
import type { ItemChange } from "./changes.ts";

/** A stream record as a function gets it. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export interface StreamRecord extends JsonObject {
  readonly eventID: string;
  readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
  readonly eventSourceARN: string;
  readonly dynamodb: {
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime: number;
    readonly SequenceNumber: string;
    readonly [member: string]: JsonObject | string | number | undefined;
  };
}

const eventNameOf = ({ before, after }: ItemChange): StreamRecord["eventName"] => {
  if (after === undefined) return "REMOVE";
  return before === undefined ? "INSERT" : "MODIFY";
};

const NEW_IMAGES = ["NEW_IMAGE", "NEW_AND_OLD_IMAGES"];
const OLD_IMAGES = ["OLD_IMAGE", "NEW_AND_OLD_IMAGES"];

/** The record of a change; undefined when the table has no stream. */
export const streamRecord = (
  change: ItemChange,
  {
    sequenceNumber,
    at,
    region,
  }: { readonly sequenceNumber: string; readonly at: Date; readonly region: string },
): StreamRecord | undefined => {
  const { table, key, before, after } = change;
  const { streamArn, StreamSpecification } = table;
  if (streamArn === undefined || StreamSpecification === undefined) return undefined;
  const { StreamViewType } = StreamSpecification;
  const images = {
    ...(after !== undefined && NEW_IMAGES.includes(StreamViewType) && { NewImage: after }),
    ...(before !== undefined && OLD_IMAGES.includes(StreamViewType) && { OldImage: before }),
  };
  const size = itemSize(key) + Object.values(images).reduce((total, image) => total + itemSize(image), 0);
  return {
    eventID: createHash("md5").update(`${streamArn} ${sequenceNumber}`).digest("hex"),
    eventName: eventNameOf(change),
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at.getTime() / 1000),
      Keys: key,
      ...images,
      SequenceNumber: sequenceNumber,
      SizeBytes: size,
      StreamViewType,
    },
    eventSourceARN: streamArn,
  };
};
