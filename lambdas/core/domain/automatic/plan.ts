import type { AccessFlow } from "../access-flow.ts";
import type { Guardrails } from "../guardrails.ts";
import { secondsAfter, timestamp, type RequestId, type Timestamp, type UserId } from "../ids.ts";
import type { Verdict } from "../rule.ts";
import { targetKey, type Target, type TargetKey } from "../target-coverage.ts";
import { isWithin } from "../timeframe.ts";
import { endOf, holderOf, targetsOf, type LiveRequest } from "./live-request.ts";
import { epochOf, latestEnd, rhythmOf, secondsUntil, SHORTEST_SECONDS } from "./period.ts";

/** As many targets as one request has: what people ask for has no more either. */
export const TARGETS_PER_REQUEST = 20;

/** How long a request of whose targets some have left is kept for the others' sake, while another one takes them over. */
const HANDOVER_SECONDS = 15 * 60;

/** How things stand with one flow. */
export interface Situation {
  /** Absent: there is no such flow any more. */
  readonly flow: AccessFlow | undefined;
  readonly guardrails: Pick<Guardrails, "maxDurationSeconds">;
  /** Everybody whom the flow may be for; nobody where those are too many for it to give anything new. */
  readonly people: readonly UserId[];
  /** Whether the flow is for the person: who holds its access is asked of, too. What is not known ends nothing and gives nothing. */
  readonly person: (id: UserId) => Verdict;
  /** Nobody is given anything new by what they have changed themselves, until somebody else has confirmed it. */
  readonly isConfirmedFor: (id: UserId) => boolean;
  /** Everything that the flow may give; nothing where that is too much for it to give anything new. */
  readonly targets: readonly Target[];
  /** Whether the flow gives it: what somebody holds is asked of, too. */
  readonly target: (target: Target) => Verdict;
  /** The flow's requests whose access is there, or on its way. */
  readonly live: readonly LiveRequest[];
  readonly now: Date;
}

/** A request that is to be made. */
export interface PlannedRequest {
  readonly person: UserId;
  /** In the order of their keys, at most `TARGETS_PER_REQUEST`. */
  readonly targets: readonly Target[];
  /** By when the access has to have ended. */
  readonly until: Timestamp;
  /** The stretch of time by which a repeated plan finds what an earlier one made. */
  readonly epoch: number;
  /** When the access ends that some of it is to go on from; absent where nobody has any. */
  readonly goesOnFrom?: Timestamp;
}

/** A request whose access is to end. */
export interface PlannedEnd {
  readonly id: RequestId;
  /** In words, for whoever had it. */
  readonly because: string;
  /** It ends only if nobody has any of it by then: of what has begun meanwhile the next run decides. */
  readonly unlessBegun?: boolean;
}

/**
 * A request that ends as well, for something that it should not give any more, unless the rest of it is taken over: each of
 * `to` is there, or got no answer, when those that are planned have been made. Whoever gave the rest up, or cannot be granted
 * it, takes over nothing, and what should be gone does not wait for that.
 */
export interface PlannedHandOver extends PlannedEnd {
  /** Among those that are to be made. */
  readonly to: readonly PlannedRequest[];
}

export interface Plan {
  /** The most urgent first: what others wait for, what goes on from access that ends soonest, then what nobody has yet. */
  readonly make: readonly PlannedRequest[];
  readonly end: readonly PlannedEnd[];
  readonly handOver: readonly PlannedHandOver[];
}

/** What is to be made and ended, so that whom a flow is for has what it gives, and nobody else does. Pure. */
export const planFlow = (situation: Situation): Plan => {
  const { flow, live, now } = situation;
  const closed = whyClosed(flow, now);
  if (flow === undefined || closed !== undefined)
    return { make: [], end: live.map(({ id }) => ({ id, because: closed ?? DELETED })), handOver: [] };
  const lost = new Map(live.map((request) => [request.id, whatIsLost(request, situation)]));
  const whole = live.filter(({ id }) => lost.get(id)?.length === 0);
  const broken = live.filter((request) => hasBegun(request) && lost.get(request.id)?.length !== 0);
  const make = missing(situation, flow, { whole, broken });
  const fates = live.map((request) => fateOf(request, situation, lost.get(request.id) ?? [], whole, make));
  const handOver = fates.filter((fate) => fate !== undefined && "to" in fate);
  const awaited = new Set(handOver.flatMap(({ to }) => to));
  return {
    make: [...make.filter((one) => awaited.has(one)), ...make.filter((one) => !awaited.has(one))],
    end: fates.flatMap((fate) => (fate === undefined || "to" in fate ? [] : [fate])),
    handOver,
  };
};

const DELETED = "the access flow that gave it was deleted";

/** Why the flow gives nobody anything now; undefined when it may give something. */
export const whyClosed = (flow: AccessFlow | undefined, now: Date): string | undefined => {
  if (flow === undefined) return DELETED;
  if (flow.active === false) return "the access flow that gave it was deactivated";
  if (flow.trigger !== "automatic") return "the access flow that gave it is not automatic any more";
  if (asksPeople(flow)) return "the access flow that gave it asks for what nobody is asked for";
  return flow.timeframe !== undefined && !isWithin(flow.timeframe, now)
    ? "the timeframe of the access flow that gave it is over"
    : undefined;
};

/**
 * Whether the flow asks something of whoever asks for access, or of approvers. An automatic one with such terms is refused
 * when it is saved (contracts/configuration/access-flow.ts); one that is stored all the same must not give without what it asks for.
 */
const asksPeople = ({ approval, settings, breakGlass }: AccessFlow): boolean =>
  approval.steps.length > 0 ||
  approval.automatic !== undefined ||
  breakGlass !== undefined ||
  settings.mfaRequired === true ||
  settings.approverReasonRequired === true ||
  settings.justificationPattern !== undefined ||
  settings.ticketPattern !== undefined;

/** Those of a request's targets that the flow does not give any more. */
const whatIsLost = (request: LiveRequest, { target }: Situation): readonly Target[] =>
  targetsOf(request).filter((one) => target(one) === "unmet");

/** Whether and how it ends; undefined when it goes on. */
const fateOf = (
  request: LiveRequest,
  situation: Situation,
  lost: readonly Target[],
  whole: readonly LiveRequest[],
  make: readonly PlannedRequest[],
): PlannedEnd | PlannedHandOver | undefined => {
  const { person, target, now } = situation;
  const { id } = request;
  const holder = holderOf(request);
  const isFor = person(holder);
  if (isFor === "unmet") return { id, because: "the access flow that gave it is not for you any more" };
  if (lost.length === 0) return undefined;
  const because = "the access flow that gave it does not give all of it any more";
  // Nobody has it yet: nothing is taken away, and what is certainly lost must not be granted, whatever else is not known.
  if (!hasBegun(request)) return { id, because, unlessBegun: true };
  if (mayStillBeTheirs(request, situation)) return undefined;
  const kept = targetsOf(request).filter((one) => target(one) === "met");
  const takersOf = (one: Target) => whole.filter((taker) => isOf(taker, holder, one));
  const waiting = kept.filter((one) => !takersOf(one).some((taker) => hasTakenOver(taker, now)));
  if (waiting.length === 0) return { id, because };
  const orphaned = waiting.filter((one) => takersOf(one).length === 0);
  const to = make.filter((planned) => orphaned.some((one) => takesOver(planned, holder, one)));
  const isTaken = orphaned.every((one) => to.some((planned) => takesOver(planned, holder, one)));
  if (!isTaken) return { id, because };
  return to.length === 0 ? undefined : { id, because, to };
};

/**
 * Whether the rest of it is in doubt: nobody can take that over, and to end it would be to take a look-up without an answer
 * for a no. Whoever changed the flow themselves gains nothing by doubt: by a change of theirs that nobody confirms they would
 * keep what another administrator takes away.
 */
const mayStillBeTheirs = (request: LiveRequest, { person, isConfirmedFor, target }: Situation): boolean => {
  const holder = holderOf(request);
  if (!isConfirmedFor(holder)) return false;
  const rest = targetsOf(request)
    .map(target)
    .filter((verdict) => verdict !== "unmet");
  return rest.includes("unknown") || (person(holder) === "unknown" && rest.length > 0);
};

/** Whether some of it may be there. */
const hasBegun = ({ status }: LiveRequest): boolean => status === "granting" || status === "active";

/** What is still not granted after so long is not waited for. */
const hasTakenOver = (taker: LiveRequest, now: Date): boolean =>
  taker.status === "active" || secondsAfter(new Date(taker.createdAt), HANDOVER_SECONDS) <= timestamp(now);

const takesOver = ({ person, targets }: PlannedRequest, holder: UserId, target: Target): boolean =>
  person === holder && targets.some((one) => targetKey(one) === targetKey(target));

const isOf = (request: LiveRequest, person: UserId, target: Target): boolean =>
  holderOf(request) === person && targetsOf(request).some((one) => targetKey(one) === targetKey(target));

/** The live requests of which nothing is lost, and those that have begun of which something is. */
interface ByLoss {
  readonly whole: readonly LiveRequest[];
  readonly broken: readonly LiveRequest[];
}

/** What whom the flow is for does not have, or not for much longer, or only together with what is lost. */
const missing = (situation: Situation, flow: AccessFlow, requests: ByLoss): readonly PlannedRequest[] => {
  const { guardrails, now } = situation;
  const rhythm = rhythmOf(flow, guardrails);
  const until = latestEnd(flow, rhythm, now);
  if (until === undefined) return [];
  const soon = secondsAfter(now, rhythm.leadSeconds);
  const period: Period = { until, soon, epoch: epochOf(rhythm, now) };
  const fresh = freshly(situation, period, requests);
  return [...fresh, ...goingOn(situation, period, requests, fresh)].toSorted((a, b) =>
    compare(a.goesOnFrom ?? NOTHING_YET, b.goesOnFrom ?? NOTHING_YET),
  );
};

/** What begins now. */
interface Period extends Pick<PlannedRequest, "until" | "epoch"> {
  /** By when access ends that is to go on. */
  readonly soon: Timestamp;
}

/** What the flow gives everybody whom it is for, as far as they do not have it until later. */
const freshly = (
  { people, person, isConfirmedFor, targets, target }: Situation,
  { until, soon, epoch }: Period,
  { whole }: ByLoss,
): readonly PlannedRequest[] => {
  const given = inOrder(targets).filter((one) => target(one) === "met");
  const heldUntil = endsByHolder(whole);
  const isNeeded = (end: Timestamp | undefined): boolean => end === undefined || (end <= soon && end < until);
  return [...new Set(people)].toSorted().flatMap((id) => {
    if (person(id) !== "met" || !isConfirmedFor(id)) return [];
    const ends = heldUntil.get(id);
    const wanted = given.filter((one) => isNeeded(ends?.get(targetKey(one))));
    return chunksOf(wanted, TARGETS_PER_REQUEST).map((chunk): PlannedRequest => {
      const from = soonestOf(chunk.map((one) => ends?.get(targetKey(one))));
      return {
        person: id,
        targets: chunk,
        until,
        epoch,
        ...(from === undefined ? {} : { goesOnFrom: from }),
      };
    });
  });
};

/**
 * What else holders of requests that have lost something have by them, and are still given: where a flow gives too much to
 * give anything new, they do not lose that as well. No longer than they have it: that is no next period.
 */
const goingOn = (
  { person, isConfirmedFor, target, now }: Situation,
  { until, epoch }: Period,
  { whole, broken }: ByLoss,
  fresh: readonly PlannedRequest[],
): readonly PlannedRequest[] => {
  const heldUntil = endsByHolder(whole);
  const brokenUntil = endsByHolder(broken);
  const freshOf = Map.groupBy(fresh, (planned) => planned.person);
  return [...Map.groupBy(broken, holderOf)]
    .toSorted(([a], [b]) => compare(a, b))
    .flatMap(([id, requests]) => {
      if (person(id) !== "met" || !isConfirmedFor(id)) return [];
      const has = new Set([
        ...(heldUntil.get(id)?.keys() ?? []),
        ...(freshOf.get(id) ?? []).flatMap(({ targets }) => targets.map(targetKey)),
      ]);
      const rest = inOrder(requests.flatMap(targetsOf)).filter(
        (one) => target(one) === "met" && !has.has(targetKey(one)),
      );
      const byEnd = Map.groupBy(rest, (one) => brokenUntil.get(id)?.get(targetKey(one)) ?? until);
      return [...byEnd].flatMap(([goesOnFrom, targets]) => {
        const end = goesOnFrom < until ? goesOnFrom : until;
        if (secondsUntil(end, now) < SHORTEST_SECONDS) return [];
        return chunksOf(targets, TARGETS_PER_REQUEST).map((chunk): PlannedRequest => ({
          person: id,
          targets: chunk,
          until: end,
          epoch,
          goesOnFrom,
        }));
      });
    });
};

/** Behind every moment. */
const NOTHING_YET = "~";

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const inOrder = (targets: readonly Target[]): readonly Target[] =>
  [...new Map(targets.map((target) => [targetKey(target), target])).values()].toSorted((a, b) =>
    compare(targetKey(a), targetKey(b)),
  );

/** Until when each target is held, by whom. */
const endsByHolder = (
  requests: readonly LiveRequest[],
): ReadonlyMap<UserId, ReadonlyMap<TargetKey, Timestamp>> => {
  const byHolder = new Map<UserId, Map<TargetKey, Timestamp>>();
  for (const request of requests) {
    const ends = byHolder.get(holderOf(request)) ?? new Map<TargetKey, Timestamp>();
    byHolder.set(holderOf(request), ends);
    for (const target of targetsOf(request)) {
      const known = ends.get(targetKey(target));
      if (known === undefined || endOf(request) > known) ends.set(targetKey(target), endOf(request));
    }
  }
  return byHolder;
};

const soonestOf = (moments: readonly (Timestamp | undefined)[]): Timestamp | undefined =>
  moments.filter((moment) => moment !== undefined).toSorted()[0];

const chunksOf = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
