import { flowNamed } from "../policy.ts";
import { accountsOf } from "../ledger.ts";
import type { FlowVersion, ItemKey, Ledger, RequestAction, Tracked } from "../ledger.ts";
import { userId, type PersonName } from "../cast.ts";
import { ROTA } from "../named.ts";
import type { Invariant } from "./watcher.ts";

const MINUTE = 60_000;
const MINUTES_A_DAY = 24 * 60;

/** What the flow names that somebody may have changed. */
const namedIn = ({ name, terms }: FlowVersion): readonly ItemKey[] => {
  const account = flowNamed(name)?.account;
  return [
    ...(terms.targetsBy === undefined || account === undefined
      ? []
      : [`${terms.targetsBy}/${account}` as const]),
    ...(terms.forWhoIsOnCall === true || terms.automaticOnCall === true ? [`rota/${ROTA}` as const] : []),
  ];
};

/**
 * Whether the flow may serve the person, whoever had edited it, or what it names, by `since`: somebody else has to have
 * vouched for that by `at`.
 */
export const mayServe = (
  ledger: Ledger,
  flow: FlowVersion,
  who: PersonName,
  at: number,
  since = at,
): boolean => {
  const edits: readonly { readonly item: ItemKey; readonly version: number }[] = [
    ...[...ledger.flows.values()]
      .filter(({ name, by, version }) => name === flow.name && by === who && version <= flow.version)
      .map(({ name, version }) => ({ item: `access-flow/${name}` as const, version })),
    ...ledger.named.filter(
      (edit) => namedIn(flow).includes(edit.item) && edit.by === who && edit.at <= since,
    ),
  ];
  return edits.every(({ item, version }) =>
    ledger.confirmations.some(
      (said) =>
        said.item === item &&
        said.version >= version &&
        said.who !== who &&
        said.taken !== "no" &&
        said.from <= at &&
        ledger.wasIn(said.who, "admins", said.from, at),
    ),
  );
};

/** When the access is to begin; undefined: at once. */
export const startOf = ({ action, askedAt }: Tracked): number | undefined =>
  action.startInSeconds === undefined ? undefined : askedAt + action.startInSeconds * 1_000;

/** Whether some moment of the two, and of all between them, is in the hours. */
const isWithin = ({ hours }: FlowVersion["terms"], from: number, to: number): boolean => {
  if (hours === undefined) return true;
  const minuteOf = (moment: number): number => Math.floor(moment / MINUTE) % MINUTES_A_DAY;
  const isIn = (moment: number): boolean => minuteOf(moment) >= hours.from && minuteOf(moment) < hours.to;
  return isIn(from) || isIn(to) || (minuteOf(from) < hours.from && minuteOf(to) >= hours.to);
};

/** What is asked for, and from when to when the answer was looked for. */
interface Asked {
  readonly action: RequestAction;
  readonly since: number;
  readonly at: number;
  /** When the access is to begin; absent: at once. */
  readonly start?: number | undefined;
  readonly clocksOff: number;
}

/** Whether the flow gives all of it, by its own words or by what the bundle or scope held that it names. */
const givesIt = (ledger: Ledger, { name, terms }: FlowVersion, { action, since, at }: Asked): boolean => {
  const account = flowNamed(name)?.account;
  if (terms.targetsBy === undefined || account === undefined)
    return accountsOf(action).every((asked) => asked === account);
  return ledger
    .newestNamed(`${terms.targetsBy}/${account}`, since, at)
    .some(
      ({ content }) =>
        content.kind !== "rota" &&
        accountsOf(action).every((asked) => content.accounts.includes(asked)) &&
        action.permissionSets.every((permissionSet) => content.permissionSets.includes(permissionSet)),
    );
};

/** Whether somebody is on call when the access is to begin, as the rota was when it was asked for. */
export const isOnCall = (
  ledger: Ledger,
  who: PersonName,
  { since, at, start, clocksOff }: Omit<Asked, "action">,
): boolean =>
  ledger.wasOnCall(who, (start ?? since) - clocksOff, (start ?? at) + clocksOff, { from: since, to: at });

const isFor = (ledger: Ledger, { terms }: FlowVersion, asked: Asked): boolean => {
  const { who } = asked.action;
  return terms.forWhoIsOnCall === true
    ? isOnCall(ledger, who, asked)
    : ledger.wasIn(who, "engineers", asked.since, asked.at);
};

const mayAskFor = (
  ledger: Ledger,
  { terms }: FlowVersion,
  { action: { who, forWhom }, since, at }: Asked,
): boolean =>
  forWhom === undefined ||
  forWhom === who ||
  terms.forOthers === true ||
  (terms.forReports === true && ledger.managersOf(forWhom, since, at).includes(who));

/** Whoever asks, and whoever has it then: of a group, its members all that while who are still there. */
const whoGetsIt = (
  ledger: Ledger,
  { action: { who, forWhom = who, group }, since, at }: Asked,
): readonly PersonName[] => {
  const members = group === undefined ? [] : ledger.stays(group);
  const stayed = members.filter(
    (stay) => stay.from <= since && at < stay.to && !ledger.gonePrincipals.has(userId(stay.who)),
  );
  return [who, forWhom, ...stayed.map((stay) => stay.who)];
};

/** From when a grant looks at who it is for to when what it then writes is there: its longest run, and a call may be late. */
export const LONGEST_LOOK = 6 * MINUTE;

/** Whether access that was asked for ahead is for its requester and its beneficiary when it begins, as the flow of then says. */
const isForThemStill = (ledger: Ledger, flow: FlowVersion, asked: Asked): boolean => {
  const { action, since, at } = asked;
  return (
    isFor(ledger, flow, asked) &&
    mayAskFor(ledger, flow, asked) &&
    (action.group === undefined || ledger.wasIn(action.who, action.group, since, at))
  );
};

/** Whether the access might not begin at the moment, which was shortly before: it was asked for ahead, or has its hours. */
export const mayBeRefused = (ledger: Ledger, tracked: Tracked, at: number): boolean => {
  const flow = flowOf(ledger, tracked);
  if (flow === undefined) return true;
  const isRightAt = (moment: number): boolean => {
    const asked = { action: tracked.action, since: moment, at: moment, clocksOff: 0 };
    const isAhead = startOf(tracked) !== undefined;
    return isWithin(flow.terms, moment, moment) && (!isAhead || isForThemStill(ledger, flow, asked));
  };
  // What nobody approved ends with its flow.
  const byNobody = startOf(tracked) !== undefined && tracked.claims[0]?.status === "approved";
  const newest = ledger.newestFlows(flow.name, at - LOOKED_BEFORE, at);
  const serves = newest.length > 0 && newest.every(({ terms }) => terms.inactive !== true);
  if (byNobody && !serves) return true;
  return !isRightAt(at) || !isRightAt(at - LOOKED_BEFORE);
};

/** Where nothing goes wrong a grant looks so shortly before it writes. */
const LOOKED_BEFORE = 5_000;

/** The flow, as it was when the request was made. */
const flowOf = (ledger: Ledger, { claims }: Tracked): FlowVersion | undefined => {
  const flow = claims[0]?.flow;
  return flow === undefined ? undefined : ledger.flows.get(`${flow.name}/${flow.version}`);
};

/** Why the flow does not give it to whoever asks, as things were while the answer was looked for. */
export const whyNotGiven = (ledger: Ledger, flow: FlowVersion, asked: Asked): string | undefined => {
  const { action, since, at, start, clocksOff } = asked;
  if (flow.terms.inactive === true) return "serves nobody";
  if (!givesIt(ledger, flow, asked)) return "gives no access there";
  if (!isFor(ledger, flow, asked)) return "is for others";
  if (action.group !== undefined && !ledger.wasIn(action.who, action.group, since, at))
    return "gives a group's access to its members";
  if (!mayAskFor(ledger, flow, asked)) return "lets nobody ask for others";
  if (!whoGetsIt(ledger, asked).every((person) => mayServe(ledger, flow, person, at, since)))
    return "was edited by whoever asks or gets it";
  return isWithin(flow.terms, (start ?? since) - clocksOff, (start ?? at) + clocksOff)
    ? undefined
    : "gives access at other hours";
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
      if (!ledger.newestFlows(flow.name, askedAt, at).includes(flow)) return "is not what was in effect";
      if ((terms.breakGlass === undefined) === (action.breakGlass === true)) return "is not for that";
      if (action.seconds > (flowNamed(flow.name)?.maxMinutes ?? 0) * 60) return "gives no access for so long";
      return whyNotGiven(ledger, flow, {
        action,
        since: askedAt,
        at,
        start: startOf(tracked),
        clocksOff: conditions.furthestClockOff,
      });
    };
    const judgeStart = (tracked: Tracked, at: number): void => {
      const flow = flowOf(ledger, tracked);
      if (flow === undefined || startOf(tracked) === undefined) return;
      const clocksOff = conditions.furthestClockOff;
      if (!isForThemStill(ledger, flow, { action: tracked.action, since: at - LONGEST_LOOK, at, clocksOff }))
        violated(`request ${tracked.n} begins, and is for others by now`);
    };
    return {
      claimed: (tracked, { version, flow: { name, version: ofFlow }, entry, at }) => {
        if (entry.type === "GrantStarted") judgeStart(tracked, at);
        if (version !== 1) return;
        const flow = flowOf(ledger, tracked);
        const why = flow === undefined ? "was never written" : whyNot(tracked, flow, at);
        if (why !== undefined)
          violated(`request ${tracked.n} was made under version ${ofFlow} of ${name}, which ${why}`);
      },
    };
  },
};
