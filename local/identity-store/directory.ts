import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { operationsAnswering } from "../identity/operation.ts";
import { pageRead, type Page, type PageRequest, type ReadRange } from "../identity/paging.ts";
import type { LocalStore } from "../store.ts";
import { AwsError } from "../wire/service.ts";
import type { GroupRecord, IdentityStoreDocuments, MembershipRecord, UserRecord } from "./records.ts";

/** What every operation of the directory works with. */
export interface Directory {
  readonly identityStoreId: string;
  readonly identityStoreArn: string;
  readonly documents: IdentityStoreDocuments;
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly newId: () => string;
}

const invalid = (message: string): AwsError => new AwsError("ValidationException", message);

export const defineOperation = operationsAnswering(invalid);

/** "Performing the requested operation would violate an existing uniqueness claim" (ConflictException). */
export const notUnique = (message: string): AwsError =>
  new AwsError("ConflictException", message, 400, { Reason: "UNIQUENESS_CONSTRAINT_VIOLATION" });

export const notFound = (type: "USER" | "GROUP" | "GROUP_MEMBERSHIP" | "IDENTITY_STORE"): AwsError =>
  new AwsError("ResourceNotFoundException", `${type} not found.`, 400, { ResourceType: type });

export const invalidAttribute = invalid;

/** `([0-9a-f]{10}-|)` and a UUID (API_DescribeUser, "UserId"). */
export const resourceId = z
  .string()
  .check(
    z.regex(
      /^([0-9a-f]{10}-|)[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}$/,
      "Member must satisfy regular expression pattern: ([0-9a-f]{10}-|)[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}",
    ),
  );

/** The largest page is 100 (API_ListUsers, "MaxResults"). */
const LARGEST_PAGE = 100;

export const pageMembers = {
  MaxResults: z.optional(
    z
      .int()
      .check(
        z.minimum(1, "Member must have value greater than or equal to 1"),
        z.maximum(LARGEST_PAGE, "Member must have value less than or equal to 100"),
      ),
  ),
  NextToken: z.optional(z.string()),
};

/** A page of what the store holds, at the cost of the page. */
export const paged = <T>(read: ReadRange<T>, request: PageRequest): Page<T> =>
  pageRead(read, request, LARGEST_PAGE, () => invalid("Invalid NextToken"));

/** What every filter names: one record, or none when there is no such record or they name different ones. */
export const namedByAll =
  <T>(
    names: readonly string[],
    records: {
      readonly idNamed: (name: string) => string | undefined;
      readonly get: (id: string) => T | undefined;
    },
  ): ReadRange<T> =>
  () => {
    const [name, ...others] = new Set(names);
    const id = name === undefined || others.length > 0 ? undefined : records.idNamed(name);
    const document = id === undefined ? undefined : records.get(id);
    return id === undefined || document === undefined ? [] : [{ id, document }];
  };

export const memberId = z.object({ UserId: resourceId });

/** The schema of an operation's input: `members`, and the identity store that every operation names. */
export const inputOf = <M extends z.core.$ZodLooseShape>(members: M) =>
  z.object({ IdentityStoreId: z.string(), ...members });

export const userOf = (directory: Directory, userId: string): UserRecord => {
  const user = directory.documents.users.get(userId);
  if (user === undefined) throw notFound("USER");
  return user;
};

export const groupOf = (directory: Directory, groupId: string): GroupRecord => {
  const group = directory.documents.groups.get(groupId);
  if (group === undefined) throw notFound("GROUP");
  return group;
};

/** Deletes the memberships that `read` reads: they do not outlive their group or member. */
export const deleteMemberships = (directory: Directory, read: ReadRange<MembershipRecord>): void => {
  for (const { document } of read({ limit: Infinity })) directory.documents.memberships.delete(document);
};

/** Now, in the seconds that the JSON protocol carries. */
export const nowInSeconds = (directory: Directory): number => directory.clock.now().getTime() / 1000;
