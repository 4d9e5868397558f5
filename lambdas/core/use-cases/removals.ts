import { entitlementKey, type Entitlement } from "../domain/entitlement.ts";
import { RetryableError } from "../domain/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Providers } from "../ports/provider.ts";
import type { EntitlementIndex, EntitlementStore, Turns } from "../ports/stores.ts";
import { AccountQueues, type InAccount } from "./account-queues.ts";
import { KeptTurn } from "./kept-turn.ts";
import { outOfTime, removeEntitlement, type Removed } from "./remove-entitlement.ts";

/*
 * Everything that nobody holds any more is removed by one invocation at a time: the one that has the turn. It removes
 * what it came for, and what all others have queued, so that a thousand expiries in one minute are one orderly stream of
 * calls and not a thousand invocations that throttle one another (docs/adr/0011-removals-take-turns.md).
 */

export interface RemovalDependencies {
  readonly entitlements: EntitlementStore;
  readonly index: EntitlementIndex;
  readonly turns: Turns;
  readonly providers: Providers;
  readonly clock: Clock;
}

/** A turn at removing: `own` settles as soon as the caller's own removals have ended, `all` when the turn is over. */
export interface RemovalRun {
  readonly own: Promise<ReadonlyMap<string, Removed>>;
  readonly all: Promise<void>;
}

/**
 * sso-admin takes 15 outstanding assignment operations, and updates one permission-set role at a time in an account
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html): a second operation in an account would only
 * wait there, and take the place of another account's. The provider keeps to the 15; five more removals are those whose
 * operation has ended, and which are being confirmed.
 */
const AT_ONCE = 20;

/** A removal takes up to 45 seconds (providers/…/polling.ts): with these 200 it ends well within a function's 300. */
const BEGIN_WITHIN_MILLISECONDS = 200_000;

/** So many are read at a time: enough different accounts to keep 15 busy. */
const PAGE = 500;

/** What was queued since the last look is looked for as often as this. */
const LOOK_EVERY_MILLISECONDS = 5000;

/**
 * Takes the turn, and removes `own` first, then all that is queued. Undefined while another invocation has the turn: it
 * comes by everything that is queued.
 *
 * `now` is the time to compare stored moments with.
 */
export const removeQueued =
  (dependencies: RemovalDependencies) =>
  async (own: readonly Entitlement[], now: () => Date): Promise<RemovalRun | undefined> => {
    const began = dependencies.clock.now().getTime();
    const turn = await KeptTurn.take(dependencies, "removals");
    if (turn === undefined) return undefined;
    return new Run(dependencies, turn, now, began + BEGIN_WITHIN_MILLISECONDS).begin(own);
  };

/** Removes what is queued by anybody: for the sweep, which found something that nobody comes for. */
export const removeWhatIsQueued =
  (dependencies: RemovalDependencies) => async (): Promise<{ readonly began: boolean }> => {
    const run = await removeQueued(dependencies)([], () => dependencies.clock.now());
    await run?.all;
    return { began: run !== undefined };
  };

/** A removal that waits to begin. */
interface Waiting extends InAccount {
  readonly key: string;
}

const waitingFor = (entitlement: Entitlement): Waiting => ({
  key: entitlementKey(entitlement),
  accountId: entitlement.accountId,
});

/** What one invocation does in its turn. */
class Run {
  private readonly dependencies: RemovalDependencies;
  private readonly turn: KeptTurn;
  private readonly now: () => Date;
  private readonly noneBeginsAfter: number;
  /** The caller's own removals, which come first. */
  private readonly first = new AccountQueues<Waiting>();
  private readonly waiting = new AccountQueues<Waiting>();
  private readonly inFlight = new Map<string, Promise<void>>();
  private readonly busyAccounts = new Set<string>();
  /** Everything that this run has come by: the index follows its table with a delay, and goes on showing it. */
  private readonly met = new Set<string>();
  private readonly own = new Map<string, PromiseWithResolvers<Removed>>();
  private lookedAt = -Infinity;
  private failure: Error | undefined;

  constructor(dependencies: RemovalDependencies, turn: KeptTurn, now: () => Date, noneBeginsAfter: number) {
    this.dependencies = dependencies;
    this.turn = turn;
    this.now = now;
    this.noneBeginsAfter = noneBeginsAfter;
  }

  begin(own: readonly Entitlement[]): RemovalRun {
    const first = own.map(waitingFor);
    for (const { key } of first) this.own.set(key, Promise.withResolvers());
    this.first.add(this.unmet(first));
    const outcomes = [...this.own].map(async ([key, { promise }]) => [key, await promise] as const);
    const settled = Promise.all(outcomes).then((all) => new Map(all));
    // Both are the caller's to see, and it awaits one after the other.
    settled.catch(() => undefined);
    const all = this.work();
    all.catch(() => undefined);
    return { own: settled, all };
  }

  private async work(): Promise<void> {
    try {
      await this.removeAll();
    } finally {
      // Nothing stays in flight, and nobody waits for what will not begin any more.
      await Promise.all(this.inFlight.values());
      for (const { resolve } of this.own.values()) resolve(outOfTime);
    }
    await this.turn.end();
    if (this.failure !== undefined) throw this.failure;
  }

  private async removeAll(): Promise<void> {
    for (;;) {
      const next = this.next() ?? (await this.look());
      if (next !== undefined) {
        await this.turn.keep();
        this.start(next);
      } else if (this.inFlight.size > 0) await this.untilSomethingEnds();
      else break;
    }
  }

  private mayBegin(): boolean {
    return this.turn.until !== undefined && this.clock() < this.noneBeginsAfter;
  }

  private clock(): number {
    return this.dependencies.clock.now().getTime();
  }

  /** Takes the next removal that may begin, if there is one. */
  private next(): Waiting | undefined {
    if (!this.mayBegin() || this.inFlight.size >= AT_ONCE) return undefined;
    return this.first.next(this.busyAccounts) ?? this.waiting.next(this.busyAccounts);
  }

  /** Looks for what others have queued, now and then; answers what may begin of it. */
  private async look(): Promise<Waiting | undefined> {
    const isTime = this.clock() >= this.lookedAt + LOOK_EVERY_MILLISECONDS;
    if (!isTime || !this.mayBegin() || this.inFlight.size >= AT_ONCE) return undefined;
    this.lookedAt = this.clock();
    try {
      // What this run could not remove stays in the list, and must not hide what is behind it.
      const limit = PAGE + this.met.size;
      const queued = await this.dependencies.index.removals(this.now(), limit, toldByTheSweep);
      this.waiting.add(this.unmet(queued.map(({ entitlement }) => waitingFor(entitlement))));
    } catch (error) {
      // It is still queued: the next look of this run, or of anybody, finds it.
      if (!(error instanceof RetryableError)) this.failure = defect(error);
    }
    return this.next();
  }

  private unmet(found: readonly Waiting[]): readonly Waiting[] {
    const fresh = found.filter(({ key }) => !this.met.has(key));
    for (const { key } of fresh) this.met.add(key);
    return fresh;
  }

  private start({ key, accountId }: Waiting): void {
    this.busyAccounts.add(accountId);
    const own = this.own.get(key);
    const removal = removeEntitlement({ ...this.dependencies, turn: this.turn, now: this.now }, key)
      .then(
        (removed) => own?.resolve(removed),
        (error: unknown) => {
          // Whether a Delete of it is on its way is not known.
          this.turn.letRunOut();
          own?.reject(error);
          // Another request's: what passes by itself is for that one's own look to tell of.
          if (own === undefined && !(error instanceof RetryableError)) this.failure = defect(error);
        },
      )
      .finally(() => {
        this.inFlight.delete(key);
        this.busyAccounts.delete(accountId);
      });
    this.inFlight.set(key, removal);
  }

  /** Until a removal has ended, or until it is time to look for what was queued meanwhile. */
  private async untilSomethingEnds(): Promise<void> {
    if (!this.mayBegin() || this.inFlight.size >= AT_ONCE) {
      await Promise.race(this.inFlight.values());
      return;
    }
    const ended = new AbortController();
    const timer = this.dependencies.clock.sleep(LOOK_EVERY_MILLISECONDS, ended.signal);
    await Promise.race([timer, ...this.inFlight.values()]);
    ended.abort();
  }
}

/** A record that cannot be read is nothing that this turn's requests should fail for (sweep/waiting-removals.ts). */
const toldByTheSweep = (): void => undefined;

const defect = (error: unknown): Error =>
  error instanceof Error ? error : new Error("Something else than an error was thrown", { cause: error });
