import type { AccessRequest } from "./access-request.ts";

/*
 * Access that follows access. Each of two requests may be short, and what somebody has of them is as long as both.
 */

/** A time for which somebody has access, had it, or will have it. */
export interface Span {
  readonly from: Date;
  readonly until: Date;
}

/** When else somebody has the same access; unknown: they have asked too often to look at it all. */
export type Around = readonly Span[] | "unknown";

/**
 * Access that begins again sooner is not over in between: a session that was issued with it lasts an hour, if its permission set says
 * nothing else (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html).
 */
const PAUSE_SECONDS = 3600;

/** How long the access lasts with what it follows and what follows it. Time that two of them share counts once, and pauses do not. */
export const stretchSeconds = (span: Span, around: readonly Span[]): number => {
  let seconds = 0;
  let end = Number.NEGATIVE_INFINITY;
  let isIts = false;
  for (const one of [span, ...around].toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    const [from, until] = [one.from.getTime() / 1000, one.until.getTime() / 1000];
    if (from - end >= PAUSE_SECONDS) {
      if (isIts) break;
      seconds = 0;
      end = Number.NEGATIVE_INFINITY;
    }
    seconds += Math.max(0, until - Math.max(from, end));
    end = Math.max(end, until);
    isIts ||= one === span;
  }
  return seconds;
};

/** When the request gives its access, as far as is known; undefined: it never does, or nobody has decided yet. */
export const spanOf = (request: AccessRequest, now: Date): Span | undefined => {
  switch (request.status) {
    case "approved":
    case "scheduled": {
      const from = request.startAt === undefined ? now : new Date(request.startAt);
      return { from, until: new Date(from.getTime() + request.durationSeconds * 1000) };
    }
    case "granting":
      return { from: now, until: new Date(request.expiresAt) };
    case "active":
      return { from: new Date(request.activeAt), until: new Date(request.expiresAt) };
    case "revoking":
    case "stuck":
      return request.activeAt === undefined ? undefined : { from: new Date(request.activeAt), until: now };
    case "ended":
    case "failed":
      return request.activeAt === undefined
        ? undefined
        : { from: new Date(request.activeAt), until: new Date(request.ended.at) };
    case "pending":
    case "rejected":
    case "cancelled":
    case "lapsed":
      return undefined;
  }
};
