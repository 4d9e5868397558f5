import type { AttributeValue } from "aws-lambda";
import type { AccessRequest } from "../../core/domain/access-request.ts";
import type { ChangeMark } from "../../core/domain/configuration/entry.ts";
import { accessRequestOf } from "./access-request-store.ts";
import { changeIn } from "./configuration-item.ts";
import { SWEPT } from "./keys.ts";

/** The value that DynamoDB's JSON stands for, of the types that Lockstep's items have (no sets, no binary). */
const plain = (value: AttributeValue): unknown => {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plain);
  if (value.M !== undefined) return plainMap(value.M);
  throw new TypeError(`Lockstep's items have no attribute of type ${Object.keys(value).join()}`);
};

/** An item of a stream record, as the program reads it. */
export const plainMap = (map: Readonly<Record<string, AttributeValue>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, plain(value)]));

/** Whether the sweep wrote it, which put the request off: no transition was made. The stream's filter drops such records. */
export const isPutOff = (image: Readonly<Record<string, AttributeValue>>): boolean => SWEPT in image;

/** Whether it is an item of the Config table that somebody has changed. The stream's filter lets no others through. */
export const isConfiguration = (image: Readonly<Record<string, AttributeValue>>): boolean =>
  "change" in image;

/** The newest change of an item of configuration. */
export const configurationChangeOfImage = (image: Readonly<Record<string, AttributeValue>>): ChangeMark => {
  const change = changeIn(plainMap(image));
  if (change === undefined) throw new Error("An item of configuration without a change passed the filter");
  return change;
};

/** The request in a stream record's new image of an item whose `kind` is `request`. */
export const accessRequestOfImage = (image: Readonly<Record<string, AttributeValue>>): AccessRequest =>
  accessRequestOf(plainMap(image));
