import type { Group, PersonName } from "../cast.ts";
import { flows, groups } from "../cast.ts";
import type { Claim, Ledger, SaidDecision, Tracked } from "../ledger.ts";
import type { Invariant } from "./watcher.ts";

/** Whoever would get the access, by the driver's own list of who belongs where. */
const benefits = (ledger: Ledger, { action }: Tracked, { who, from, to }: SaidDecision): boolean =>
  action.group === undefined ? action.who === who : ledger.wasIn(who, action.group, from, to);

/** Whether the decisions that were said can fill the steps, one person each, in order. */
const fills = (ledger: Ledger, steps: readonly Group[], said: readonly SaidDecision[]): boolean => {
  const fill = (step: number, after: number, used: readonly PersonName[]): boolean => {
    const group = steps[step];
    if (group === undefined) return true;
    return said.some(
      (decision) =>
        decision.to >= after &&
        !used.includes(decision.who) &&
        ledger.wasIn(decision.who, group, decision.from, decision.to) &&
        fill(step + 1, Math.max(after, decision.from), [...used, decision.who]),
    );
  };
  return fill(0, 0, []);
};

/**
 * Nothing is created, nothing becomes active, and nothing lasts longer without the approvals that the flow required when
 * it was asked for.
 */
export const approvedFirst: Invariant = {
  number: 4,
  title: "nothing becomes active without its approvals",
  watch: ({ ledger, now, violated }) => {
    const isApproved = (tracked: Tracked): boolean => {
      const flow = tracked.claims[0]?.flow;
      const steps = flow === undefined ? undefined : ledger.flows.get(`${flow.name}/${flow.version}`)?.steps;
      if (steps === undefined) return false;
      // What is said afterwards is about more time.
      const approvedAt = tracked.claims.find(({ status }) => status === "approved")?.at ?? now();
      const about = ledger.decisions.filter(
        ({ of, taken, from }) => of === tracked.n && taken !== "no" && from <= approvedAt,
      );
      if (about.some(({ decision, taken }) => decision === "reject" && taken === "yes")) return false;
      const approvals = about.filter(
        (said) =>
          said.decision === "approve" &&
          said.from <= now() &&
          said.who !== tracked.action.who &&
          !benefits(ledger, tracked, said),
      );
      return fills(ledger, steps, approvals);
    };
    const mayBeGranted = (tracked: Tracked): boolean => {
      const cancelled = ledger.ends.some(
        ({ of, action, taken }) => of === tracked.n && action === "cancel" && taken === "yes",
      );
      const asks = (groups.engineers as readonly PersonName[]).includes(tracked.action.who);
      return asks && !cancelled && isApproved(tracked);
    };
    const lastsIn = (tracked: Tracked): number =>
      tracked.claims
        .filter(({ entry }) => entry.type === "AccessExtended")
        .map(({ expiresAt = 0 }) => expiresAt)
        .reduce((total, expiresAt) => Math.max(total, expiresAt), 0);

    const isRejected = (n: number, since: number): boolean =>
      ledger.decisions.some(
        ({ of, decision, taken, from }) =>
          of === n && decision === "reject" && taken === "yes" && from >= since,
      );

    /** Whether some flow that was the newest while more time was asked for gives it with what was said since. */
    const mayLastLonger = (tracked: Tracked, claim: Claim): boolean => {
      const { n, action, claims } = tracked;
      const given = claims.filter(({ entry }) => entry.type === "AccessExtended").length;
      const said = claims.filter(({ entry }) => entry.type === "ExtensionRequested").at(-1);
      return ledger.extensions
        .filter(
          ({ of, who, from, taken }) => of === n && who === action.who && from <= claim.at && taken !== "no",
        )
        .some(({ from }) =>
          ledger.newestFlows(claim.flow.name, from, claim.at).some((flow) => {
            if (given > flow.maxExtensions) return false;
            if (flow.steps.length === 0 || !flow.extensionNeedsApproval) return true;
            const approvals = ledger.decisions.filter(
              (decision) =>
                decision.of === n &&
                decision.taken !== "no" &&
                decision.decision === "approve" &&
                decision.to >= (said?.at ?? Number.POSITIVE_INFINITY) &&
                decision.from <= claim.at &&
                decision.who !== action.who &&
                !benefits(ledger, tracked, decision),
            );
            return said !== undefined && !isRejected(n, said.at) && fills(ledger, flow.steps, approvals);
          }),
        );
    };

    return {
      claimed: (tracked, claim) => {
        const { status, at } = claim;
        if (claim.entry.type === "AccessExtended") {
          if (!mayLastLonger(tracked, claim))
            violated(`request ${tracked.n} lasts longer without its approvals`);
          const longest = flows[tracked.action.account].maxMinutes * 60_000;
          const granted = tracked.claims.find(({ entry }) => entry.type === "GrantStarted")?.expiresAt ?? 0;
          if (lastsIn(tracked) - granted + tracked.action.seconds * 1_000 > longest) {
            violated(`request ${tracked.n} lasts longer than its flow allows`);
          }
        }
        if (status !== "granting" && status !== "active") return;
        if (!mayBeGranted(tracked))
          violated(`request ${tracked.n} is ${status} at ${at} without its approvals`);
      },
      accepted: (kind, key) => {
        if (kind === "CREATE" && !ledger.askingFor(key).some(mayBeGranted)) {
          violated(`Lockstep creates ${key}, and nobody who asked for it has the approvals`);
        }
      },
    };
  },
};
