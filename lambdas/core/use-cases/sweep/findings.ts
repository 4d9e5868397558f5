import type { Finding } from "../../contracts/http/sweep.ts";
import type { AccessRequest } from "../../domain/access-request.ts";
import { nounOf, type Subject } from "../../domain/configuration/subject.ts";
import type { Drift, Entitlement } from "../../domain/entitlement.ts";
import type { RequestId } from "../../domain/ids.ts";

/** Every finding in words. Ids only: who they are is for those who may ask. */

const accessOf = ({
  accountId,
  permissionSetArn,
  principalType,
  principalId,
}: Entitlement): NonNullable<Finding["access"]> => ({
  accountId,
  permissionSetArn,
  principalType,
  principalId,
});

/** Nobody got on with a request in time: it has a new execution, or could not be given one. */
export const overdue = ({ id, status }: AccessRequest, outcome: "restarted" | "left-for-later"): Finding => ({
  kind: "overdue-request",
  outcome,
  requestId: id,
  sentence:
    outcome === "restarted"
      ? `Nobody got on with this request, which is ${status}: a new execution does.`
      : `Nobody got on with this request, which is ${status}, and no execution could be started: the next sweep tries again.`,
});

/** Access was taken in an emergency, and nobody has said what they make of it. */
export const unreviewed = ({ id }: AccessRequest): Finding => ({
  kind: "unreviewed-break-glass",
  outcome: "reported",
  requestId: id,
  sentence:
    "This access was taken in an emergency, and nobody has reviewed it in the time that there was: it is told again, with its watchers.",
});

/** Entries that a request's trail lacked: put back from the request's own item, or beyond that. */
export const auditGap = (
  requestId: RequestId,
  sequences: readonly number[],
  outcome: "healed" | "reported",
): Finding => ({
  kind: "audit-gap",
  outcome,
  requestId,
  sentence:
    outcome === "healed"
      ? `The audit trail lacked ${entries(sequences)}, which the request's own item still had: put back.`
      : `The audit trail lacks ${entries(sequences)}, older than what the request's own item keeps: lost.`,
});

/** Entries that the trail of an item of configuration lacked: put back from the Config table, or not there either. */
export const configurationGap = (
  subject: Subject,
  sequences: readonly number[],
  outcome: "healed" | "reported",
): Finding => ({
  kind: "audit-gap",
  outcome,
  sentence:
    outcome === "healed"
      ? `The audit trail of the ${nounOf[subject.kind]} ${subject.name} lacked ${entries(sequences)}, which the Config table had: put back.`
      : `The audit trail of the ${nounOf[subject.kind]} ${subject.name} lacks ${entries(sequences)}, and so does the Config table: lost.`,
});

const entries = (sequences: readonly number[]): string =>
  `${sequences.length === 1 ? "entry" : "entries"} ${sequences.join(", ")}`;

/** Something waits to be removed, and nobody comes for it. */
export const waitingRemovals = (entitlement: Entitlement): Finding => ({
  kind: "waiting-removals",
  outcome: "removal-started",
  access: accessOf(entitlement),
  sentence: "This access waited to be removed and nobody came for it: everything that waits is removed now.",
});

/** A request that is over, or that does not exist, was still noted as needing an access. */
export const deadHolder = (entitlement: Entitlement, requestId: RequestId): Finding => ({
  kind: "dead-holder",
  outcome: "hold-ended",
  requestId,
  access: accessOf(entitlement),
  sentence: "A request that is over, or does not exist, still held this access: its hold was ended.",
});

/** Made by Lockstep, and held by nobody that lives. */
export const orphan = (entitlement: Entitlement): Finding => ({
  kind: "orphan",
  outcome: "removal-queued",
  access: accessOf(entitlement),
  sentence: "Lockstep made this access and no live request needs it: its removal is queued.",
});

/** Somebody else changed what Lockstep manages. */
export const drifted = (entitlement: Entitlement, drift: Drift): Finding => ({
  kind: drift,
  outcome: "reported",
  access: accessOf(entitlement),
  sentence:
    drift === "appeared"
      ? "Lockstep removed this access, and somebody else made it again: it is theirs now, and stays."
      : "A live request needs this access, and somebody else removed it: Lockstep does not make it again.",
});
