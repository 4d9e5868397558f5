/** The process of an invocation was killed: nothing of it goes on, and whoever waits for it sees the connection break. */
const killed = (): Error =>
  Object.assign(new Error("Runtime exited with error: signal: killed"), { name: "Runtime.ExitError" });

/** What an invocation does that the world sees: a write of a store, or a call of AWS. */
export interface Step {
  readonly kind: "write" | "call";
  readonly name: string;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** One sandbox of a function: after it was killed, none of its calls go out, and no answer comes in. */
export class Sandbox {
  private isDead = false;
  private kill = (): void => undefined;

  /** The work's outcome, or how it was killed. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const end = new Promise<never>((_, reject) => {
      this.kill = () => {
        this.isDead = true;
        reject(killed());
      };
    });
    return Promise.race([work(), end]);
  }

  private diedWith(isLast: () => boolean): boolean {
    if (!this.isDead && isLast()) this.kill();
    return this.isDead;
  }

  /** Does something outside; `isLast` says afterwards whether the sandbox is killed before it sees the answer. */
  async outside<T>(does: () => Promise<T>, isLast: () => boolean): Promise<T> {
    if (this.isDead) return never();
    const answer = await does().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if (this.diedWith(isLast)) return never();
    if ("error" in answer) throw answer.error;
    return answer.value;
  }
}
