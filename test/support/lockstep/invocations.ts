import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { InvocationAnswer, InvocationMeta } from "../../../local/step-functions/ports.ts";
import type { Json } from "../../../local/wire/json.ts";
import type { FunctionName, Functions } from "./functions.ts";
import type { Interruptions } from "./interruptions.ts";

/** One invocation of a function by an execution. */
export interface TaskCall {
  readonly execution: string;
  readonly function: FunctionName;
  readonly payload: Json;
}

/** Answers in a function's place, as far as it has an answer. */
export type AnswerInstead = (call: TaskCall) => Promise<InvocationAnswer | undefined>;

const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1);

/** Lambda, as the machine sees it: a function answers, or ends with the error that it threw or was interrupted by. */
export class Invocations {
  private readonly clock: Pick<Clock, "now">;
  private readonly functions: Functions;
  private readonly interruptions: Interruptions;
  private readonly answerInstead: AnswerInstead | undefined;
  readonly all: { readonly function: FunctionName; readonly at: Date }[] = [];

  constructor(around: {
    readonly clock: Pick<Clock, "now">;
    readonly functions: Functions;
    readonly interruptions: Interruptions;
    readonly answerInstead: AnswerInstead | undefined;
  }) {
    this.clock = around.clock;
    this.functions = around.functions;
    this.interruptions = around.interruptions;
    this.answerInstead = around.answerInstead;
  }

  async invoke(arn: string, payload: Json, { executionArn }: InvocationMeta): Promise<InvocationAnswer> {
    const name = nameIn(arn) as FunctionName;
    const instead = await this.answerInstead?.({ execution: nameIn(executionArn), function: name, payload });
    if (instead !== undefined) return instead;
    this.all.push({ function: name, at: this.clock.now() });
    try {
      this.interruptions.crash(name, "before");
      const failure = this.interruptions.failing.get(name);
      // A stuck report comes through the same function, and has to get through.
      if (failure !== undefined && !JSON.stringify(payload).includes('"stuck"')) throw failure;
      const output = await this.interruptions.outputOf(() => this.functions[name](payload));
      this.interruptions.crash(name, "after");
      return { payload: output };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { functionError: { errorType: error.name, errorMessage: error.message } };
    }
  }
}
