import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../contracts/http/cursor.ts";
import type { RequestListQuery } from "../contracts/http/requests.ts";
import { SeersOfEveryRequest } from "../contracts/roles.ts";
import type { AccessRequest, Status } from "../domain/access-request.ts";
import { groupsThatMatter, hasDecided, openApprovalOf, standingOf } from "../domain/approval.ts";
import { timestamp } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory } from "../ports/directory.ts";
import type { AccessRequestStore, Page, PageQuery } from "../ports/stores.ts";
import { requireOneOf, type RolesOf } from "./directory-roles.ts";

interface ToApproveDependencies {
  readonly requests: Pick<AccessRequestStore, "listByStatus" | "listWaitingExtensions">;
  readonly directory: Pick<Directory, "memberships">;
  readonly clock: Pick<Clock, "now">;
}

interface Dependencies extends ToApproveDependencies {
  readonly requests: ToApproveDependencies["requests"] &
    Pick<AccessRequestStore, "listByRequester" | "listMadeFor" | "list">;
  readonly rolesOf: RolesOf;
}

interface ListInput {
  readonly caller: Person;
  readonly query: Omit<RequestListQuery, "cursor"> & { readonly cursor?: string | undefined };
}

/**
 * The caller's own requests, those that others made for them, those that wait for their decision, or, for auditors and administrators, everybody's: newest first.
 * A page may hold fewer than were asked for; only one without a cursor is the last.
 */
export const listRequests =
  (dependencies: Dependencies) =>
  async ({ caller, query }: ListInput): Promise<Page<AccessRequest>> => {
    const { requests } = dependencies;
    const { view, status, limit, cursor } = query;
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const inStatus = (items: readonly AccessRequest[]) =>
      items.filter((request) => status === undefined || request.status === status);
    switch (view) {
      case "mine":
        return filled((next) => requests.listByRequester(caller.userId, next), inStatus, page);
      case "for-me":
        return filled((next) => requests.listMadeFor(caller.userId, next), inStatus, page);
      case "to-approve":
        return listToApprove(dependencies)({ caller, page, ...(status === undefined ? {} : { status }) });
      case "all":
        await requireOneOf(dependencies.rolesOf)(caller, SeersOfEveryRequest);
        return status === undefined ? requests.list(page) : requests.listByStatus(status, page);
    }
  };

interface ToApproveInput {
  readonly caller: Person;
  readonly page: PageQuery;
  /** Only requests in this status; a request that is not over waits for approval while pending, and for more time while active. */
  readonly status?: Status;
}

/**
 * What the person may decide now, being an approver of the step that waits, and neither requester nor beneficiary:
 * first the pending requests, newest first; then the extensions, that with the nearest deadline first.
 */
export const listToApprove =
  (dependencies: ToApproveDependencies) =>
  async ({ caller, page, status }: ToApproveInput): Promise<Page<AccessRequest>> => {
    const lists = LISTS.filter((list) => status === undefined || status === list);
    return lists.length === 0
      ? { items: [] }
      : filled(
          (next) => readInTurn(dependencies, lists, next),
          (items) => decidable(dependencies, items, caller),
          page,
        );
  };

/** What waits for approval, by the request's status: requests, and extensions of those that are active. */
const LISTS = ["pending", "active"] as const;
type List = (typeof LISTS)[number];

/** A list, and where in it; without `at`, its beginning. */
const PlaceSchema = z.strictObject({ list: z.enum(LISTS), at: z.optional(z.string()) });

/** A page of the first list; after its last one, of the next. */
const readInTurn = async (
  { requests, clock }: ToApproveDependencies,
  lists: readonly List[],
  { limit, cursor }: PageQuery,
): Promise<Page<AccessRequest>> => {
  const place = cursor === undefined ? undefined : decodeCursor(PlaceSchema, cursor);
  const list = place?.list ?? lists[0] ?? "pending";
  const page = { limit, ...(place?.at === undefined ? {} : { cursor: place.at }) };
  const { items, cursor: at } =
    list === "pending"
      ? await requests.listByStatus("pending", page)
      : await requests.listWaitingExtensions(clock.now(), page);
  const following = lists[lists.indexOf(list) + 1];
  const next = at === undefined ? following && { list: following } : { list, at };
  return { items, ...(next === undefined ? {} : { cursor: encodeCursor(next) }) };
};

const decidable = async (
  { directory, clock }: ToApproveDependencies,
  requests: readonly AccessRequest[],
  { userId }: Person,
): Promise<readonly AccessRequest[]> => {
  const groups = [...new Set(requests.flatMap(groupsThatMatter))];
  const memberships = groups.length === 0 ? new Set<never>() : await directory.memberships(userId, groups);
  const now = clock.now();
  return requests.filter((request) => {
    const open = openApprovalOf(request);
    return (
      open !== undefined &&
      open.deadline > timestamp(now) &&
      !hasDecided(open.approval, userId) &&
      standingOf(request, open.approval, userId, memberships, now) === "approver"
    );
  });
};

/** How many pages of the store one answer may read: a filter that lets nothing through must not read the whole table. */
const PAGES_READ = 10;

/** Reads on until a page is full, so that a filter does not leave holes in it. */
export const filled = async (
  read: (page: PageQuery) => Promise<Page<AccessRequest>>,
  filter: (items: readonly AccessRequest[]) => Promise<readonly AccessRequest[]> | readonly AccessRequest[],
  { limit, cursor: start }: PageQuery,
): Promise<Page<AccessRequest>> => {
  const found: AccessRequest[] = [];
  let cursor = start;
  for (let pages = 0; pages < PAGES_READ; pages += 1) {
    const page = await read({ limit: limit - found.length, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...(await filter(page.items)));
    cursor = page.cursor;
    if (cursor === undefined) return { items: found };
    if (found.length === limit) break;
  }
  return { items: found, ...(cursor === undefined ? {} : { cursor }) };
};
