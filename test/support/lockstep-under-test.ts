import type { SweepReport } from "../../lambdas/core/contracts/http/sweep.ts";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import { entitlementKey } from "../../lambdas/core/domain/entitlement.ts";
import type { FlowName, RequestId } from "../../lambdas/core/domain/ids.ts";
import type { Person } from "../../lambdas/core/domain/principal.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { removeWhatIsQueued } from "../../lambdas/core/use-cases/removals.ts";
import { lookAtRequestsOf } from "../../lambdas/core/use-cases/sweep/requests-without-flow.ts";
import { sweep } from "../../lambdas/core/use-cases/sweep/sweep.ts";
import { aFlow, anEntitlement } from "./builders.ts";
import { FakeConfigurationTrail, fakeConfigurationHeads } from "./fakes/configuration-trail.ts";
import { FakeEventPublisher } from "./fakes/event-publisher.ts";
import { FakeProvider } from "./fakes/provider.ts";
import {
  FakeAccessFlowStore,
  FakeAccessRequestStore,
  FakeAuditTrail,
  FakeEntitlementStore,
  FakeWakeupStore,
} from "./fakes/stores.ts";
import { FakeTurns } from "./fakes/turns.ts";
import { alice, directoryOfCast, organizationOfCast } from "./lockstep/cast.ts";
import { composeFunctions } from "./lockstep/functions.ts";
import {
  entitlementsOfGrants,
  providersOfFunctions,
  turnsOfFunctions,
} from "./lockstep/interrupted-ports.ts";
import { Interruptions, type Gate } from "./lockstep/interruptions.ts";
import { Invocations, type AnswerInstead } from "./lockstep/invocations.ts";
import { peopleOf } from "./lockstep/people.ts";
import { createStateMachine } from "./lockstep/state-machine.ts";
import { noPolicies } from "./policies.ts";
import { VirtualClock } from "./virtual-clock.ts";

export { alice, automaticFlow, bob, carol, engineers, leads, powerUser } from "./lockstep/cast.ts";
export type { FunctionName } from "./lockstep/functions.ts";
export type { TaskCall } from "./lockstep/invocations.ts";

interface Options {
  readonly flow?: AccessFlow;
  /** Another state machine than today's: the text of its definition, as it is in statemachines/. */
  readonly definition?: string;
  /** Whether changes have to be confirmed by somebody else before they serve those who made them. */
  readonly secondAdministrator?: boolean;
  /** Answers in a function's place, as far as it has an answer. */
  readonly answerInstead?: AnswerInstead;
  /** The rule that replaces an execution that failed, timed out or was aborted; without it, nobody does. */
  readonly replacesExecutions?: boolean;
}

/**
 * All of Lockstep on a virtual clock: the real state machine and use cases, over fakes that hold state.
 * Alice and carol are payments engineers, bob is a payments lead.
 */
export const lockstepUnderTest = async (options: Options = {}) => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const entitlements = new FakeEntitlementStore();
  const wakeups = new FakeWakeupStore();
  const flows = new FakeAccessFlowStore();
  const directory = directoryOfCast();
  const policies = { ...noPolicies(), secondAdministrator: options.secondAdministrator ?? false };
  const organization = organizationOfCast();
  /** By how much the functions' clock is off (milliseconds). */
  let offBy = 0;
  const functionClock: Clock = {
    now: () => new Date(clock.now().getTime() + offBy),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
  const provider = new FakeProvider(clock, functionClock);
  const turns = new FakeTurns(functionClock);
  const audit = new FakeAuditTrail();
  const events = new FakeEventPublisher();
  /** Whether too many grants wait for their calls. */
  let crowded = false;
  await flows.put(options.flow ?? aFlow());

  let ids = 0;
  const newId = () => `id-${String((ids += 1))}`;
  const interruptions = new Interruptions();
  const machine = createStateMachine({
    clock,
    requests,
    interruptions,
    invokeFunction: (arn, payload, meta) => invocations.invoke(arn, payload, meta),
    newId,
    definition: options.definition,
    replacesExecutions: options.replacesExecutions,
  });
  const { workflow } = machine;
  const providers = providersOfFunctions(provider, interruptions);
  const removals = {
    entitlements,
    index: entitlements,
    turns: turnsOfFunctions(turns, interruptions),
    providers,
    clock: functionClock,
  };
  const functions = composeFunctions({
    requests,
    wakeups,
    workflow,
    entitlements: entitlementsOfGrants(entitlements, interruptions),
    admission: { setApart: () => Promise.resolve(crowded ? "later" : "ready") },
    removals,
    flows,
    atStart: { ...policies, requests, directory, flows, organization },
    clock: functionClock,
  });
  const invocations = new Invocations({
    clock,
    functions,
    interruptions,
    answerInstead: options.answerInstead,
  });
  const sweepNow = sweep({
    requests,
    flows,
    due: requests,
    entitlements,
    index: entitlements,
    turns,
    audit,
    configurationHeads: fakeConfigurationHeads({}),
    configurationTrail: new FakeConfigurationTrail(),
    events,
    workflow,
    // Invoked without waiting for it.
    removals: {
      drain: () => {
        void removeWhatIsQueued(removals)();
        return Promise.resolve();
      },
    },
    counts: requests,
    providers,
    clock: functionClock,
  });

  return {
    clock,
    requests,
    entitlements,
    wakeups,
    flows,
    directory,
    policies,
    organization,
    provider,
    turns,
    audit,
    events,
    /** Today's functions, as the machine invokes them. */
    functions,
    invocations: invocations.all,
    crashes: interruptions.crashes,
    failing: interruptions.failing,
    lost: interruptions.lost,
    ...machine,
    ...peopleOf({ clock, requests, flows, wakeups, directory, organization, policies, workflow, newId }),
    /** Cuts the next invocation that comes to `gate` off; the answer lets it run on. */
    holdUp: (gate: Gate): (() => Promise<void>) => {
      const open = interruptions.holdUp(gate);
      return async () => {
        open();
        await clock.advanceBy(0);
      };
    },
    setCrowded: (value: boolean): void => {
      crowded = value;
    },
    setFunctionClock: (milliseconds: number): void => {
      offBy = milliseconds;
    },
    /** Removes what is queued, as the sweep asks for. */
    drain: async () => {
      const drained = removeWhatIsQueued(removals)();
      await clock.runUntilIdle();
      return drained;
    },
    /** What the bus brings about when a flow has changed, and so long afterwards. */
    flowChanged: async (name: FlowName, milliseconds = 1000): Promise<void> => {
      const look = lookAtRequestsOf({ requests, flows, workflow, clock: functionClock });
      const looked = look(name, new Date(functionClock.now().getTime() + 240_000));
      await clock.advanceBy(milliseconds);
      await looked;
    },
    /** One scheduled sweep. */
    sweep: async (): Promise<SweepReport> => {
      const swept = sweepNow({ seconds: 240, counting: false });
      await clock.advanceBy(0);
      const { report, defects } = await swept;
      if (defects.length > 0) throw defects[0] as Error;
      await clock.advanceBy(0);
      return report;
    },
    request: async (id: RequestId) => {
      const request = await requests.get(id);
      if (request === undefined) throw new Error(`No request ${id}`);
      return request;
    },
    /** The statuses that a request went through. */
    statuses: (id: RequestId) =>
      requests.history.filter((request) => request.id === id).map(({ status }) => status),
    /** The transitions that a request went through. */
    transitions: (id: RequestId) =>
      requests.history.filter((request) => request.id === id).map(({ trail }) => trail.at(-1)?.type),
    /** Whether AWS has the assignment of `person` (PowerUser in payments-prod). */
    has: (person: Person = alice) =>
      provider.present.has(entitlementKey(anEntitlement({ principalId: person.userId }))),
  };
};

export type LockstepUnderTest = Awaited<ReturnType<typeof lockstepUnderTest>>;

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
