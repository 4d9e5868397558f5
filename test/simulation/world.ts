import type { RequestAsk } from "../../lambdas/core/contracts/http/requests.ts";
import type { SimulatedAws } from "./aws/aws.ts";
import type { SimulatedIdentity } from "./aws/identity.ts";
import type { SimulatedLambda } from "./aws/lambda.ts";
import type { PersonName } from "./cast.ts";
import type { Conditions } from "./conditions.ts";
import type { Ledger, SaidDecision } from "./ledger.ts";
import type { ApiAnswer } from "./lockstep/functions.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A call of the API: by whom, of which route. */
export interface ApiCall {
  readonly who: PersonName;
  readonly route: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly body?: RequestAsk | Readonly<Record<string, unknown>>;
}

/** What became of a call, over all its tries. */
export interface Outcome {
  readonly answer: ApiAnswer;
  /** Some earlier try ended without an answer that says what it did. */
  readonly unsure: boolean;
}

export interface ExecutionState {
  readonly arn: string;
  readonly status: string;
}

/** What actions and faults work on. */
export interface World {
  readonly time: VirtualTime;
  readonly aws: SimulatedAws;
  readonly lambda: SimulatedLambda;
  readonly identity: SimulatedIdentity;
  readonly conditions: Conditions;
  readonly ledger: Ledger;
  /** Calls the API for a step, and again with the same Idempotency-Key until it answers. */
  callApi(n: number, call: ApiCall): Promise<Outcome>;
  /** Whether something repeats the step's call later, whatever was answered. */
  mayBeRepeated(n: number): boolean;
  /** Tells that Lockstep has answered that a decision counts. */
  tookDecision(said: SaidDecision): void;
  /** The request that the step made, once it is written. */
  requestId(n: number): string | undefined;
  /** Changes AWS by hand: what is done meanwhile is nobody's of Lockstep. */
  byHand(work: () => void): void;
  runningExecutions(n: number): readonly ExecutionState[];
  stopExecution(arn: string): void;
  /** Makes an execution disappear, as if it had never been: no event tells of it. */
  loseExecution(arn: string): void;
  redeploy(): void;
}
