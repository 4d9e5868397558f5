import type { AccessFlow } from "../../domain/access-flow.ts";
import {
  holderOf,
  LIVE_STATUSES,
  liveRequest,
  targetsOf,
  type LiveRequest,
} from "../../domain/automatic/live-request.ts";
import {
  planFlow,
  whyClosed,
  type PlannedEnd,
  type PlannedHandOver,
  type PlannedRequest,
} from "../../domain/automatic/plan.ts";
import { mayServe, type Confirmable } from "../../domain/configuration/confirmation.ts";
import { DomainError, RetryableError } from "../../domain/errors.ts";
import type { FlowName, RequestId, UserId } from "../../domain/ids.ts";
import { leavesOf, type Verdict } from "../../domain/rule.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore, AccessRequestStore, RotaStore, Turns } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { endAutomaticRequest } from "./end-automatic-request.ts";
import { peopleOfFlows, TooMany, type FlowPeople, type PeopleDependencies } from "./flow-people.ts";
import { targetsOfFlows, type FlowTargets, type TargetDependencies } from "./flow-targets.ts";
import {
  makeAutomaticRequest,
  startAutomaticRequest,
  type MakeDependencies,
  type Planned,
} from "./make-automatic-request.ts";

export interface AutomaticDependencies
  extends Omit<MakeDependencies, "guardrails" | "inventory">, TargetDependencies {
  readonly inventory: MakeDependencies["inventory"] &
    TargetDependencies["inventory"] &
    PeopleDependencies["inventory"];
  readonly flows: Pick<AccessFlowStore, "get" | "list">;
  readonly rotas: Pick<RotaStore, "get">;
  readonly requests: AccessRequestStore;
  readonly turns: Turns;
  readonly clock: Pick<Clock, "now">;
}

/** What a run did. */
export interface AutomaticRun {
  readonly flows: number;
  /** Requests of automatic flows that were live when it began. */
  readonly live: number;
  readonly made: number;
  readonly ended: number;
  /** Requests to be made that somebody gave up, or that failed lately. */
  readonly withheld: number;
  /** What was planned and not come to in time: the next run's. */
  readonly left: number;
  /** What could not be done, in words: the next run tries again. */
  readonly problems: readonly string[];
  /** The errors that do not pass by themselves. */
  readonly defects: readonly unknown[];
}

/** Requests that are written at once. */
const AT_A_TIME = 5;

/** Requests that are listed at a time. */
const PAGE = 100;

/** Whoever crashed has the turn for so much longer than a run takes. */
const TURN_SLACK_SECONDS = 60;

/**
 * Gives what automatic flows give, and takes it away from whom they are not for any more; undefined while another run is at
 * it. Whatever was missed before, and however often it runs, comes to the same: what is there is compared with what should
 * be. Ends first, so that whoever has lost something does not wait behind those who get something.
 */
export const runAutomaticFlows =
  (dependencies: AutomaticDependencies) =>
  async ({ seconds }: { readonly seconds: number }): Promise<AutomaticRun | undefined> => {
    const { turns } = dependencies;
    const turn = await turns.take("automatic", seconds + TURN_SLACK_SECONDS);
    if (turn === undefined) return undefined;
    try {
      return await run(dependencies, seconds);
    } finally {
      await turns.end(turn);
    }
  };

const run = async (dependencies: AutomaticDependencies, seconds: number): Promise<AutomaticRun> => {
  const { clock } = dependencies;
  const now = clock.now();
  const until = new Date(now.getTime() + seconds * 1000);
  const tally = new Tally();
  const live = await liveRequests(dependencies.requests);
  const flows = (await dependencies.flows.list()).filter(({ trigger }) => trigger === "automatic");
  const { ends, makes, handOvers } = await plansOf(dependencies, { flows, live, now }, tally);

  const work = async <Item>(items: readonly Item[], doOne: (item: Item) => Promise<void>): Promise<void> => {
    for (let start = 0; start < items.length; start += AT_A_TIME) {
      if (clock.now() >= until) {
        tally.left += items.length - start;
        return;
      }
      await inBatches(items.slice(start, start + AT_A_TIME), AT_A_TIME, (item) =>
        tally.attempt(() => doOne(item)),
      );
    }
  };
  const end = endAutomaticRequest(dependencies);
  const endEach = (planned: readonly PlannedEnd[]) =>
    work(planned, async (one) => {
      if (await end(one)) tally.ended += 1;
    });
  await endEach(ends);
  // Written by a run that came no further: to start what was started changes nothing.
  const ending = new Set<RequestId>(ends.map(({ id }) => id));
  const waiting = live.filter(({ id, status }) => status === "approved" && !ending.has(id));
  await work(waiting, (request) => startAutomaticRequest(dependencies, request));
  const make = makeAutomaticRequest(dependencies);
  const there = new Set<PlannedRequest>();
  await work(makes, async (asked) => {
    const made = await make(asked);
    if (made === "made") tally.made += 1;
    if (made === "withheld") tally.withheld += 1;
    if (made === "made" || made === "there") there.add(asked.planned);
  });
  await endEach(handOvers.filter(({ to }) => !to.every((planned) => there.has(planned))));
  return {
    flows: flows.length,
    live: live.length,
    made: tally.made,
    ended: tally.ended,
    withheld: tally.withheld,
    left: tally.left,
    problems: [...tally.problems],
    defects: tally.defects,
  };
};

/** By their statuses: a request that moves on meanwhile is listed twice, or by the next run. */
const liveRequests = async (requests: AccessRequestStore): Promise<readonly LiveRequest[]> => {
  const found = new Map<RequestId, LiveRequest>();
  for (const status of LIVE_STATUSES) {
    let cursor: string | undefined;
    do {
      const page = await requests.listByStatus(status, {
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const request of page.items) {
        const live = liveRequest(request);
        if (live !== undefined) found.set(live.id, live);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  return [...found.values()];
};

interface Found {
  readonly flows: readonly AccessFlow[];
  readonly live: readonly LiveRequest[];
  readonly now: Date;
}

/** What is to be done for all flows, what is most urgent first. */
const plansOf = async (
  dependencies: AutomaticDependencies,
  { flows, live, now }: Found,
  tally: Tally,
): Promise<{
  readonly ends: readonly PlannedEnd[];
  readonly makes: readonly Planned[];
  readonly handOvers: readonly PlannedHandOver[];
}> => {
  const liveOf = Map.groupBy(live, ({ flow }) => flow.name);
  const names = new Set<FlowName>([...flows.map(({ name }) => name), ...liveOf.keys()]);
  const people = peopleOfFlows(dependencies, now, flows);
  const targets = targetsOfFlows(dependencies);
  const ends: PlannedEnd[] = [];
  const makes: Planned[] = [];
  const handOvers: PlannedHandOver[] = [];
  for (const name of [...names].toSorted()) {
    const requests = liveOf.get(name) ?? [];
    // One that gave access and is automatic no more is looked up by itself: what it is now says why it ends.
    const flow = flows.find((one) => one.name === name) ?? (await dependencies.flows.get(name));
    const about = (flow: AccessFlow | undefined, loaded: Loaded) =>
      planFlow({
        flow,
        guardrails: dependencies.guardrails,
        people: loaded.people.people,
        person: loaded.person,
        targets: loaded.targets.targets,
        target: loaded.targets.verdict,
        live: requests,
        now,
      });
    if (flow === undefined || whyClosed(flow, now) !== undefined) {
      ends.push(...about(flow, NOTHING_KNOWN).end);
      continue;
    }
    const loaded = await loadFlow(dependencies, { people, targets }, { flow, requests, tally });
    const plan = about(flow, loaded);
    ends.push(...plan.end);
    handOvers.push(...plan.handOver);
    makes.push(
      ...plan.make.map((planned) => ({
        flow,
        planned,
        gives: loaded.targets,
        dependencies: loaded.rotas,
      })),
    );
  }
  const awaited = new Set(handOvers.flatMap(({ to }) => to));
  const urgency = ({ planned }: Planned) => (awaited.has(planned) ? "" : (planned.goesOnFrom ?? "~"));
  return {
    ends,
    handOvers,
    makes: makes.toSorted((a, b) => (urgency(a) < urgency(b) ? -1 : urgency(a) > urgency(b) ? 1 : 0)),
  };
};

/** What is known of a flow's people and targets. */
interface Loaded {
  readonly people: FlowPeople;
  readonly person: (id: UserId) => Verdict;
  readonly targets: FlowTargets;
  readonly rotas: readonly Confirmable[];
}

const NOBODY_KNOWN: FlowPeople = { people: [], verdict: () => "unknown", problems: [] };
const NO_TARGET_KNOWN: FlowTargets = {
  targets: [],
  verdict: () => "unknown",
  dependencies: [],
  accountName: (id) => id,
  permissionSet: () => undefined,
};
const NOTHING_KNOWN: Loaded = {
  people: NOBODY_KNOWN,
  person: NOBODY_KNOWN.verdict,
  targets: NO_TARGET_KNOWN,
  rotas: [],
};

/** What cannot be looked up is not known: it gives nothing, and ends nothing either. */
const loadFlow = async (
  { rotas: rotaStore, secondAdministrator }: AutomaticDependencies,
  load: {
    readonly people: ReturnType<typeof peopleOfFlows>;
    readonly targets: ReturnType<typeof targetsOfFlows>;
  },
  { flow, requests, tally }: { flow: AccessFlow; requests: readonly LiveRequest[]; tally: Tally },
): Promise<Loaded> => {
  const names = leavesOf(flow.requestors).flatMap((leaf) => (leaf.type === "on-call" ? [leaf.rota] : []));
  const [people, targets, rotas] = await Promise.all([
    tally.known(flow, load.people(flow, [...new Set(requests.map(holderOf))]), NOBODY_KNOWN),
    tally.known(flow, load.targets(flow, requests.flatMap(targetsOf)), NO_TARGET_KNOWN),
    tally.known(flow, Promise.all([...new Set(names)].map((name) => rotaStore.get(name))), undefined),
  ]);
  for (const problem of people.problems) tally.problemOf(flow, problem);
  if (rotas === undefined) return { ...NOTHING_KNOWN, people, targets };
  const confirmables: readonly Confirmable[] = [
    flow,
    ...targets.dependencies,
    ...rotas.filter((rota) => rota !== undefined),
  ];
  const serves = (id: UserId) => confirmables.every((item) => mayServe(item, id, secondAdministrator));
  return {
    people,
    // What somebody changed gives them nothing until another one has confirmed it; what they have ends at its expiry.
    person: (id) => {
      const verdict = people.verdict(id);
      return verdict === "met" && !serves(id) ? "unknown" : verdict;
    },
    targets,
    rotas: confirmables,
  };
};

/** What a run has done so far, and what it could not do. */
class Tally {
  made = 0;
  ended = 0;
  withheld = 0;
  left = 0;
  readonly problems = new Set<string>();
  readonly defects: unknown[] = [];

  problemOf({ name }: AccessFlow, problem: string): void {
    this.problems.add(`access flow ${name}: ${problem}`);
  }

  /** Nobody waits for one that fails: what passes is tried by the next run, and anything else is for people. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof RetryableError || error instanceof DomainError || error instanceof TooMany)
        this.problems.add(error.message);
      else this.defects.push(error);
    }
  }

  async known<Value, Otherwise>(
    flow: AccessFlow,
    loading: Promise<Value>,
    otherwise: Otherwise,
  ): Promise<Value | Otherwise> {
    try {
      return await loading;
    } catch (error) {
      if (error instanceof RetryableError || error instanceof TooMany) this.problemOf(flow, error.message);
      else this.defects.push(error);
      return otherwise;
    }
  }
}
