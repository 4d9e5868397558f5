import type { AccessFlow } from "../../domain/access-flow.ts";
import { holderOf, liveRequest, targetsOf, type LiveRequest } from "../../domain/automatic/live-request.ts";
import {
  planFlow,
  whyClosed,
  type Plan,
  type PlannedEnd,
  type PlannedHandOver,
  type PlannedRequest,
} from "../../domain/automatic/plan.ts";
import { mayServe, type Confirmable } from "../../domain/configuration/confirmation.ts";
import { DomainError, RetryableError } from "../../domain/errors.ts";
import type { AccountId, FlowName, RequestId, UserId } from "../../domain/ids.ts";
import { leavesOf, type Verdict } from "../../domain/rule.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore, AccessRequestStore, RotaStore, Turns } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { endAutomaticRequest } from "./end-automatic-request.ts";
import { fromPlaceOf, peopleOfFlows, type FlowPeople, type PeopleDependencies } from "./flow-people.ts";
import { targetsOfFlows, type FlowTargets, type TargetDependencies } from "./flow-targets.ts";
import {
  makeAutomaticRequest,
  startAutomaticRequest,
  TooManyRequests,
  type MakeDependencies,
  type Planned,
} from "./make-automatic-request.ts";
import { remembered } from "./remembered.ts";

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
  /** Requests to be made or started that were not come to in time: the next run's. */
  readonly left: number;
  /** What could not be done, in words: the next run tries again. */
  readonly problems: readonly string[];
  /** The errors that do not pass by themselves. */
  readonly defects: readonly unknown[];
}

/** Requests that are written at once. */
const AT_A_TIME = 5;

/** Of a run's time, in which flows are looked at and what they gave is ended: the rest is for what they give. */
const SHARE_OF_PLANNING = 2 / 3;

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
  const after = (part: number) => new Date(now.getTime() + part * seconds * 1000);
  const until = after(1);
  const planUntil = after(SHARE_OF_PLANNING);
  const tally = new Tally();
  const live = await liveRequests(dependencies.requests, now);
  const flows = (await dependencies.flows.list()).filter(({ trigger }) => trigger === "automatic");

  /** How many there was no time for. */
  const work = async <Item>(
    items: readonly Item[],
    doOne: (item: Item) => Promise<void>,
  ): Promise<number> => {
    for (let start = 0; start < items.length; start += AT_A_TIME) {
      if (clock.now() >= until) return items.length - start;
      await inBatches(items.slice(start, start + AT_A_TIME), AT_A_TIME, (item) =>
        tally.attempt(() => doOne(item)),
      );
    }
    return 0;
  };
  const end = endAutomaticRequest(dependencies);
  const ending = new Set<RequestId>();
  const endEach = async (planned: readonly PlannedEnd[]) => {
    for (const { id } of planned) ending.add(id);
    tally.notEnded += await work(planned, async (one) => {
      if (await end(one)) tally.ended += 1;
    });
  };

  const makes: Planned[] = [];
  const handOvers: PlannedHandOver[] = [];
  const plan = planning(dependencies, { flows, now }, tally);
  for (const situation of await situationsOf(dependencies, { flows, live, now })) {
    // Whoever has lost something does not wait until everything else has been looked at.
    if (clock.now() < planUntil) {
      const planned = await plan(situation);
      await endEach(planned.end);
      makes.push(...planned.make);
      handOvers.push(...planned.handOver);
    } else tally.notLookedAt(situation.name);
  }

  // Written by a run that came no further: to start what was started changes nothing.
  const handedOver = new Set(handOvers.map(({ id }) => id));
  const waiting = live.filter(
    ({ id, status }) => status === "approved" && !ending.has(id) && !handedOver.has(id),
  );
  tally.left += await work(waiting, (request) => startAutomaticRequest(dependencies, request));
  const make = makeAutomaticRequest({ ...dependencies, organization: askedOnce(dependencies.organization) });
  const there = new Set<PlannedRequest>();
  tally.left += await work(byUrgency(makes, handOvers), async (asked) => {
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
    problems: tally.allProblems,
    defects: tally.defects,
  };
};

/** What others wait for first, then what goes on from access that ends soonest. */
const byUrgency = (makes: readonly Planned[], handOvers: readonly PlannedHandOver[]): readonly Planned[] => {
  const awaited = new Set(handOvers.flatMap(({ to }) => to));
  const urgency = ({ planned }: Planned) => (awaited.has(planned) ? "" : (planned.goesOnFrom ?? "~"));
  return makes.toSorted((a, b) => (urgency(a) < urgency(b) ? -1 : urgency(a) > urgency(b) ? 1 : 0));
};

/**
 * Accounts and where they are, asked of AWS Organizations once in what is made: a flow gives many people the same, and a
 * path of units is a call for each, of five a second.
 */
const askedOnce = (
  organization: AutomaticDependencies["organization"],
): AutomaticDependencies["organization"] => ({
  account: remembered((id: AccountId) => organization.account(id)),
  ancestorsOf: remembered((id: AccountId) => organization.ancestorsOf(id)),
});

/** Those whose period is over end by their expiry, which is no later. */
const liveRequests = async (
  requests: Pick<AccessRequestStore, "listAutomatic">,
  now: Date,
): Promise<readonly LiveRequest[]> => {
  const found = new Map<RequestId, LiveRequest>();
  let cursor: string | undefined;
  do {
    const page = await requests.listAutomatic(now, {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const request of page.items) {
      const live = liveRequest(request);
      if (live !== undefined) found.set(live.id, live);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...found.values()];
};

interface Found {
  readonly flows: readonly AccessFlow[];
  readonly live: readonly LiveRequest[];
  readonly now: Date;
}

/** A flow that gives something, or gave what is still there. */
interface Situated {
  readonly name: FlowName;
  /** Absent: it was deleted. */
  readonly flow: AccessFlow | undefined;
  readonly requests: readonly LiveRequest[];
}

/**
 * First what is closed, of which nothing has to be looked up; then the others, of which each run begins with another one:
 * what a run does not come to is not what the next one does not come to either.
 */
const situationsOf = async (
  { flows: store }: Pick<AutomaticDependencies, "flows">,
  { flows, live, now }: Found,
): Promise<readonly Situated[]> => {
  const liveOf = Map.groupBy(live, ({ flow }) => flow.name);
  const names = [...new Set<FlowName>([...flows.map(({ name }) => name), ...liveOf.keys()])].toSorted();
  const situations = await inBatches(names, AT_A_TIME, async (name): Promise<Situated> => ({
    name,
    // One that gave access and is automatic no more is looked up by itself: what it is now says why it ends.
    flow: flows.find((one) => one.name === name) ?? (await store.get(name)),
    requests: liveOf.get(name) ?? [],
  }));
  const isClosed = ({ flow }: Situated) => whyClosed(flow, now) !== undefined;
  const open = situations.filter((situation) => !isClosed(situation));
  return [...situations.filter(isClosed), ...fromPlaceOf(now, open, 1)];
};

/** What is to be done for a flow. */
const planning = (
  dependencies: AutomaticDependencies,
  { flows, now }: Pick<Found, "flows" | "now">,
  tally: Tally,
) => {
  const people = peopleOfFlows(dependencies, now, flows);
  const targets = targetsOfFlows(dependencies, now);
  return async ({ flow, requests }: Situated): Promise<PlannedFlow> => {
    const about = (loaded: Loaded) =>
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
    if (flow === undefined || whyClosed(flow, now) !== undefined)
      return { ...about(NOTHING_KNOWN), make: [] };
    const loaded = await loadFlow(dependencies, { people, targets }, { flow, requests, tally });
    const { make, ...plan } = about(loaded);
    return {
      ...plan,
      make: make.map((planned) => ({ flow, planned, gives: loaded.targets, dependencies: loaded.rotas })),
    };
  };
};

interface PlannedFlow extends Omit<Plan, "make"> {
  readonly make: readonly Planned[];
}

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
  problems: [],
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
  for (const problem of [...people.problems, ...targets.problems]) tally.problemOf(flow, problem);
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
  notEnded = 0;
  readonly defects: unknown[] = [];
  private readonly problems = new Set<string>();
  private readonly flowsLeft: FlowName[] = [];

  /** What is left of ends is one: they come first, and should never be. */
  get allProblems(): readonly string[] {
    return [
      ...this.problems,
      ...(this.notEnded === 0
        ? []
        : [`${String(this.notEnded)} requests whose access is to end: there was no time left for them`]),
      ...(this.flowsLeft.length === 0
        ? []
        : [`access flows ${this.flowsLeft.join(", ")}: there was no time left to look at them`]),
    ];
  }

  notLookedAt(flow: FlowName): void {
    this.flowsLeft.push(flow);
  }

  problemOf({ name }: AccessFlow, problem: string): void {
    this.problems.add(`access flow ${name}: ${problem}`);
  }

  /** Nobody waits for one that fails: what passes is tried by the next run, and anything else is for people. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof RetryableError || error instanceof DomainError || error instanceof TooManyRequests)
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
      if (error instanceof RetryableError) this.problemOf(flow, error.message);
      else this.defects.push(error);
      return otherwise;
    }
  }
}
