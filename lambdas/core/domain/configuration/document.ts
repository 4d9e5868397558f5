import * as z from "zod/mini";
import { DomainError } from "../errors.ts";
import { canonicalJson, hashOf } from "../hash.ts";
import { nounOf, type Subject } from "./subject.ts";

/** An item of configuration as the trail shows it: as it is stored, ids and names, and no secret. */
export const ConfigurationDocumentSchema = z.record(z.string(), z.json());
export type ConfigurationDocument = z.infer<typeof ConfigurationDocumentSchema>;

/**
 * The most bytes of an item's canonical JSON. DynamoDB takes items of 400 KB, 409,600 bytes
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html), and both an item, which keeps what it
 * was before, and an audit entry, of before and after, hold two: 380,000 bytes, which leave 29,600 for keys, hashes and names.
 * DynamoDB counts no more for a value than its JSON has, but for a byte or two a list or number
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export const LARGEST_DOCUMENT_BYTES = 190_000;

/** The item without what lets somebody in: whoever reads the trail may not be let in by it. */
export const documentOf = (item: object): ConfigurationDocument => {
  const { externalId: _secret, ...document } = item as { readonly externalId?: unknown };
  // As the table gives it back: without what is undefined.
  return JSON.parse(JSON.stringify(document)) as ConfigurationDocument;
};

const bytesOf = (document: ConfigurationDocument): number => Buffer.byteLength(canonicalJson(document));

/** Throws DomainError `configuration-too-large`. */
export const refuseTooLarge = ({ kind, name }: Subject, document: ConfigurationDocument): void => {
  const bytes = bytesOf(document);
  if (bytes <= LARGEST_DOCUMENT_BYTES) return;
  throw new DomainError(
    "configuration-too-large",
    `With ids for its names, the ${nounOf[kind]} ${name} has ${String(bytes)} bytes; at most ${String(LARGEST_DOCUMENT_BYTES)} are kept. Name fewer things one by one, or make several of it.`,
  );
};

/** What an item was, for the trail: by its hash alone where an earlier version, which had no bound, let it grow too large to keep. */
export const formerDocument = (document: ConfigurationDocument): ConfigurationDocument => {
  const bytes = bytesOf(document);
  return bytes <= LARGEST_DOCUMENT_BYTES ? document : { tooLarge: { bytes, sha256: hashOf(document) } };
};
