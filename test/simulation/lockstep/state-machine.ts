import type { InvocationAnswer, ServiceEvent } from "../../../local/step-functions/ports.ts";
import type { ExecutionRecord } from "../../../local/step-functions/records.ts";
import { createStepFunctions, type StepFunctions } from "../../../local/step-functions/step-functions.ts";
import type { Json } from "../../../local/wire/json.ts";
import type { ServiceDefinition } from "../../../local/wire/service.ts";
import { HOME, identityCenter } from "../cast.ts";
import type { Ledger } from "../ledger.ts";
import type { Random } from "../random.ts";
import type { Simulator } from "../simulator.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { MACHINE, SYNC_MACHINE, type FunctionName } from "./names.ts";
import { isSweptFor } from "./sweep-schedule.ts";

const EXECUTIONS = "states/executions";

const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1);

/** The request that an execution is about, by its input; a sync's is about none. */
export const requestOfInput = (input: string): string =>
  (JSON.parse(input) as { readonly requestId?: string }).requestId ?? "";

export interface MachineSurroundings {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly simulator: Simulator;
  readonly invokeFunction: (name: FunctionName, of: number, payload: Json) => Promise<InvocationAnswer>;
  /** Has the sweep look at an execution that did not come to its end. */
  readonly sweep: (of: number, event: ServiceEvent) => void;
  /** Calls Step Functions as an administrator. */
  readonly administer: (operation: string, input: object) => void;
}

/** Lockstep's state machines, run by the local Step Functions for one history. */
export class StateMachine {
  private readonly around: MachineSurroundings;
  private readonly engine: StepFunctions;
  /** Executions that nobody is told of any more, by name. */
  private readonly vanished = new Set<string>();
  private releases = 0;

  constructor(around: MachineSurroundings) {
    this.around = around;
    const { time, random, ledger, simulator, invokeFunction } = around;
    let jitters = 0;
    this.engine = createStepFunctions({
      clock: time,
      store: simulator.store,
      invokeFunction: (arn, payload) => {
        const requestId = (payload as { readonly requestId?: string }).requestId ?? "";
        return invokeFunction(nameIn(arn) as FunctionName, ledger.stepOf(requestId), payload);
      },
      publish: (event) => {
        this.publish(event);
      },
      region: identityCenter.region,
      accountId: HOME,
      newId: simulator.newId,
      random: () => random.split(`jitter/${time.milliseconds}/${(jitters += 1) % 7}`).next(),
    });
  }

  get service(): ServiceDefinition {
    return this.engine.service;
  }

  start(): void {
    this.register();
    this.engine.start();
  }

  /** A new release of the same machines. */
  redeploy(): void {
    this.releases += 1;
    this.register();
  }

  /** The executions that are at the request of that step. */
  runningExecutions(of: number): readonly ExecutionRecord[] {
    const { simulator, ledger } = this.around;
    return simulator.store
      .list(EXECUTIONS)
      .map(({ document }) => document as ExecutionRecord)
      .filter(({ status, input }) => status === "RUNNING" && ledger.stepOf(requestOfInput(input)) === of);
  }

  stop(executionArn: string): void {
    this.around.administer("StopExecution", { executionArn });
  }

  /** Makes an execution disappear, as if it had never been: no event tells of it. */
  lose(executionArn: string): void {
    this.vanished.add(nameIn(executionArn));
    this.stop(executionArn);
    this.around.simulator.store.delete(EXECUTIONS, executionArn);
  }

  private register(): void {
    const release = this.releases === 0 ? "" : `Release ${this.releases}. `;
    const { definition, syncDefinition } = this.around.simulator;
    for (const [arn, text] of [
      [MACHINE, definition],
      [SYNC_MACHINE, syncDefinition],
    ] as const) {
      const name = nameIn(arn);
      this.engine.registerMachine({
        arn,
        name,
        definition: text.replace('"Comment": "', `"Comment": "${release}`),
        roleArn: `arn:aws:iam::${HOME}:role/${name}`,
        type: "STANDARD",
      });
    }
  }

  private publish(event: ServiceEvent): void {
    const { stateMachineArn, name, status, input } = event.detail as {
      readonly stateMachineArn: string;
      readonly name: string;
      readonly status: string;
      readonly input: string;
    };
    // A sync that did not come to its end is taken up by its own schedule.
    if (stateMachineArn !== MACHINE || !isSweptFor(status) || this.vanished.has(name)) return;
    this.around.sweep(this.around.ledger.stepOf(requestOfInput(input)), event);
  }
}
