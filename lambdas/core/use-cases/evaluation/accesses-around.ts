import type { AccessRequest } from "../../domain/access-request.ts";
import { LATEST_START_SECONDS, LONGEST_DURATION_SECONDS } from "../../domain/duration.ts";
import { secondsAfter, type RequestId, type UserId } from "../../domain/ids.ts";
import type { Principal } from "../../domain/principal.ts";
import { spanOf, type Around, type Span } from "../../domain/stretch.ts";
import { targetKey, type Target } from "../../domain/target-coverage.ts";
import type { AccessRequestStore, Page, PageQuery } from "../../ports/stores.ts";

export interface AroundDependencies {
  readonly requests: Pick<AccessRequestStore, "listByRequester" | "listMadeFor">;
}

interface Asked {
  readonly requester: UserId;
  readonly principal: Principal;
  readonly targets: readonly Target[];
  /** The request that is being judged, which is not around itself. */
  readonly except?: RequestId | undefined;
  readonly now: Date;
}

/** A page is a query of the index and a batch of its items. */
const PAGE = 100;
/** 2,000 requests: seven a day, for as long back as matters. */
const MOST_PAGES = 20;

/** What was asked for longer ago began by now, and has lasted as long as any access may. */
const LOOKED_BACK_SECONDS = LATEST_START_SECONDS + LONGEST_DURATION_SECONDS;

/**
 * When else whoever would get the access has any of the same: by their own requests and by those that others made for them; of a
 * group, by the requester's. Two requests that are made at the same moment do not see one another: what begins
 * later is looked at again when it does.
 */
export const accessesAround = async (
  { requests }: AroundDependencies,
  { requester, principal, targets, except, now }: Asked,
): Promise<Around> => {
  const person = principal.type === "USER" ? principal.id : requester;
  const [own, madeFor] = await Promise.all([
    newest((page) => requests.listByRequester(person, page), now),
    principal.type === "USER" ? newest((page) => requests.listMadeFor(principal.id, page), now) : [],
  ]);
  if (own === "unknown" || madeFor === "unknown") return "unknown";
  const wanted = new Set(targets.map(targetKey));
  const isTheSame = ({ id, principal: its, entitlements }: AccessRequest): boolean =>
    id !== except &&
    its.id === principal.id &&
    entitlements.some(({ entitlement }) => wanted.has(targetKey(entitlement)));
  return [...own, ...madeFor].filter(isTheSame).flatMap((request): readonly Span[] => {
    const span = spanOf(request, now);
    return span === undefined ? [] : [span];
  });
};

const newest = async (
  list: (page: PageQuery) => Promise<Page<AccessRequest>>,
  now: Date,
): Promise<readonly AccessRequest[] | "unknown"> => {
  const oldest = secondsAfter(now, -LOOKED_BACK_SECONDS);
  const found: AccessRequest[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, cursor: next } = await list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...items);
    const last = items.at(-1);
    if (next === undefined || (last !== undefined && last.createdAt < oldest)) return found;
    cursor = next;
  }
  return "unknown";
};
