import * as z from "zod/mini";
import { AccountIdSchema, type AccountId } from "../../domain/ids.ts";
import { accessNotSeen } from "../../domain/inventory/problem-words.ts";
import { ProblemSchema, SourceProblem, type Problem } from "../../domain/inventory/problem.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type { Look } from "../../ports/sync.ts";
import { markStale } from "./mark-stale.ts";
import { known, type WritesDifferences } from "./reconcile.ts";
import type { SyncProgress } from "./sync-progress.ts";
import { unlessRefused } from "./unless-refused.ts";

/** What a phase remembers of the accounts whose own calls AWS refused: a part of its checkpoint. */
export const RefusedAccountsSchema = z.strictObject({
  /** Whether AWS answered the call that is made now for any account. */
  isAnswered: z.boolean(),
  /** Refused before it answered for any: nobody knows yet whether that is theirs, or everybody's. */
  doubtful: z.array(z.strictObject({ accountId: AccountIdSchema, problem: ProblemSchema })),
  marked: z.array(AccountIdSchema),
  /** More were marked than are remembered. */
  hasMore: z.optional(z.literal(true)),
});
type Noted = z.infer<typeof RefusedAccountsSchema>;

/**
 * So many accounts are refused, one after the other and nobody else answered, until it is clear that the call is refused
 * altogether. Each is a call, and half a kilobyte of the checkpoint.
 */
const REFUSED_ALTOGETHER = 20;

/** The most that are remembered: 15 KB of the pass's record, which is written every ten seconds. */
const REMEMBERED_AT_MOST = 1_000;

/** A call is refused for everybody: no single accounts are the reason, and none of them is to be remembered for it. */
export class RefusedAltogether extends SourceProblem {}

export interface RefusedAccountsDeps {
  readonly inventory: Inventory;
  readonly write: WritesDifferences;
  /** A look that begins now. */
  readonly look: () => Look;
  readonly progress: Pick<SyncProgress, "met">;
}

/**
 * The accounts that AWS does not let Lockstep see. Each is marked stale with the reason, once in a pass, and what the
 * inventory says of it stays as it was; the others go on. A call that is refused for every account from the first on is
 * nobody's own: it ends the pass. Of those that are too many to be remembered, another invocation marks one once more if it
 * asks about it, which writes nothing; and as long as there are so many, nobody's mark goes.
 */
export class RefusedAccounts {
  private readonly deps: RefusedAccountsDeps;
  private isAnswered: boolean;
  private doubtful: Noted["doubtful"];
  /** In the order of their refusals: the first are remembered. */
  private readonly marked: Set<AccountId>;
  private readonly hadMore: boolean;

  /** `noted`: where the phase was left. At its beginning AWS has answered everything that came before. */
  constructor(deps: RefusedAccountsDeps, noted: Noted = { isAnswered: true, doubtful: [], marked: [] }) {
    this.deps = deps;
    this.isAnswered = noted.isAnswered;
    this.doubtful = [...noted.doubtful];
    this.marked = new Set(noted.marked);
    this.hadMore = noted.hasMore === true;
  }

  get noted(): Noted {
    return {
      isAnswered: this.isAnswered,
      doubtful: this.doubtful,
      marked: [...this.marked].slice(0, REMEMBERED_AT_MOST),
      ...(this.hasMore ? { hasMore: true } : {}),
    };
  }

  /** Whom the pass has not seen; undefined: more than it remembers. */
  get notSeen(): ReadonlySet<AccountId> | undefined {
    return this.hasMore ? undefined : this.marked;
  }

  private get hasMore(): boolean {
    return this.hadMore || this.marked.size > REMEMBERED_AT_MOST;
  }

  /** Makes a call about one account. Undefined: AWS refused it, and that is noted. */
  async ask<Answer>(accountId: AccountId, call: () => Promise<Answer>): Promise<Answer | undefined> {
    const outcome = await unlessRefused(call);
    if ("answer" in outcome) {
      await this.wasAnswered();
      return outcome.answer;
    }
    await this.wasRefused(accountId, outcome.problem);
    return undefined;
  }

  /** The calls from here on are of another kind: whether AWS answers that one is not known yet. */
  callsOfAnotherKind(): void {
    this.throwIfRefusedAltogether(1);
    this.isAnswered = false;
  }

  /** All calls were made. Who was not refused is seen again: the mark of an earlier pass goes. */
  async allWereMade(): Promise<void> {
    this.throwIfRefusedAltogether(1);
    const { notSeen } = this;
    if (notSeen === undefined) return;
    for await (const page of known(this.deps.inventory, { kind: "stale-account" })) {
      for (const { fact } of page) {
        if (fact.scope === "identity" && !notSeen.has(fact.accountId))
          await markStale(this.deps, fact, undefined, this.deps.look());
      }
    }
  }

  private async wasAnswered(): Promise<void> {
    if (this.isAnswered) return;
    this.isAnswered = true;
    const theirOwn = this.doubtful;
    this.doubtful = [];
    for (const { accountId, problem } of theirOwn) await this.mark(accountId, problem);
  }

  private async wasRefused(accountId: AccountId, problem: Problem): Promise<void> {
    if (this.isAnswered) return this.mark(accountId, problem);
    if (this.doubtful.some((one) => one.accountId === accountId)) return;
    this.doubtful = [...this.doubtful, { accountId, problem }];
    this.throwIfRefusedAltogether(REFUSED_ALTOGETHER);
  }

  private async mark(accountId: AccountId, problem: Problem): Promise<void> {
    if (this.marked.has(accountId)) return;
    this.marked.add(accountId);
    const notSeen = accessNotSeen(accountId, problem);
    this.deps.progress.met(notSeen);
    await markStale(this.deps, { accountId, scope: "identity" }, notSeen, this.deps.look());
  }

  /** `doubtful` are only there while AWS has answered for no account. */
  private throwIfRefusedAltogether(refusals: number): void {
    const [first] = this.doubtful;
    if (first !== undefined && this.doubtful.length >= refusals) throw new RefusedAltogether(first.problem);
  }
}
