import type { AccessRequest, RequestIn } from "./access-request.ts";
import { NO_PREVIOUS_HASH, linkEntry, type Actor, type AuditEntry } from "./audit.ts";
import { timestamp } from "./ids.ts";
import { transitions, type From, type To, type TransitionName } from "./transitions.ts";

/**
 * How many of its newest audit entries an item keeps at least, to heal a gap in the trail from: all of a usual cycle's six
 * transitions. An entry is some 400 bytes, so that a usual request's item stays under 4 KB, one read unit.
 */
const TRAIL_KEPT = 6;

/**
 * Younger entries are kept, however many: the sweep looks at a trail within seven minutes of a change, but not before two
 * minutes without one.
 */
const TRAIL_KEPT_MILLISECONDS = 30 * 60 * 1000;

type First = "ApprovalNeeded" | "AutomaticallyApproved" | "BreakGlassUsed";

/** Everything of a status but what this module keeps itself. */
type Draft<Request> = Request extends AccessRequest ? Omit<Request, "version" | "trail" | "status"> : never;

/** Who made a transition, when, and what the audit entry says of it (ids and reasons, never a token). */
export interface Occasion {
  readonly actor: Actor;
  readonly now: Date;
  readonly details?: AuditEntry["details"];
}

const advance = (
  name: TransitionName,
  draft: Draft<AccessRequest>,
  trail: readonly AuditEntry[],
  occasion: Occasion,
) => {
  const status = transitions[name].to;
  const last = trail.at(-1);
  const entry = linkEntry({
    requestId: draft.id,
    sequence: (last?.sequence ?? 0) + 1,
    type: name,
    at: timestamp(occasion.now),
    actor: occasion.actor,
    status,
    details: occasion.details ?? {},
    previousHash: last?.hash ?? NO_PREVIOUS_HASH,
  });
  const keptFrom = timestamp(new Date(occasion.now.getTime() - TRAIL_KEPT_MILLISECONDS));
  const older = trail.slice(0, -(TRAIL_KEPT - 1)).filter(({ at }) => at > keptFrom);
  const kept = [...older, ...trail.slice(-(TRAIL_KEPT - 1)), entry];
  return { ...draft, status, version: entry.sequence, trail: kept };
};

/** A request's first version, with the first link of its chain. */
export const begin = <Name extends First>(
  name: Name,
  draft: Draft<RequestIn<To<Name>>>,
  occasion: Occasion,
): RequestIn<To<Name>> =>
  // The status is the table's `to` of `name`, which the compiler cannot follow through the table.
  advance(name, draft, [], occasion) as unknown as RequestIn<To<Name>>;

/** The request's next version: the transition's audit entry is part of the very write that makes it. */
export const evolve = <Name extends Exclude<TransitionName, First>>(
  name: Name,
  request: AccessRequest & RequestIn<From<Name>>,
  draft: Draft<RequestIn<To<Name>>>,
  occasion: Occasion,
): RequestIn<To<Name>> =>
  advance(name, draft, (request as AccessRequest).trail, occasion) as unknown as RequestIn<To<Name>>;

/** The fields that every status shares, to build the next draft from. */
export const commonOf = (request: AccessRequest) => ({
  id: request.id,
  requester: request.requester,
  principal: request.principal,
  entitlements: request.entitlements,
  flow: request.flow,
  duration: request.duration,
  durationSeconds: request.durationSeconds,
  justification: request.justification,
  ...(request.ticket === undefined ? {} : { ticket: request.ticket }),
  ...(request.timeframe === undefined ? {} : { timeframe: request.timeframe }),
  createdAt: request.createdAt,
  ...(request.startAt === undefined ? {} : { startAt: request.startAt }),
  ...(request.atStart === undefined ? {} : { atStart: request.atStart }),
  ...(request.automatic === undefined ? {} : { automatic: request.automatic }),
  approval: request.approval,
  ...(request.breakGlass === undefined ? {} : { breakGlass: request.breakGlass }),
  ...(request.extensions === undefined ? {} : { extensions: request.extensions }),
  frozen: request.frozen,
  answered: request.answered,
});
