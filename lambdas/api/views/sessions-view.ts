import type { RequestView } from "../../core/contracts/http/requests.ts";
import type { AccessRequest } from "../../core/domain/access-request.ts";
import { durationText } from "../../core/domain/duration.ts";
import { issuedSessions, type IssuedSessions } from "../../core/domain/sessions.ts";

/** Until when sessions can last that were issued with the request's access, as far as that can be said. */
export const sessionsView = (request: AccessRequest): Pick<RequestView, "sessionsUntil" | "sessionsNote"> => {
  const sessions = issuedSessions(request);
  if (sessions === undefined) return {};
  const sentences = [goingOf(sessions), stayingOf(sessions)].filter((sentence) => sentence !== undefined);
  return {
    ...(sessions.until === undefined ? {} : { sessionsUntil: sessions.until }),
    ...(sentences.length === 0 ? {} : { sessionsNote: sentences.join(" ") }),
  };
};

/** Of what Lockstep grants and takes away; nothing is claimed where the length of its sessions was not kept. */
const goingOf = ({ until, longestSeconds, end }: IssuedSessions): string | undefined => {
  if (longestSeconds === undefined) return undefined;
  const longest = durationText(longestSeconds);
  switch (end) {
    case "known":
      return `A session that begins just before the access ends goes on for up to ${longest}, until ${until ?? "then"}.`;
    case "open":
      return `Until the access is gone, sessions can begin; each goes on for up to ${longest}.`;
    case "over":
      return `The access is gone; a session that began before that goes on until ${until ?? "then"} at the latest.`;
  }
};

const stayingOf = ({ stays }: IssuedSessions): string | undefined => {
  const reason =
    "because it was there before Lockstep or others hold it too: sessions can begin with it at any time";
  switch (stays) {
    case "all":
      return `This access stays when the request ends, ${reason}.`;
    case "some":
      return `Some of the access stays when the request ends, ${reason}.`;
    case "none":
      return undefined;
  }
};
