import type { Entitlement } from "../domain/entitlement.ts";

/** What came of one call. `unfinished`: it may or may not take effect; asking again is right. */
export type ApplyProgress =
  | { readonly outcome: "done" }
  | { readonly outcome: "unfinished"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string };

/** `dangling`: what is left has no one to use it, and AWS refuses to remove it. */
export type RemoveProgress =
  | { readonly outcome: "done" }
  /** `unanswered`: the call may still be on its way. `busy`: AWS takes no more operations for a moment. */
  | {
      readonly outcome: "unfinished";
      readonly reason: string;
      readonly unanswered?: boolean;
      readonly busy?: boolean;
    }
  | { readonly outcome: "dangling"; readonly reason: string };

/** How the person now gets in. */
export interface AccessInstructions {
  readonly portalUrl: string;
  /** A profile for `~/.aws/config`. */
  readonly awsProfile: string;
  readonly steps: readonly string[];
}

/** The code that makes one kind of entitlement exist, cease and be observed. Effects are verified by id, never by name. */
export interface Provider {
  readonly kind: Entitlement["provider"];
  /** Throws RetryableError `ProviderUnavailable` when AWS gives no answer. */
  observe(entitlement: Entitlement): Promise<"present" | "absent">;
  /** Idempotent. Throws nothing that it can put into words: an error of AWS is `unfinished` or `refused`. */
  apply(entitlement: Entitlement): Promise<ApplyProgress>;
  /**
   * Idempotent; only an observation decides that it is gone. Nothing is removed once `before` has passed: by then
   * somebody else may hold the same entitlement anew.
   */
  remove(entitlement: Entitlement, before: Date): Promise<RemoveProgress>;
  /** What AWS shows of each of them, in as few calls as that takes. Throws RetryableError `ProviderUnavailable`. */
  observeAll(entitlements: readonly Entitlement[]): Promise<ReadonlyMap<Entitlement, "present" | "absent">>;
  instructions(
    entitlement: Entitlement,
    names: { readonly account: string; readonly permissionSet: string },
  ): AccessInstructions;
}

/** The providers, by kind. */
export type Providers = Readonly<Record<Entitlement["provider"], Provider>>;

/**
 * What a call is for: the more urgent kinds go first where there is contention. `follow` asks which operations are still
 * in progress, and `confirm` whether what one of them deleted is gone; `sync` reads everything there is, and can wait.
 */
export type CallPurpose = "follow" | "revoke" | "confirm" | "grant" | "observe" | "sync";

/** In front of every sso-admin call: all of them together share 20 requests a second. */
export interface Admission {
  /** Resolves when the call may be made. */
  admit(purpose: CallPurpose): Promise<void>;
}

/** Admission of calls that are counted over all processes. */
export interface SharedAdmission extends Admission {
  /**
   * Sets `calls` apart for this process, waiting some seconds for them where that is enough; `"later"`: too many others
   * wait, and nothing was set apart.
   */
  setApart(calls: number): Promise<"ready" | "later">;
}
