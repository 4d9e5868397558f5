import { userId } from "../cast.ts";
import { flowNamed, MAX_EXTENSIONS, type FlowTerms } from "../policy.ts";
import type { Claim, FlowVersion, Ledger, SaidDecision, Tracked } from "../ledger.ts";
import { areDecided, isOnStep, isPartyTo, mayDecide, opensAt, type Judged } from "./deciders.ts";
import { isOnCall, LONGEST_LOOK, mayServe, startOf, whyNotGiven } from "./served.ts";
import { secondsBefore } from "./time-before.ts";
import type { Invariant } from "./watcher.ts";

const MINUTE = 60_000;

/** From when a function looks at its clock to when what it then writes is there: it is cut off, and a call may be late. */
const LONGEST_CALL = 75_000;

/** What passes between what was written and what is counted (seconds). */
const MEASURED = 10;

const isShort = ({ automaticBelowMinutes }: FlowTerms, seconds: number): boolean =>
  automaticBelowMinutes !== undefined && seconds < automaticBelowMinutes * 60;

/** Whether Lockstep has written down that the person decided. */
const isWrittenDown = ({ claims }: Tracked, { who, from }: SaidDecision): boolean =>
  claims.some(({ at, entry: { actor } }) => at >= from && "userId" in actor && actor.userId === userId(who));

/** What the flow said when the request was made. */
export const termsOf = (ledger: Ledger, { claims }: Tracked): FlowTerms | undefined => {
  const flow = claims[0]?.flow;
  return flow === undefined ? undefined : ledger.flows.get(`${flow.name}/${flow.version}`)?.terms;
};

/**
 * Nothing is created, nothing becomes active, and nothing lasts longer without the approvals that the flow required when
 * it was asked for; and nobody's word counts who may not decide, or not yet.
 */
export const approvedFirst: Invariant = {
  number: 4,
  title: "nothing becomes active without its approvals",
  watch: ({ ledger, conditions, now, violated }) => {
    const judgedBy = ({ action }: Tracked, terms: FlowTerms): Judged => ({
      ledger,
      action,
      terms,
      clocksOff: conditions.furthestClockOff,
    });
    const mayCount = ({ action }: Tracked, terms: FlowTerms, said: SaidDecision): boolean =>
      terms.requesterCanApproveSelf === true || !isPartyTo(ledger, action, said);
    /** Whether the person had written the flow, or what it names, when the request was made, and nobody had vouched for that. */
    const wroteTheRule = ({ claims, madeAt, askedAt }: Tracked, { who }: SaidDecision): boolean => {
      const flow = ledger.flows.get(`${claims[0]?.flow.name}/${claims[0]?.flow.version}`);
      return flow !== undefined && !mayServe(ledger, flow, who, madeAt, askedAt);
    };

    /** Whether it is short together with what they had of it until it was asked for, or until it began where that was ahead. */
    const isShortInAll = (tracked: Tracked, terms: FlowTerms): boolean => {
      const { action, claims, askedAt } = tracked;
      if (!isShort(terms, action.seconds)) return false;
      const began = claims.find(({ entry }) => entry.type === "GrantStarted")?.at;
      const moment = startOf(tracked) === undefined ? askedAt : (began ?? askedAt);
      const before = secondsBefore(ledger, tracked, moment, conditions.furthestClockOff);
      return isShort(terms, action.seconds + Math.max(0, before - MEASURED));
    };

    /** Whether whoever asked ahead is on call by the rota of the day, too, on which it began. */
    const isOnCallAtStart = ({ action, claims, ...tracked }: Tracked): boolean => {
      const began = claims.find(({ entry }) => entry.type === "GrantStarted")?.at;
      if (began === undefined || startOf({ action, claims, ...tracked }) === undefined) return true;
      const off = conditions.furthestClockOff;
      return ledger.wasOnCall(action.who, began - LONGEST_LOOK - off, began + off);
    };

    /** Whether nobody had to be asked, since whoever asked was on call. */
    const wasOnCall = (tracked: Tracked, terms: FlowTerms): boolean =>
      terms.automaticOnCall === true &&
      isOnCall(ledger, tracked.action.who, {
        since: tracked.askedAt,
        at: tracked.madeAt,
        start: startOf(tracked),
        clocksOff: conditions.furthestClockOff,
      }) &&
      isOnCallAtStart(tracked);

    const isApproved = (tracked: Tracked): boolean => {
      const terms = termsOf(ledger, tracked);
      if (terms === undefined) return false;
      const about = ledger.decisions.filter(
        ({ of, on, taken }) => of === tracked.n && on === "request" && taken !== "no",
      );
      if (about.some(({ decision, taken }) => decision === "reject" && taken === "yes")) return false;
      if (isShortInAll(tracked, terms) || wasOnCall(tracked, terms)) return true;
      const approvals = about.filter(
        (said) =>
          said.decision === "approve" &&
          said.from <= now() &&
          mayCount(tracked, terms, said) &&
          !wroteTheRule(tracked, said),
      );
      return areDecided(judgedBy(tracked, terms), approvals, tracked.askedAt);
    };
    const mayBeGranted = (tracked: Tracked): boolean => {
      const cancelled = ledger.ends.some(
        ({ of, action, taken }) => of === tracked.n && action === "cancel" && taken === "yes",
      );
      return !cancelled && isApproved(tracked);
    };

    /** How long the access lasts in all (seconds) when it ends at some moment. */
    const totalSeconds = ({ action, claims }: Tracked, expiresAt: number): number => {
      const granted = claims.find(({ entry }) => entry.type === "GrantStarted")?.expiresAt ?? 0;
      return action.seconds + (expiresAt - granted) / 1_000;
    };

    /** Whether some flow that was the newest while more time was asked for gives it with what was said since. */
    const mayLastLonger = (tracked: Tracked, claim: Claim): boolean => {
      const { n, action, claims } = tracked;
      const given = claims.filter(({ entry }) => entry.type === "AccessExtended").length;
      if (given > MAX_EXTENSIONS) return false;
      const said = claims.filter(({ entry }) => entry.type === "ExtensionRequested").at(-1);
      const isGivenBy = ({ terms, ...flow }: FlowVersion, from: number): boolean => {
        const asked = {
          action,
          since: from,
          // With the write that says that it is asked for, where somebody has to agree, or else with the one that gives it.
          at: said !== undefined && said.at >= from ? said.at : claim.at,
          clocksOff: conditions.furthestClockOff,
        };
        if (whyNotGiven(ledger, { terms, ...flow }, asked) !== undefined) return false;
        if (terms.automaticOnCall === true && isOnCall(ledger, action.who, asked)) return true;
        const isFree = terms.steps.length === 0 || !terms.extensionNeedsApproval;
        if (isFree || isShort(terms, totalSeconds(tracked, claim.expiresAt ?? 0))) return true;
        if (said === undefined) return false;
        const about = ledger.decisions.filter(
          (decision) =>
            decision.of === n &&
            decision.on === "extension" &&
            decision.taken !== "no" &&
            decision.to >= said.at &&
            decision.from <= claim.at,
        );
        if (
          about.some(
            ({ decision, taken, from: at }) => decision === "reject" && taken === "yes" && at >= said.at,
          )
        )
          return false;
        const approvals = about.filter(
          (decision) =>
            decision.decision === "approve" &&
            mayCount(tracked, terms, decision) &&
            mayServe(ledger, { terms, ...flow }, decision.who, asked.at, from),
        );
        return areDecided(judgedBy(tracked, terms), approvals, from);
      };
      return ledger.extensions
        .filter(
          ({ of, who, from, taken }) => of === n && who === action.who && from <= claim.at && taken !== "no",
        )
        .some(({ from }) =>
          ledger.newestFlows(claim.flow.name, from, claim.at).some((flow) => isGivenBy(flow, from)),
        );
    };

    const judgeMoreTime = (tracked: Tracked, claim: Claim): void => {
      if (!mayLastLonger(tracked, claim)) violated(`request ${tracked.n} lasts longer without its approvals`);
      const longest = (flowNamed(claim.flow.name)?.maxMinutes ?? 0) * 60;
      if (totalSeconds(tracked, claim.expiresAt ?? 0) > longest)
        violated(`request ${tracked.n} lasts longer than its flow allows`);
    };

    /** A step began no earlier than this: the first with the call, each other with what was written then. */
    const begunAt = ({ askedAt, claims }: Tracked, step: number): number => {
      const begins = claims.filter(({ entry }) => entry.type === "NextApprovalNeeded");
      const begin = begins[step - 1]?.at;
      return begin === undefined ? askedAt : begin - LONGEST_CALL;
    };

    const judgeEscalation = (tracked: Tracked, { entry, at }: Claim): void => {
      const { step = 0, tiers = 0 } = entry.details as { readonly step?: number; readonly tiers?: number };
      const escalation = termsOf(ledger, tracked)?.steps[step]?.escalation;
      if (escalation === undefined || tiers > escalation.tiers.length) {
        violated(`request ${tracked.n} escalates to tier ${tiers} of step ${step}, which it has not`);
        return;
      }
      const opens = opensAt(escalation, tiers - 1, begunAt(tracked, step));
      if (at + 2 * conditions.furthestClockOff < opens)
        violated(`request ${tracked.n} escalates ${(opens - at) / MINUTE} minutes too early`);
    };

    return {
      claimed: (tracked, claim) => {
        const { status, at, entry } = claim;
        if (entry.type === "AccessExtended") judgeMoreTime(tracked, claim);
        if (entry.type === "ApprovalEscalated") judgeEscalation(tracked, claim);
        if (status !== "granting" && status !== "active") return;
        if (!mayBeGranted(tracked))
          violated(`request ${tracked.n} is ${status} at ${at} without its approvals`);
      },
      decided: (said) => {
        const tracked = ledger.requests.get(said.of);
        const terms = tracked === undefined ? undefined : termsOf(ledger, tracked);
        if (tracked === undefined || terms === undefined || said.on === "extension") return;
        // What others said may be enough by now: then the answer is what came of it, and nobody's word was added.
        if (!isWrittenDown(tracked, said)) return;
        const isOfAStep = terms.steps.some(
          (step, index) =>
            isOnStep(said, index) && mayDecide(judgedBy(tracked, terms), step, said, begunAt(tracked, index)),
        );
        if (!mayCount(tracked, terms, said) || wroteTheRule(tracked, said) || !isOfAStep)
          violated(`${said.who} decided on request ${said.of}, and may not, or not yet`);
      },
      accepted: (kind, key) => {
        if (kind === "CREATE" && !ledger.askingFor(key).some(mayBeGranted)) {
          violated(`Lockstep creates ${key}, and nobody who asked for it has the approvals`);
        }
      },
    };
  },
};
