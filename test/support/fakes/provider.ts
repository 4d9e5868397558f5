import { entitlementKey, type Entitlement } from "../../../lambdas/core/domain/entitlement.ts";
import { RetryableError } from "../../../lambdas/core/domain/errors.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type {
  AccessInstructions,
  Admission,
  ApplyProgress,
  CallPurpose,
  Provider,
  RemoveProgress,
} from "../../../lambdas/core/ports/provider.ts";

/** What becomes of one call: AWS does nothing, or does it and the answer is lost, or does it half a minute after all gave up on it. */
export type Fault = "throttled" | "answer-lost" | "arrives-late";

interface Operation {
  readonly kind: "apply" | "remove";
  readonly key: string;
  readonly endsAt: number;
  readonly failure: string | undefined;
}

const NO_ANSWER = "TimeoutError: no answer";

const LATE_MILLISECONDS = 30_000;

/** How long the real provider looks at an unfinished operation. */
const PATIENCE_MILLISECONDS = 40_000;

/** A provider in memory, with Identity Center's manners: operations take time, may fail, and exclude one another. */
export class FakeProvider implements Provider {
  readonly kind = "identity-center/account-assignment";
  /** Ids of principals that no longer exist. */
  readonly deletedPrincipals = new Set<string>();
  /** Every call, in order: what it was and about which entitlement. */
  readonly calls: { readonly call: "observe" | "apply" | "remove"; readonly key: string }[] = [];
  /** Ids of principals whose access AWS does not get round to deleting, until they are taken off. */
  readonly unfinishedFor = new Set<string>();
  /** How long the operations take that start from now on. */
  operationMilliseconds = 0;
  /** What the operations end with that start from now on. */
  failure: string | undefined;
  /** What becomes of the next calls, in order. */
  readonly faults: Fault[] = [];

  private readonly existing = new Set<string>();
  private operations: Operation[] = [];
  private readonly clock: Clock;
  private readonly callersClock: Pick<Clock, "now">;

  /** AWS's clock, and the one of the function that calls it. */
  constructor(clock: Clock, callersClock: Pick<Clock, "now"> = clock) {
    this.clock = clock;
    this.callersClock = callersClock;
  }

  /** What exists now, by entitlement key; tests add standing access here, and take things away behind Lockstep's back. */
  get present(): Set<string> {
    this.settle();
    return this.existing;
  }

  /** How many operations were started of that kind. */
  countOf(call: "observe" | "apply" | "remove"): number {
    return this.calls.filter((made) => made.call === call).length;
  }

  observe(entitlement: Entitlement): Promise<"present" | "absent"> {
    const key = this.record("observe", entitlement);
    if (this.faults.shift() !== undefined) {
      return Promise.reject(new RetryableError("ProviderUnavailable", "ThrottlingException: Rate exceeded"));
    }
    return Promise.resolve(this.present.has(key) ? "present" : "absent");
  }

  async observeAll(
    entitlements: readonly Entitlement[],
  ): Promise<ReadonlyMap<Entitlement, "present" | "absent">> {
    const seen = new Map<Entitlement, "present" | "absent">();
    for (const entitlement of entitlements) seen.set(entitlement, await this.observe(entitlement));
    return seen;
  }

  async apply(entitlement: Entitlement): Promise<ApplyProgress> {
    const started = this.start("apply", entitlement);
    if (typeof started === "string") return { outcome: "unfinished", reason: started };
    if (!(await this.ends(started))) return { outcome: "unfinished", reason: "still creating" };
    return started.failure === undefined
      ? { outcome: "done" }
      : { outcome: "refused", reason: started.failure };
  }

  async remove(entitlement: Entitlement, before: Date): Promise<RemoveProgress> {
    if (this.callersClock.now() >= before) return { outcome: "unfinished", reason: "too late to remove" };
    if (this.isAbsent(entitlement)) {
      this.record("remove", entitlement);
      return { outcome: "done" };
    }
    if (this.unfinishedFor.has(entitlement.principalId)) {
      this.record("remove", entitlement);
      return { outcome: "unfinished", reason: "AWS is still deleting the assignment" };
    }
    const started = this.start("remove", entitlement);
    if (typeof started === "string") {
      return { outcome: "unfinished", reason: started, unanswered: started === NO_ANSWER };
    }
    if (!(await this.ends(started))) return { outcome: "unfinished", reason: "still deleting" };
    if (!this.present.has(started.key)) return { outcome: "done" };
    return {
      outcome: this.deletedPrincipals.has(entitlement.principalId) ? "dangling" : "unfinished",
      reason: started.failure ?? "still there",
    };
  }

  instructions(
    entitlement: Entitlement,
    names: { account: string; permissionSet: string },
  ): AccessInstructions {
    return {
      portalUrl: `https://portal.example/${entitlement.accountId}/${names.permissionSet}`,
      awsProfile: `[profile ${names.account}]`,
      steps: ["Open the link."],
    };
  }

  /** Not there, and nothing under way that could bring it: AWS refuses to delete it, and an observation says that it is gone. */
  private isAbsent(entitlement: Entitlement): boolean {
    this.settle();
    const key = entitlementKey(entitlement);
    const busy = this.operations.some((operation) => operation.key === key);
    return this.faults.length === 0 && !busy && !this.present.has(key);
  }

  private record(call: "observe" | "apply" | "remove", entitlement: Entitlement): string {
    this.settle();
    const key = entitlementKey(entitlement);
    this.calls.push({ call, key });
    return key;
  }

  /** The operation that began, or why none did (or seems to have). */
  private start(kind: "apply" | "remove", entitlement: Entitlement): Operation | string {
    const key = this.record(kind, entitlement);
    const fault = this.faults.shift();
    if (fault === "throttled") return "ThrottlingException: Rate exceeded";
    if (fault === "arrives-late") {
      void this.clock.sleep(LATE_MILLISECONDS).then(() => this.start(kind, entitlement));
      return NO_ANSWER;
    }
    if (this.operations.some((operation) => operation.key === key)) {
      return "ConflictException: an earlier write is not complete";
    }
    const gone = this.deletedPrincipals.has(entitlement.principalId)
      ? "the principal was not found"
      : undefined;
    const endsAt = this.clock.now().getTime() + this.operationMilliseconds;
    const operation: Operation = { kind, key, endsAt, failure: this.failure ?? gone };
    this.operations.push(operation);
    return fault === "answer-lost" ? NO_ANSWER : operation;
  }

  private async ends({ endsAt }: Operation): Promise<boolean> {
    await this.clock.sleep(Math.min(endsAt - this.clock.now().getTime(), PATIENCE_MILLISECONDS));
    this.settle();
    return endsAt <= this.clock.now().getTime();
  }

  private settle(): void {
    const now = this.clock.now().getTime();
    for (const { kind, key, failure } of this.operations.filter(({ endsAt }) => endsAt <= now)) {
      if (failure !== undefined) continue;
      if (kind === "apply") this.existing.add(key);
      else this.existing.delete(key);
    }
    this.operations = this.operations.filter(({ endsAt }) => endsAt > now);
  }
}

/** Admits every call at once, and remembers what they were for. */
export class FakeAdmission implements Admission {
  readonly admitted: CallPurpose[] = [];

  admit(purpose: CallPurpose): Promise<void> {
    this.admitted.push(purpose);
    return Promise.resolve();
  }
}
