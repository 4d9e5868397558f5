import { flowNamed } from "../policy.ts";
import type { FlowVersion, Ledger, Tracked } from "../ledger.ts";
import type { PersonName } from "../cast.ts";
import type { Invariant } from "./watcher.ts";

const MINUTE = 60_000;
const MINUTES_A_DAY = 24 * 60;

/** Whether the flow may serve the person at the moment: whoever edited it needs somebody else to have vouched for that. */
export const mayServe = (ledger: Ledger, flow: FlowVersion, who: PersonName, at: number): boolean =>
  [...ledger.flows.values()]
    .filter(({ name, by, version }) => name === flow.name && by === who && version <= flow.version)
    .every((edit) =>
      ledger.confirmations.some(
        (said) =>
          said.flow === flow.name &&
          said.version >= edit.version &&
          said.who !== who &&
          said.taken !== "no" &&
          said.from <= at &&
          ledger.wasIn(said.who, "admins", said.from, at),
      ),
    );

/** Whether some moment of the two, and of all between them, is in the hours. */
const isWithin = ({ hours }: FlowVersion["terms"], from: number, to: number): boolean => {
  if (hours === undefined) return true;
  const minuteOf = (moment: number): number => Math.floor(moment / MINUTE) % MINUTES_A_DAY;
  const isIn = (moment: number): boolean => minuteOf(moment) >= hours.from && minuteOf(moment) < hours.to;
  return isIn(from) || isIn(to) || (minuteOf(from) < hours.from && minuteOf(to) >= hours.to);
};

/** Nobody asks for what no flow lets them ask for: as it was then, and as others have confirmed it. */
export const served: Invariant = {
  number: 14,
  title: "what is asked for is what a flow gives to whoever asks",
  watch: ({ ledger, conditions, violated }) => {
    const whyNot = (tracked: Tracked, flow: FlowVersion, at: number): string | undefined => {
      const { action, askedAt, automatic } = tracked;
      const { terms } = flow;
      // What nobody asks for is another invariant's (follows-its-context.ts).
      if ((terms.givenTo !== undefined) !== (automatic === true)) return "is not for that";
      if (automatic === true) return undefined;
      const model = flowNamed(flow.name);
      const clocksOff = conditions.furthestClockOff;
      const start = action.startInSeconds === undefined ? undefined : askedAt + action.startInSeconds * 1_000;
      if (!ledger.newestFlows(flow.name, askedAt, at).includes(flow)) return "is not what was in effect";
      if (terms.inactive === true) return "serves nobody";
      if ((terms.breakGlass === undefined) === (action.breakGlass === true)) return "is not for that";
      if (model?.account !== action.account) return "gives no access there";
      if (action.seconds > model.maxMinutes * 60) return "gives no access for so long";
      if (!ledger.wasIn(action.who, "engineers", askedAt, at)) return "is for engineers";
      if (action.group !== undefined && !ledger.wasIn(action.who, action.group, askedAt, at))
        return "gives a group's access to its members";
      if (action.forWhom !== undefined && action.forWhom !== action.who && terms.forOthers !== true)
        return "lets nobody ask for others";
      if (!mayServe(ledger, flow, action.who, at)) return "was edited by whoever asks";
      return isWithin(terms, (start ?? askedAt) - clocksOff, (start ?? at) + clocksOff)
        ? undefined
        : "gives access at other hours";
    };
    return {
      claimed: (tracked, { version, flow: { name, version: ofFlow }, at }) => {
        if (version !== 1) return;
        const flow = ledger.flows.get(`${name}/${ofFlow}`);
        const why = flow === undefined ? "was never written" : whyNot(tracked, flow, at);
        if (why !== undefined)
          violated(`request ${tracked.n} was made under version ${ofFlow} of ${name}, which ${why}`);
      },
    };
  },
};
