import type { BreakGlassListQuery } from "../../contracts/http/break-glass.ts";
import { isBreakGlass, isUnreviewed, type BreakGlassRequest } from "../../domain/break-glass.ts";
import type { AccessRequestStore, Page, PageQuery } from "../../ports/stores.ts";
import { filled } from "../list-requests.ts";

interface Dependencies {
  readonly requests: Pick<AccessRequestStore, "listUnreviewedBreakGlass" | "listBreakGlass">;
}

interface Input {
  readonly status: BreakGlassListQuery["status"];
  readonly page: PageQuery;
}

/** Emergencies: those that nobody has reviewed, the oldest first; those that somebody has, or all, newest first. */
export const listBreakGlass =
  ({ requests }: Dependencies) =>
  async ({ status, page }: Input): Promise<Page<BreakGlassRequest>> => {
    const found = await listOf(requests, status, page);
    return { ...found, items: found.items.filter(isBreakGlass) };
  };

const listOf = (
  requests: Dependencies["requests"],
  status: Input["status"],
  page: PageQuery,
): ReturnType<AccessRequestStore["listBreakGlass"]> => {
  switch (status) {
    case "unreviewed":
      return requests.listUnreviewedBreakGlass(page);
    case "all":
      return requests.listBreakGlass(page);
    case "reviewed":
      return filled(
        (next) => requests.listBreakGlass(next),
        (items) => items.filter((request) => !isUnreviewed(request)),
        page,
      );
  }
};
