import type { RequestListQuery } from "../contracts/http/requests.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { groupsThatMatter, standingOf } from "../domain/approval.ts";
import type { Person } from "../domain/principal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory } from "../ports/directory.ts";
import type { AccessRequestStore, Page, PageQuery } from "../ports/stores.ts";
import { requireAdministrator } from "./require-administrator.ts";

interface ToApproveDependencies {
  readonly requests: Pick<AccessRequestStore, "listByStatus">;
  readonly directory: Pick<Directory, "memberships">;
  readonly clock: Pick<Clock, "now">;
}

interface Dependencies extends ToApproveDependencies {
  readonly requests: Pick<AccessRequestStore, "listByRequester" | "listByStatus" | "list">;
  readonly isAdministrator: (person: Person) => Promise<boolean>;
}

interface ListInput {
  readonly caller: Person;
  readonly query: Omit<RequestListQuery, "cursor"> & { readonly cursor?: string | undefined };
}

/**
 * The caller's own requests, those that wait for their decision, or, for administrators, everybody's: newest first.
 * A page may hold fewer than were asked for; only one without a cursor is the last.
 */
export const listRequests =
  (dependencies: Dependencies) =>
  async ({ caller, query }: ListInput): Promise<Page<AccessRequest>> => {
    const { requests } = dependencies;
    const { view, status, limit, cursor } = query;
    const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
    switch (view) {
      case "mine":
        return filled(
          (next) => requests.listByRequester(caller.userId, next),
          (items) => items.filter((request) => status === undefined || request.status === status),
          page,
        );
      case "to-approve":
        if (status !== undefined && status !== "pending") return { items: [] };
        return listToApprove(dependencies)({ caller, page });
      case "all":
        await requireAdministrator(dependencies.isAdministrator)(caller);
        return status === undefined ? requests.list(page) : requests.listByStatus(status, page);
    }
  };

/** The pending requests that the person may decide now: an approver of the step that waits, and neither requester nor beneficiary. */
export const listToApprove =
  (dependencies: ToApproveDependencies) =>
  ({ caller, page }: { readonly caller: Person; readonly page: PageQuery }): Promise<Page<AccessRequest>> =>
    filled(
      (next) => dependencies.requests.listByStatus("pending", next),
      (items) => decidable(dependencies, items, caller),
      page,
    );

const decidable = async (
  { directory, clock }: ToApproveDependencies,
  requests: readonly AccessRequest[],
  { userId }: Person,
): Promise<readonly AccessRequest[]> => {
  const groups = [...new Set(requests.flatMap(groupsThatMatter))];
  const memberships = groups.length === 0 ? new Set<never>() : await directory.memberships(userId, groups);
  const now = clock.now().toISOString();
  return requests.filter(
    (request) =>
      request.status === "pending" &&
      request.deadline > now &&
      !request.approval.decisions.some(({ by }) => by.userId === userId) &&
      standingOf(request, userId, memberships) === "approver",
  );
};

/** How many pages of the store one answer may read: a filter that lets nothing through must not read the whole table. */
const PAGES_READ = 10;

/** Reads on until a page is full, so that a filter does not leave holes in it. */
const filled = async (
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
