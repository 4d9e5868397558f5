import type { Json } from "../wire/json.ts";

/*
 * The part of the Amazon States Language that the embedded Step Functions runs: JSONata machines.
 * https://states-language.net/spec.html
 *
 * A `Template` is any JSON in which a string `{% … %}` stands for the value of that JSONata expression.
 */
export type Template = Json;

/** A number, or an expression that yields one. */
export type NumberTemplate = number | string;

/** Expressions by the name of the workflow variable that receives their value. */
export type Assignments = Readonly<Record<string, Template>>;

/** How a state hands over: `Next` names the following state, `End` closes the scope. */
export interface Handover {
  readonly Next?: string | undefined;
  readonly End?: boolean | undefined;
  readonly Assign?: Assignments | undefined;
  readonly Output?: Template | undefined;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number | undefined;
  readonly MaxAttempts?: number | undefined;
  readonly BackoffRate?: number | undefined;
  readonly MaxDelaySeconds?: number | undefined;
  readonly JitterStrategy?: "FULL" | "NONE" | undefined;
}

export interface Catcher extends Handover {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}

export interface ChoiceRule extends Handover {
  readonly Condition: string | boolean;
  readonly Next: string;
}

/** What Task, Parallel and Map have in common: the states that can fail and be retried. */
export interface Fallible {
  readonly Retry?: readonly Retrier[] | undefined;
  readonly Catch?: readonly Catcher[] | undefined;
}

export interface PassState extends Handover {
  readonly Type: "Pass";
}

export interface TaskState extends Handover, Fallible {
  readonly Type: "Task";
  readonly Resource: string;
  readonly Arguments?: Template | undefined;
  readonly TimeoutSeconds?: NumberTemplate | undefined;
  readonly HeartbeatSeconds?: NumberTemplate | undefined;
}

export interface ChoiceState {
  readonly Type: "Choice";
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string | undefined;
  /** Used, like `Output`, when no rule matches and `Default` is taken. */
  readonly Assign?: Assignments | undefined;
  readonly Output?: Template | undefined;
}

export interface WaitState extends Handover {
  readonly Type: "Wait";
  readonly Seconds?: NumberTemplate | undefined;
  readonly Timestamp?: string | undefined;
}

export interface SucceedState {
  readonly Type: "Succeed";
  readonly Output?: Template | undefined;
}

export interface FailState {
  readonly Type: "Fail";
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}

export interface ParallelState extends Handover, Fallible {
  readonly Type: "Parallel";
  readonly Branches: readonly StatesScope[];
  readonly Arguments?: Template | undefined;
}

export interface MapState extends Handover, Fallible {
  readonly Type: "Map";
  readonly ItemProcessor: ItemProcessor;
  readonly Items?: Template | undefined;
  readonly ItemSelector?: Template | undefined;
  readonly MaxConcurrency?: NumberTemplate | undefined;
  /** This and what follows only where the items are executions of their own. */
  readonly ItemBatcher?: ItemBatcher | undefined;
  readonly ToleratedFailureCount?: NumberTemplate | undefined;
  readonly ToleratedFailurePercentage?: NumberTemplate | undefined;
  readonly Label?: string | undefined;
}

/** A Map whose items, or batches of them, are executions of their own. */
export interface DistributedMapState extends MapState {
  readonly ItemProcessor: ItemProcessor & { readonly ProcessorConfig: DistributedProcessing };
}

export const isDistributedMap = (state: State): state is DistributedMapState =>
  state.Type === "Map" && state.ItemProcessor.ProcessorConfig?.Mode === "DISTRIBUTED";

/** How many items a child execution gets at once, and what it gets beside them. */
export interface ItemBatcher {
  readonly MaxItemsPerBatch: NumberTemplate;
  readonly BatchInput?: Template | undefined;
}

export type State =
  PassState | TaskState | ChoiceState | WaitState | SucceedState | FailState | ParallelState | MapState;

/** A machine's states, or those of one branch of a Parallel, or of a Map's processor. */
export interface StatesScope {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The type of workflow that the children of a distributed Map are. */
export type ChildExecutionType = "STANDARD" | "EXPRESS";

export interface DistributedProcessing {
  readonly Mode: "DISTRIBUTED";
  readonly ExecutionType: ChildExecutionType;
}

export interface ItemProcessor extends StatesScope {
  readonly ProcessorConfig?: { readonly Mode: "INLINE" } | DistributedProcessing | undefined;
}

export interface MachineDefinition extends StatesScope {
  /** Seconds after which a running execution is TIMED_OUT. */
  readonly TimeoutSeconds?: number | undefined;
}

/** The states inside of a Parallel or a Map, with their place in it. */
export const innerScopesOf = (
  state: State,
): readonly { readonly path: string; readonly scope: StatesScope }[] => {
  if (state.Type === "Map") return [{ path: "ItemProcessor", scope: state.ItemProcessor }];
  if (state.Type !== "Parallel") return [];
  return state.Branches.map((scope, index) => ({ path: `Branches[${String(index)}]`, scope }));
};
