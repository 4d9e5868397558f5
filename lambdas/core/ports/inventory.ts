import type { Fact, FactKind, FactOf, ResourceType } from "../domain/inventory/facts.ts";
import type { AccountId, PermissionSetArn, RequestId, Timestamp, UserId } from "../domain/ids.ts";

/** A fact, and what is known of when it came to be. */
export interface Observed<F extends Fact = Fact> {
  readonly fact: F;
  /** When Lockstep saw it first, or when CloudTrail says that it came to be. */
  readonly since: Timestamp;
  /** When the look began that saw it as it is here. */
  readonly observedAt: Timestamp;
  /** Who made it so, where CloudTrail says: the ARN of an IAM or STS principal. */
  readonly by?: string | undefined;
  /** The requests that held the access when it appeared; only on assignments. */
  readonly heldBy?: readonly RequestId[] | undefined;
  /** It was there when the integration was looked at for the first time: nothing has changed, and nobody is told. */
  readonly baseline?: boolean | undefined;
  /**
   * When AWS was asked for the tags last, of an account or a unit, whether they were others then or not (within half a day).
   * Absent: what tags there are were seen at `observedAt`, as before this was noted.
   */
  readonly tagsSeenAt?: Timestamp | undefined;
}

/** Some facts of one kind. */
export type Scope<Kind extends FactKind = FactKind> =
  /** All of the kind, or those whose id begins with `within`. */
  | { readonly kind: Kind; readonly within?: string }
  | { readonly kind: "assignment"; readonly principalId: string }
  | { readonly kind: "assignment" | "provisioning"; readonly permissionSetArn: PermissionSetArn }
  | { readonly kind: "membership"; readonly userId: UserId }
  | { readonly kind: "membership"; readonly membershipId: string }
  | { readonly kind: "resource"; readonly type: ResourceType; readonly accountId?: AccountId };

export interface FactReference {
  readonly kind: FactKind;
  readonly id: string;
}

/** One page of a scope. */
export interface FactPage<F extends Fact> {
  readonly facts: readonly Observed<F>[];
  /** Where the next page begins; absent on the last one. */
  readonly next?: string;
}

/** What Lockstep last saw of AWS. Throws RetryableError `StoreUnavailable`. */
export interface InventoryReader {
  get<Kind extends FactKind>(kind: Kind, id: string): Promise<Observed<FactOf<Kind>> | undefined>;
  /** Those of them that are there. */
  getAll<Kind extends FactKind>(
    kind: Kind,
    ids: readonly string[],
  ): Promise<readonly Observed<FactOf<Kind>>[]>;
  /**
   * A page of at most `limit` facts, in the order of their ids (assignments of a permission set: the oldest first). It may
   * come back short, or empty, with a `next`: what vanished lately is looked at, and not shown. One that is just long enough
   * has a `next` too. All of a kind, what is `within`, and resources of an account are read consistently; the other scopes by
   * an index that follows within a moment.
   * `from` is the `next` of the page before; throws DomainError `invalid-cursor` for anything else.
   */
  page<Kind extends FactKind>(
    scope: Scope<Kind>,
    page: { readonly limit: number; readonly from?: string | undefined },
  ): Promise<FactPage<FactOf<Kind>>>;
  /** Accounts, permission sets, users and groups of exactly this name, by an index that follows within a moment. */
  named<Kind extends NamedKind>(kind: Kind, name: string): Promise<readonly Observed<FactOf<Kind>>[]>;
}

/** The kinds that people name: accounts, permission sets, users (by user name) and groups (by display name). */
export type NamedKind = "account" | "permission-set" | "user" | "group";

/**
 * Writes what was seen. Whatever the order in which looks are written, the one that began last wins: what vanished stays
 * for a day as a trace, so that an older look cannot bring it back.
 */
export interface InventoryWriter {
  /**
   * `outdated`: a look that began later has been written already, or one that began at the same moment. Of two looks that
   * began at the same moment, the one that saw the fact wins over the one that did not.
   */
  record(observed: Observed, replaced?: Replaced): Promise<"written" | "outdated">;
  /** It is there no more, as of a look that began at `observedAt`. */
  forget(
    reference: FactReference,
    gone: {
      readonly observedAt: Timestamp;
      readonly by?: string | undefined;
      readonly heldBy?: readonly RequestId[] | undefined;
      /** It may be there still, but no integration looks at it any more: nothing has changed, and nobody is told. */
      readonly leftScope?: boolean | undefined;
    },
    replaced?: Replaced,
  ): Promise<"written" | "outdated">;
}

/**
 * What a write was made from: the look that was read (no two of a fact began at the same moment), or that there was none. With
 * it, what was written meanwhile makes the write `outdated`, however old the look is.
 */
export interface Replaced {
  readonly observedAt: Timestamp | undefined;
}

export interface Inventory extends InventoryReader, InventoryWriter {}
