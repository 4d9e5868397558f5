import type { FunctionName } from "./functions.ts";

/** Killed before its work, at its first wait for AWS's answer, or after all of its work. */
type Moment = "before" | "before-answer" | "after";

/** Where an invocation can be held up while the machine goes on without it. */
export type Gate = "before it takes hold" | "before its Create" | "before its turn" | "before its Delete";

const killed = (): Error =>
  Object.assign(new Error("Runtime exited with error: signal: killed"), { name: "Runtime.ExitError" });

/** The machine lost the connection to an invocation, which may run on. */
const cutOff = (): Error =>
  Object.assign(new Error("The connection was closed"), { name: "Lambda.SdkClientException" });

/** What a test has in store for the functions: they are killed, fail, are cut off, or do not get through. */
export class Interruptions {
  /** Errors that a function throws, before it does its work or after, once each. */
  readonly crashes: { readonly function: FunctionName; readonly when: Moment }[] = [];
  /** What a function throws instead of doing its work, for as long as it stands here. */
  readonly failing = new Map<FunctionName, Error>();
  /** What cannot be reached. */
  readonly lost: "start"[] = [];
  /** Where the next invocation is cut off from the machine, which sees an error; the rest of it runs when a test says so. */
  private readonly gates = new Map<Gate, Promise<undefined>>();
  private interrupt = (_error: Error): void => undefined;

  /** Cuts the next invocation that comes to `gate` off; the answer lets it run on. */
  holdUp(gate: Gate): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.gates.set(gate, promise);
    return () => {
      resolve(undefined);
    };
  }

  async passing(gate: Gate): Promise<void> {
    const opened = this.gates.get(gate);
    if (opened === undefined) return;
    this.gates.delete(gate);
    this.interrupt(cutOff());
    await opened;
  }

  /** What the machine gets of the work: its output, or the error when it is interrupted, whatever becomes of the rest. */
  outputOf<Output>(work: () => Promise<Output>): Promise<Output> {
    const interrupted = new Promise<never>((_, reject) => {
      this.interrupt = (error) => {
        reject(error);
      };
    });
    return Promise.race([work(), interrupted]);
  }

  /** Throws if the function is to be killed now. */
  crash(name: FunctionName, when: Moment): void {
    if (this.isPlanned(name, when)) throw killed();
  }

  /** A function that is killed at its call never sees the answer, though the call has reached AWS. */
  answerTo<Answer>(name: FunctionName, answer: Promise<Answer>): Promise<Answer> {
    if (!this.isPlanned(name, "before-answer")) return answer;
    this.interrupt(killed());
    return new Promise(() => undefined);
  }

  private isPlanned(name: FunctionName, when: Moment): boolean {
    const index = this.crashes.findIndex((crash) => crash.function === name && crash.when === when);
    if (index >= 0) this.crashes.splice(index, 1);
    return index >= 0;
  }
}
