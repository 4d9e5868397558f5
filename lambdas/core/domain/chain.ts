import { chainOf, subjectOf, type Subject } from "./configuration/subject.ts";
import { RequestIdSchema, type RequestId } from "./ids.ts";

/** What a chain of the audit trail is about, and says with each of its entries: a request, or an item of configuration. */
export type ChainOwner = { readonly requestId: RequestId } | { readonly subject: Subject };

/** The id of a chain: a request's own, or an item's kind and name with a slash between, which no request's id has. */
export const chainIdOf = (owner: ChainOwner): string =>
  "requestId" in owner ? owner.requestId : chainOf(owner.subject);

/** What the chain of an id is about; undefined for what is no chain's id. */
export const ownerOf = (chain: string): ChainOwner | undefined => {
  const requestId = RequestIdSchema.safeParse(chain).data;
  if (requestId !== undefined) return { requestId };
  const subject = subjectOf(chain);
  return subject && { subject };
};
