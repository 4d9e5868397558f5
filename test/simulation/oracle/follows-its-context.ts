import { isFault } from "../history.ts";
import { isOver, type FlowVersion, type Tracked } from "../ledger.ts";
import { RUN_EVERY, RUNS_FOR } from "../lockstep/automatic-schedule.ts";
import { flowNamed } from "../policy.ts";
import { mayServe } from "./served.ts";
import type { Invariant } from "./watcher.ts";

const MINUTE = 60_000;

/** The next run, and what it takes itself. */
const UNDISTURBED = RUN_EVERY + MINUTE;

/** A run that was cut off keeps the turn, by its clock, for five minutes; then the next one comes. */
const DISTURBED = 4 * RUN_EVERY + 5 * MINUTE;

/** What a run knows when it makes a request it has looked up since it began (lambdas/automatic: 5 minutes at most). */
const LONGEST_RUN = 5 * MINUTE;

const ENDING: ReadonlySet<string> = new Set(["RevocationRequested", "RevocationStarted", "RequestCancelled"]);

/** What a flow gives by itself, whoever it is for has soon, and nobody else has for long. */
export const followsItsContext: Invariant = {
  number: 16,
  title: "what automatic flows give follows whom they are for",
  watch: ({ history, ledger, conditions, now, violated }) => {
    const begun = now();
    const isDisturbed = history.steps.some(({ what }) => isFault(what));
    const byWhen = (moment: number): number =>
      conditions.deadlineOf(moment, isDisturbed ? DISTURBED : UNDISTURBED) + conditions.furthestClockOff;
    const versions = (name: string): FlowVersion[] =>
      [...ledger.flows.values()].filter((flow) => flow.name === name).sort((a, b) => a.at - b.at);
    /** From when to when the flow gives anything. */
    const effective = (name: string) =>
      versions(name).map((flow, index, all) => ({
        flow,
        from: flow.at,
        to: all[index + 1]?.at ?? Number.POSITIVE_INFINITY,
        gives: flow.terms.givenTo !== undefined && flow.terms.inactive !== true,
      }));

    const judgeMade = ({ n, action, madeAt }: Tracked, flow: FlowVersion | undefined): void => {
      const group = flow?.terms.givenTo;
      if (flow === undefined || group === undefined) return;
      const since = madeAt - LONGEST_RUN;
      const model = flowNamed(flow.name);
      if (flow.terms.inactive === true) violated(`request ${n} was made by a flow that serves nobody`);
      if (!ledger.newestFlows(flow.name, since, madeAt).includes(flow))
        violated(`request ${n} was made by a flow as it was before`);
      if (!ledger.wasIn(action.who, group, since, madeAt))
        violated(`${action.who} is given what is for ${group}`);
      if (!mayServe(ledger, flow, action.who, madeAt)) violated(`${action.who} is given what they wrote`);
      if (model?.account !== action.account || action.seconds > model.maxMinutes * 60)
        violated(`request ${n} gives what its flow does not`);
    };

    /** When the person was first without what the request rests on, and stayed so until a run must have seen it. */
    const lostAt = ({ action, madeAt, claims }: Tracked): number | undefined => {
      const name = claims[0]?.flow.name ?? "";
      const group = flowNamed(name)?.terms.givenTo ?? "oncall";
      const given = effective(name).filter(({ gives }) => gives);
      const stays = ledger.stays(group).filter(({ who }) => who === action.who);
      const isSo = (moment: number): boolean =>
        [given, stays].every((spans) => spans.some(({ from, to }) => from <= moment && moment < to));
      const ends = [...given, ...stays].map(({ to }) => to).filter((to) => to >= madeAt && to < now());
      const begins = [...given, ...stays].map(({ from }) => from);
      return ends
        .sort((a, b) => a - b)
        .find((end) => !isSo(end) && !begins.some((from) => from > end && from <= byWhen(end) && isSo(from)));
    };

    const judgeEnd = (tracked: Tracked): void => {
      const { n, claims } = tracked;
      const lost = lostAt(tracked);
      if (lost === undefined || byWhen(lost) > begun + RUNS_FOR || byWhen(lost) > now()) return;
      const ended = claims.find(({ entry, status }) => ENDING.has(entry.type) || status === "failed")?.at;
      if ((ended ?? Number.POSITIVE_INFINITY) > byWhen(lost))
        violated(`request ${n} goes on without its context from ${new Date(lost).toISOString()}`);
    };

    const judgeGiven = (): void => {
      if (isDisturbed) return;
      for (const { flow, from, to, gives } of effective("automatic")) {
        const group = flow.terms.givenTo;
        if (!gives || group === undefined) continue;
        for (const stay of ledger.stays(group)) {
          const moment = Math.max(from, stay.from, begun) + UNDISTURBED;
          if (moment > Math.min(to, stay.to, begun + RUNS_FOR) || !mayServe(ledger, flow, stay.who, from))
            continue;
          const has = [...ledger.requests.values()].some(
            (tracked) =>
              tracked.automatic === true &&
              tracked.action.who === stay.who &&
              tracked.madeAt <= moment &&
              (!isOver(tracked) || (tracked.claims.at(-1)?.at ?? 0) >= moment),
          );
          if (!has) violated(`${stay.who} is of ${group}, and is not given what is for it`);
        }
      }
    };

    return {
      claimed: (tracked, { version, flow }) => {
        if (version === 1 && tracked.automatic === true)
          judgeMade(tracked, ledger.flows.get(`${flow.name}/${flow.version}`));
      },
      end: () => {
        for (const tracked of ledger.requests.values()) if (tracked.automatic === true) judgeEnd(tracked);
        judgeGiven();
      },
    };
  },
};
