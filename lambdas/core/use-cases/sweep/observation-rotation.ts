import {
  driftOf,
  entitlementKey,
  verified,
  type Drift,
  type Entitlement,
  type EntitlementRecord,
} from "../../domain/entitlement.ts";
import { timestamp } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Providers } from "../../ports/provider.ts";
import type { EntitlementIndex, Turn, Turns } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { drifted } from "./findings.ts";
import { endDeadHolds, holdersOf, type HolderDependencies, type Holders } from "./holders.ts";
import { publishFinding } from "./publish-finding.ts";
import type { Tally } from "./tally.ts";

export interface RotationDependencies extends HolderDependencies {
  readonly index: EntitlementIndex;
  readonly turns: Turns;
  readonly providers: Providers;
  readonly clock: Clock;
}

/**
 * sso-admin calls a second that the sweep's process is admitted (lambdas/sweep/compose.ts). One call lists everybody who
 * has one permission set in one account, so that each entitlement needs at most one, as long as a hundred people have it.
 */
export const SWEEP_CALLS_PER_SECOND = 2;

/** Entitlements that are compared at a time: ten seconds of calls. */
const PAGE = 20;

/** Read and written side by side, in DynamoDB only. */
const AT_A_TIME = 10;

/** A page takes some ten seconds, and a minute when AWS is slow. A crashed sweep holds the next one up for so long. */
const TURN_SECONDS = 60;

/** How long a sweep waits for its turn, and between two attempts to get it. Whoever has it compares for all. */
const TURN_WITHIN_MILLISECONDS = 15_000;
const TURN_PAUSE_MILLISECONDS = 2000;

/** What cannot be compared now stays at the list's head. With so many of them the list is not read on: a fault has to pass. */
const MOST_SKIPPED = 500;

/**
 * Compares what Lockstep keeps, and what it removed lately, with what AWS shows: the longest unverified first, one sweep
 * at a time. When it was compared is written into each record, so that the next sweep goes on where this one stopped; a
 * record that was compared after this sweep began ends it.
 *
 * Everything is written under the version that was read before AWS was asked. Whoever grants, releases or removes
 * meanwhile has written another one: then nothing is written and nothing reported, and the next sweep looks again.
 */
export const rotate =
  (dependencies: RotationDependencies) =>
  async (until: Date, tally: Tally): Promise<void> => {
    const began = timestamp(dependencies.clock.now());
    const turn = await turnBy(dependencies, until);
    if (turn === undefined) {
      tally.leftOut("Another sweep is comparing access with AWS at this moment.");
      return;
    }
    await new Rotation(dependencies, { turn, began, until, tally }).run();
  };

const turnBy = async ({ turns, clock }: RotationDependencies, until: Date): Promise<Turn | undefined> => {
  const latest = Math.min(until.getTime(), clock.now().getTime() + TURN_WITHIN_MILLISECONDS);
  for (;;) {
    const turn = await turns.take("sweep", TURN_SECONDS);
    const pauseEnds = clock.now().getTime() + TURN_PAUSE_MILLISECONDS;
    if (turn !== undefined || pauseEnds >= latest) return turn;
    await clock.sleep(TURN_PAUSE_MILLISECONDS);
  }
};

interface Run {
  readonly turn: Turn;
  readonly began: string;
  readonly until: Date;
  readonly tally: Tally;
}

/** A record, and how the requests stand that hold it. */
interface Examined {
  readonly record: EntitlementRecord;
  readonly holders: Holders;
}

class Rotation {
  private readonly dependencies: RotationDependencies;
  private readonly began: string;
  private readonly until: Date;
  private readonly tally: Tally;
  /** Undefined once it was lost: another sweep has it. */
  private turn: Turn | undefined;
  /** What cannot be compared now, by key. */
  private readonly skipped = new Set<string>();

  constructor(dependencies: RotationDependencies, { turn, began, until, tally }: Run) {
    this.dependencies = dependencies;
    this.turn = turn;
    this.began = began;
    this.until = until;
    this.tally = tally;
  }

  async run(): Promise<void> {
    try {
      await this.turnAll();
    } finally {
      this.tally.access.left += this.skipped.size;
      if (this.turn !== undefined) await this.dependencies.turns.end(this.turn);
    }
  }

  private async turnAll(): Promise<void> {
    for (;;) {
      const room = this.room();
      if (room < 1) {
        this.tally.leftOut("The time was over before all access was compared with AWS.");
        return;
      }
      if (!(await this.keepTurn())) return;
      const next = await this.nextRecords();
      if (next.length === 0) return;
      await this.compareAll(await this.comparable(next.slice(0, Math.min(PAGE, room))));
      if (this.skipped.size >= MOST_SKIPPED) {
        this.tally.leftOut("Too much access could not be compared with AWS: the next sweep begins with it.");
        return;
      }
    }
  }

  /** The next records to compare; none when all are. */
  private async nextRecords(): Promise<readonly EntitlementRecord[]> {
    const page = await this.dependencies.index.longestUnverified(PAGE + this.skipped.size, (defect) => {
      this.tally.failed(defect);
    });
    return page
      .filter(({ verifiedAt }) => verifiedAt === undefined || verifiedAt < this.began)
      .filter((record) => !this.skipped.has(entitlementKey(record.entitlement)));
  }

  /** For how many calls there is time. */
  private room(): number {
    const left = this.until.getTime() - this.dependencies.clock.now().getTime();
    return Math.floor((left / 1000) * SWEEP_CALLS_PER_SECOND);
  }

  private async keepTurn(): Promise<boolean> {
    if (this.turn !== undefined) this.turn = await this.dependencies.turns.keep(this.turn, TURN_SECONDS);
    if (this.turn === undefined) this.tally.leftOut("Another sweep has gone on comparing access with AWS.");
    return this.turn !== undefined;
  }

  /** Ends dead holds, and leaves out what is under way; what is left can be compared with AWS. */
  private async comparable(records: readonly EntitlementRecord[]): Promise<readonly Examined[]> {
    const comparable: Examined[] = [];
    await inBatches(records, AT_A_TIME, (record) =>
      this.attempt(record, async () => {
        const holders = await holdersOf(this.dependencies)(record);
        if (holders.dead.length > 0) await this.endDead(record, holders);
        // Its request is being granted: looked at again when that has ended, and nothing is missed by then.
        else if (holders.underWay) {
          this.skip(record);
          this.tally.leftOut(
            "Access that is being granted, or was within the last minute, is left to the next sweep.",
          );
        } else comparable.push({ record, holders });
      }),
    );
    return comparable;
  }

  /** What is left of the record afterwards comes with the next page. */
  private async endDead(record: EntitlementRecord, { dead }: Holders): Promise<void> {
    const ended = await endDeadHolds(this.dependencies)(record, dead, this.tally);
    // Somebody else has just written it, or the index shows what it was: the next sweep looks again.
    if (ended === "conflict") this.skip(record);
  }

  private async compareAll(examined: readonly Examined[]): Promise<void> {
    const observed = await this.observe(examined.map(({ record }) => record.entitlement));
    await inBatches(examined, AT_A_TIME, async ({ record, holders }) => {
      const seen = observed.get(record.entitlement);
      if (seen === undefined) this.skip(record);
      else await this.attempt(record, () => this.note(record, driftOf(record, seen, holders.settled)));
    });
  }

  /** What AWS shows of each; when that fails for all of them together, it is asked for one by one, and some stay out. */
  private async observe(
    entitlements: readonly Entitlement[],
  ): Promise<ReadonlyMap<Entitlement, "present" | "absent">> {
    const { providers } = this.dependencies;
    const observed = new Map<Entitlement, "present" | "absent">();
    for (const [kind, ofKind] of Map.groupBy(entitlements, ({ provider }) => provider)) {
      const all = await this.orUndefined(() => providers[kind].observeAll(ofKind), ofKind.length === 1);
      if (all !== undefined) {
        for (const [entitlement, seen] of all) observed.set(entitlement, seen);
        continue;
      }
      if (ofKind.length === 1) continue;
      for (const entitlement of ofKind) {
        const seen = await this.orUndefined(() => providers[kind].observe(entitlement), true);
        if (seen !== undefined) observed.set(entitlement, seen);
      }
    }
    return observed;
  }

  private async note(record: EntitlementRecord, drift: Drift | undefined): Promise<void> {
    const { entitlements, clock } = this.dependencies;
    const next = verified(record, drift, clock.now());
    if ((await entitlements.put(next)) === "conflict") {
      this.skip(record);
      return;
    }
    this.tally.access.compared += 1;
    if (drift === undefined) return;
    this.tally.access[drift] += 1;
    this.tally.found(drifted(record.entitlement, drift));
    if (drift !== record.drift) await publishFinding(this.dependencies)(drift, next);
  }

  private skip(record: EntitlementRecord): void {
    this.skipped.add(entitlementKey(record.entitlement));
  }

  /** One record's trouble is not the others'. */
  private async attempt(record: EntitlementRecord, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.tally.failed(error);
      this.skip(record);
    }
  }

  private async orUndefined<T>(ask: () => Promise<T>, isLast: boolean): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (isLast) this.tally.failed(error);
      return undefined;
    }
  }
}
