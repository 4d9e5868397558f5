import type { PlannedEnd, PlannedHandOver, PlannedRequest } from "../../domain/automatic/plan.ts";
import { RetryableError } from "../../domain/errors.ts";
import type { AccountId, RequestId } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore, AccessRequestStore, Turns } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { endAutomaticRequest } from "./end-automatic-request.ts";
import type { KnowingDependencies } from "./known-of-flow.ts";
import { listLiveRequests } from "./list-live-requests.ts";
import {
  makeAutomaticRequest,
  startAutomaticRequest,
  type MakeDependencies,
} from "./make-automatic-request.ts";
import { planFlows, type Planned } from "./plan-flows.ts";
import { remembered } from "./remembered.ts";
import { RunTally } from "./run-tally.ts";
import { situationsOfFlows } from "./situations-of-flows.ts";

export interface AutomaticDependencies
  extends Omit<MakeDependencies, "guardrails" | "inventory">, KnowingDependencies {
  readonly inventory: MakeDependencies["inventory"] & KnowingDependencies["inventory"];
  readonly directory: MakeDependencies["directory"] & KnowingDependencies["directory"];
  readonly flows: Pick<AccessFlowStore, "get" | "list">;
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
  const tally = new RunTally();
  const live = await listLiveRequests(dependencies.requests, now);
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
  const plan = planFlows(dependencies, now, flows, tally);
  for (const situation of await situationsOfFlows(dependencies, { flows, live, now })) {
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
  /** Those that are there, and those of which it is not known yet whether they can be. */
  const awaited = new Set<PlannedRequest>();
  tally.left += await work(byUrgency(makes, handOvers), async (asked) => {
    const made = await make(asked).catch((error: unknown) => {
      if (error instanceof RetryableError) awaited.add(asked.planned);
      throw error;
    });
    if (made === "made") tally.made += 1;
    if (made === "withheld") tally.withheld += 1;
    if (made === "made" || made === "there" || made === "unknown") awaited.add(asked.planned);
  });
  await endEach(handOvers.filter(({ to }) => !to.every((planned) => awaited.has(planned))));
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
