import type { AccessFlow } from "./access-flow.ts";
import { isOver, type AccessRequest, type RequestedEntitlement } from "./access-request.ts";
import { durationText, parseDuration } from "./duration.ts";
import { secondsAfter, type Timestamp } from "./ids.ts";

/*
 * A session that was begun with an assignment outlives it: Identity Center takes away the right to begin another one,
 * and the credentials of the role live on until the permission set's session duration is over
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html).
 */

/** A permission set, with how long its sessions last; undefined: nobody knows. */
export interface PermissionSetSession {
  readonly permissionSetName: string;
  readonly sessionSeconds: number | undefined;
}

/** Seconds of a session duration as Identity Center gives it (ISO 8601); undefined for what is none. */
export const sessionSecondsOf = (sessionDuration: string): number | undefined => {
  const seconds = parseDuration(sessionDuration);
  return seconds === undefined || seconds < 1 ? undefined : seconds;
};

/** Of these permission sets those whose sessions last too long for the flow, or nobody knows how long, in words. */
export const tooLongSessions = (
  { settings }: Pick<AccessFlow, "settings">,
  sessions: readonly PermissionSetSession[],
): readonly string[] => {
  const { maxSessionSeconds } = settings;
  if (maxSessionSeconds === undefined) return [];
  return sessions.flatMap(({ permissionSetName, sessionSeconds }) => {
    if (sessionSeconds !== undefined && sessionSeconds <= maxSessionSeconds) return [];
    const found = sessionSeconds === undefined ? "unknown length" : durationText(sessionSeconds);
    return [`permission set ${permissionSetName} has sessions of ${found}`];
  });
};

/** What can be said of the sessions of a request's access. */
export interface IssuedSessions {
  /** Every session that was issued with it is over by then; absent where that is not known yet, or no longer. */
  readonly until?: Timestamp;
  /** The longest session of what Lockstep grants, in seconds; absent when that is not known or nothing is granted. */
  readonly longestSeconds?: number;
  /** Some of the access stays, being standing or other requests' too. */
  readonly stays: "all" | "some" | "none";
  /** When the access itself ends: known beforehand, open while its removal is at it, or over. */
  readonly end: "known" | "open" | "over";
}

/** What stays when the request is over: sessions can be begun with it for ever. */
const stays = ({ standing, status }: RequestedEntitlement): boolean => standing || status === "kept";

/** Sessions may have been begun, or may yet be, with what is granted by the request alone. */
const mayHaveSessions = (request: AccessRequest, { status }: RequestedEntitlement): boolean =>
  status === "granted" ||
  status === "verifying" ||
  status === "removed" ||
  status === "dangling" ||
  // The attempt is under way, and may have succeeded already.
  (status === "requested" && !isOver(request));

const endOf = (
  request: AccessRequest,
): { readonly end: IssuedSessions["end"]; readonly at?: Timestamp } | undefined => {
  switch (request.status) {
    case "granting":
    case "active":
      return { end: "known", at: request.expiresAt };
    case "revoking":
    case "stuck":
      return { end: "open" };
    case "ended":
    case "failed":
      return { end: "over", at: request.ended.at };
    default:
      return undefined;
  }
};

/** Until when sessions may live that were begun with the request's access; undefined when there never was any. */
export const issuedSessions = (request: AccessRequest): IssuedSessions | undefined => {
  const ends = endOf(request);
  if (ends === undefined) return undefined;
  const staying = request.entitlements.filter(stays);
  const going = request.entitlements.filter((one) => !stays(one) && mayHaveSessions(request, one));
  if (staying.length === 0 && going.length === 0) return undefined;
  const lengths = going.flatMap(({ sessionSeconds }) =>
    sessionSeconds === undefined ? [] : [sessionSeconds],
  );
  // One of unknown length may outlast all the others: then nothing is claimed.
  const longestSeconds =
    lengths.length > 0 && lengths.length === going.length ? Math.max(...lengths) : undefined;
  return {
    stays: staying.length === 0 ? "none" : going.length === 0 ? "all" : "some",
    end: ends.end,
    ...(longestSeconds === undefined ? {} : { longestSeconds }),
    ...(longestSeconds === undefined || ends.at === undefined
      ? {}
      : { until: secondsAfter(new Date(ends.at), longestSeconds) }),
  };
};
