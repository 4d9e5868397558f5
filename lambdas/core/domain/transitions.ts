import type { Status } from "./access-request.ts";

interface Transition {
  /** The statuses that it starts from; none: it makes the request. */
  readonly from: readonly Status[];
  readonly to: Status;
}

/**
 * Every way a request can change, by the event that tells of it. The stores' conditions, the audit trail,
 * the events on the bus and the drawing in docs/workflow.md all come from this table.
 */
export const transitions = {
  /** Made, and waiting for its first approval. */
  ApprovalNeeded: { from: [], to: "pending" },
  /** Made under a flow that needs nobody's approval. */
  AutomaticallyApproved: { from: [], to: "approved" },
  /** Made in an emergency: nobody was asked, everybody is told, and somebody has to review it when it is over. */
  BreakGlassUsed: { from: [], to: "approved" },
  /** One of several who have to agree to a step has. */
  ApprovalGiven: { from: ["pending"], to: "pending" },
  /** Nobody has decided for some time: more people may. */
  ApprovalEscalated: { from: ["pending"], to: "pending" },
  /** One step is approved and the next one's approvers are asked. */
  NextApprovalNeeded: { from: ["pending"], to: "pending" },
  RequestApproved: { from: ["pending"], to: "approved" },
  RequestRejected: { from: ["pending"], to: "rejected" },
  RequestLapsed: { from: ["pending"], to: "lapsed" },
  /** Its access flow was deactivated or deleted, or takes no requests any more. */
  RequestWithdrawn: { from: ["pending"], to: "cancelled" },
  RequestCancelled: { from: ["pending", "approved", "scheduled"], to: "cancelled" },
  RequestScheduled: { from: ["approved"], to: "scheduled" },
  /** Never granted: what was approved is not what the item now says. */
  RequestRefused: { from: ["approved", "scheduled"], to: "failed" },
  /** The intent: holders and expiry are fixed before AWS is called. */
  GrantStarted: { from: ["approved", "scheduled"], to: "granting" },
  /** Revoked while granting: acts when the attempt has ended. */
  RevocationRequested: { from: ["granting"], to: "granting" },
  AccessGranted: { from: ["granting"], to: "active" },
  /** More time was asked for, and waits for its first approval: the expiry stays what it was. */
  ExtensionRequested: { from: ["active"], to: "active" },
  /** Nobody has decided on it for some time: more people may. */
  ExtensionEscalated: { from: ["active"], to: "active" },
  ExtensionApprovalGiven: { from: ["active"], to: "active" },
  NextExtensionApprovalNeeded: { from: ["active"], to: "active" },
  ExtensionRejected: { from: ["active"], to: "active" },
  /** What waits is given by nobody any more: its access flow takes no requests, or the deploy settings rule it out. */
  ExtensionWithdrawn: { from: ["active"], to: "active" },
  /** The only transition that moves an expiry. */
  AccessExtended: { from: ["active"], to: "active" },
  RevocationStarted: { from: ["granting", "active"], to: "revoking" },
  /** What an attempt whose end nobody saw may still bring is removed once more. */
  VerificationStarted: { from: ["revoking"], to: "revoking" },
  /** Attempts fail, and are repeated: says why, at first, whenever the reason changes, and every half hour. */
  RevocationDelayed: { from: ["revoking"], to: "revoking" },
  AccessEnded: { from: ["revoking"], to: "ended" },
  /** The grant failed, and nothing of it is left. */
  GrantFailed: { from: ["revoking"], to: "failed" },
  RevocationStuck: { from: ["revoking"], to: "stuck" },
  RevocationRetried: { from: ["stuck"], to: "revoking" },
  /** Somebody else has said what they make of access in an emergency. What is over stays so. */
  AccessReviewed: { from: ["ended"], to: "ended" },
  FailedAccessReviewed: { from: ["failed"], to: "failed" },
  CancelledAccessReviewed: { from: ["cancelled"], to: "cancelled" },
} as const satisfies Readonly<Record<string, Transition>>;

export type TransitionName = keyof typeof transitions;

/** The statuses that a transition may start from. */
export type From<Name extends TransitionName> = (typeof transitions)[Name]["from"][number];

/** The status that a transition leads to. */
export type To<Name extends TransitionName> = (typeof transitions)[Name]["to"];
