import type { Landmark } from "../history.ts";
import { isOver, type Claim, type Tracked } from "../ledger.ts";

/** The landmarks that a request comes to with its newest claim, each with its moment. */
export const landmarksOf = (tracked: Tracked, claim: Claim): readonly (readonly [Landmark, number])[] => {
  const { version, status, entry, expiresAt, at } = claim;
  const landmarks: (readonly [Landmark, number])[] = [];
  if (version === 1) landmarks.push(["made", at]);
  if (status === "granting" && expiresAt !== undefined)
    landmarks.push(["granting", at], ["expiry", expiresAt]);
  if (status === "active") landmarks.push(["active", at]);
  if (entry.type === "AccessExtended") landmarks.push(["extended", at]);
  if (status === "revoking") landmarks.push(["removing", at]);
  if (isOver(tracked)) landmarks.push(["over", at]);
  return landmarks;
};
