import type { Json } from "../../../local/wire/json.ts";
import { SimulatedAws } from "../aws/aws.ts";
import { EventQueue } from "../aws/event-queue.ts";
import { SimulatedLambda, type Invocation } from "../aws/lambda.ts";
import { lateIndexes } from "../aws/late-indexes.ts";
import { RequestStream } from "../aws/request-stream.ts";
import { TrailQueue } from "../aws/trail-queue.ts";
import type { Conditions } from "../conditions.ts";
import { effectsIn } from "../effects.ts";
import { hasAutomaticFlow, isSynced, NO_STEP, type History } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { lostCalls } from "../lost-calls.ts";
import { busObserver, logObserver } from "../observers/output.ts";
import type { UntoldTransitions } from "../observers/untold-transitions.ts";
import type { Watcher } from "../oracle/watcher.ts";
import type { Random } from "../random.ts";
import type { Simulator } from "../simulator.ts";
import type { Trace } from "../trace.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { runAutomaticRegularly } from "./automatic-schedule.ts";
import { functions } from "./functions.ts";
import type { FunctionName } from "./names.ts";
import { StateMachine } from "./state-machine.ts";
import { sweepRegularly } from "./sweep-schedule.ts";
import { syncRegularly } from "./sync-schedule.ts";

export interface DeploymentSurroundings {
  readonly history: History;
  readonly simulator: Simulator;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly conditions: Conditions;
  readonly ledger: Ledger;
  readonly watcher: Required<Watcher>;
  readonly untold: UntoldTransitions;
  readonly trace: Trace;
}

/** Lockstep in the simulated AWS: its functions and its machine, and all the ways by which one reaches another. */
export class Deployment {
  private readonly around: DeploymentSurroundings;
  private readonly events: EventQueue;
  readonly lambda: SimulatedLambda;
  readonly stream: RequestStream;
  readonly machine: StateMachine;
  readonly aws: SimulatedAws;
  /** How many calls the functions have made. */
  calls = 0;
  /** Whose call was answered last: what is written now is written by it. */
  calling: Invocation | undefined;

  constructor(around: DeploymentSurroundings) {
    this.around = around;
    const { history, simulator, time, random, conditions, ledger, watcher, untold, trace } = around;
    const { dynamoDb, identity } = simulator;
    const effects = effectsIn(conditions, time);
    const lambda = new SimulatedLambda({
      time,
      random,
      functions,
      clockOff: (container) => conditions.offOf(container),
      callEffect: effects.call,
      invocationEffects: effects.invocation,
      answer: (invocation, call) => {
        this.calls += 1;
        this.calling = invocation;
        return this.aws.answer(invocation, call);
      },
      log: logObserver(watcher),
      trace,
    });
    const events = new EventQueue(time, lambda);
    this.lambda = lambda;
    this.events = events;
    this.stream = new RequestStream({
      time,
      random,
      effects: effects.record,
      deliver: async (of, image) => {
        const answer = await lambda.invoke("record", of, image).catch(() => undefined);
        return answer !== undefined && "payload" in answer;
      },
    });
    this.machine = new StateMachine({
      time,
      random,
      ledger,
      simulator,
      invokeFunction: (name, of, payload) => lambda.invoke(name, of, payload),
      sweep: (of, event) => {
        events.send("sweep", of, event as unknown as Json);
      },
      administer: (operation, input) => {
        void this.aws.administer(operation, input);
      },
    });
    const trail = isSynced(history) ? new TrailQueue(time, random, lambda) : undefined;
    this.aws = new SimulatedAws({
      time,
      random,
      conditions,
      watcher,
      dynamoDb,
      identity,
      states: this.machine.service,
      invokeFunction: (name, payload) => lambda.invoke(name as FunctionName, NO_STEP, payload),
      sendToFunction: (name, payload) => {
        events.send(name as FunctionName, NO_STEP, payload);
      },
      isLost: lostCalls({ history, time, conditions, ledger }),
      publish: busObserver(watcher, untold),
      onTrailEvent:
        trail === undefined
          ? undefined
          : (event) => {
              trail.send(event);
            },
    });
  }

  /** A function runs, or an event is on its way to one. */
  get isAtWork(): boolean {
    return this.lambda.running !== 0 || this.events.pending !== 0;
  }

  start(): void {
    const { history, simulator, time, random, conditions } = this.around;
    simulator.dynamoDb.delayIndexes(lateIndexes({ time, random, conditions }));
    simulator.attach({ clock: time, course: this.aws });
    sweepRegularly(time, random, (payload) => {
      this.events.send("sweep", NO_STEP, payload);
    });
    if (isSynced(history)) {
      syncRegularly(time, random, () => {
        this.events.send("sync-schedule", NO_STEP, {});
      });
    }
    if (hasAutomaticFlow(history)) {
      runAutomaticRegularly(time, random, () => {
        this.events.send("automatic", NO_STEP, {});
      });
    }
    this.machine.start();
  }

  redeploy(): void {
    this.machine.redeploy();
    this.lambda.redeploy();
  }
}
