import { isFault } from "../history.ts";
import { assignmentKey, assignmentOf, type Tracked } from "../ledger.ts";
import { mayBeRefused } from "./served.ts";
import type { Invariant } from "./watcher.ts";

const lasted = ({ claims }: Tracked): number | undefined => {
  const active = claims.find(({ entry }) => entry.type === "AccessGranted");
  const ending = claims.find(({ entry }) => entry.type === "RevocationStarted");
  return active === undefined || ending === undefined ? undefined : ending.at - active.at;
};

/** Far more than a grant needs here, its wait for an earlier request's removal included. */
const GRANT_SECONDS = 60;

/** Who gives the same access by hand while it is being removed has it removed twice, and the next one waits for both. */
const TOUCHED_SECONDS = 180;

/** How many seconds more it was given. */
const extendedBy = ({ claims }: Tracked): number => {
  const expiries = claims.flatMap(({ expiresAt }) => expiresAt ?? []);
  return expiries.length === 0 ? 0 : (Math.max(...expiries) - Math.min(...expiries)) / 1_000;
};

/** Where nothing goes wrong, whoever is approved has access for as long as they asked for. */
export const happensAsAsked: Invariant = {
  number: 10,
  title: "where nothing goes wrong, what was approved is granted for as long as was asked",
  watch: ({ history, ledger, violated }) => ({
    end: () => {
      const touched = new Set(
        history.steps.flatMap(({ what }) =>
          "entitlement" in what ? [assignmentKey(assignmentOf(what.entitlement))] : [],
        ),
      );
      const wasTouched = ({ keys }: Tracked): boolean => keys.some((key) => touched.has(key));
      if (history.steps.some(({ what }) => isFault(what))) return;
      for (const tracked of ledger.requests.values()) {
        const { n, action, claims } = tracked;
        const wasApproved = claims.some(({ status }) => status === "approved");
        const wasEnded = ledger.ends.some(({ of }) => of === n);
        const length = lasted(tracked);
        const seconds = action.seconds + extendedBy(tracked);
        // What a flow gives by itself ends with its context.
        if (!wasApproved || wasEnded || tracked.automatic === true) continue;
        const refused = claims.find(({ entry }) => entry.type === "RequestRefused");
        if (refused !== undefined && mayBeRefused(ledger, tracked, refused.at)) continue;
        if (length === undefined) violated(`request ${n} was approved and never active`);
        // Granting takes its time from what was asked for.
        else if (length < (seconds - (wasTouched(tracked) ? TOUCHED_SECONDS : GRANT_SECONDS)) * 1_000)
          violated(`request ${n} had ${length} ms of access`);
      }
    },
  }),
};
