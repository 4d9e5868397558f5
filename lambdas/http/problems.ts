import type { Problem } from "../core/contracts/http/problem.ts";
import type { DomainErrorCode, FieldError } from "../core/domain/errors.ts";

/** Every problem's stable code. */
export type ProblemCode = DomainErrorCode | "internal-error";

interface ProblemKind {
  readonly status: 400 | 403 | 404 | 409 | 413 | 500 | 503;
  readonly title: string;
}

/** Every problem that Lockstep answers, with its HTTP status. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  "malformed-body": { status: 400, title: "The body is not JSON" },
  "invalid-body": { status: 400, title: "The body does not fit" },
  "invalid-query": { status: 400, title: "The query does not fit" },
  "invalid-cursor": { status: 400, title: "The cursor is not one of this list" },
  "invalid-idempotency-key": { status: 400, title: "The Idempotency-Key does not fit" },
  "invalid-via": { status: 400, title: "The header Lockstep-Via does not fit" },
  "unknown-field": { status: 400, title: "A field does not belong here" },
  "unknown-name": { status: 400, title: "A name is unknown" },
  "ambiguous-name": { status: 400, title: "A name has several meanings" },
  "duplicate-entitlement": { status: 400, title: "The same access is asked for twice" },
  "duration-out-of-bounds": { status: 400, title: "The duration is out of bounds" },
  "duration-above-maximum": { status: 400, title: "The duration is above what is allowed" },
  "session-too-long": { status: 403, title: "Sessions would last longer than the access flow allows" },
  "flow-unconfirmed": { status: 403, title: "A change of the access flow waits for another administrator" },
  "outside-timeframe": { status: 403, title: "The access flow does not let access begin then" },
  "mfa-required": { status: 403, title: "The access flow asks for a stronger sign-in" },
  "justification-required": { status: 400, title: "The access flow asks for a justification" },
  "ticket-required": { status: 400, title: "The access flow asks for a ticket" },
  "reason-required": { status: 400, title: "The access flow asks for a reason" },
  "step-required": { status: 400, title: "The decision has to name its step" },
  "start-out-of-bounds": { status: 400, title: "The start is out of bounds" },
  "invalid-access-flow": { status: 400, title: "The access flow does not fit" },
  "invalid-bundle": { status: 400, title: "The bundle does not fit" },
  "invalid-access-scope": { status: 400, title: "The access scope does not fit" },
  "invalid-rota": { status: 400, title: "The rota does not fit" },
  "invalid-integration": { status: 400, title: "The integration does not fit" },
  "too-many-named": { status: 400, title: "Too many resources are named one by one" },
  "scope-without-permissions": { status: 400, title: "Every permission set would be meant" },
  "configuration-unsound": { status: 400, title: "It could never do what it is for" },
  "still-named": { status: 409, title: "Something still names it" },
  "configuration-too-large": { status: 413, title: "There is too much in it to be kept" },
  "wrong-connector-account": {
    status: 400,
    title: "The connector's role is in an account where it does not help",
  },
  "integration-exists": { status: 409, title: "There is such an integration already" },
  "integration-built-in": { status: 409, title: "The deployment's own organization is always there" },
  "connector-missing": { status: 409, title: "There is no way into the account yet" },
  "caller-not-eligible": { status: 403, title: "The token names no enabled user" },
  "no-matching-flow": { status: 403, title: "No access flow allows this" },
  "principal-not-allowed": { status: 403, title: "Not for this principal" },
  "management-account": { status: 403, title: "Nothing is granted in the management account" },
  "lockstep-account": { status: 403, title: "Nothing is granted in Lockstep's own account" },
  "protected-account": { status: 403, title: "Nothing is granted in this account" },
  "never-grantable": { status: 403, title: "This is never granted" },
  "managed-from-management-account": {
    status: 403,
    title: "AWS lets only the management account manage this",
  },
  "self-approval": { status: 403, title: "Nobody decides on their own request" },
  "beneficiary-approval": { status: 403, title: "Nobody decides on access that they would get" },
  "self-confirmation": { status: 403, title: "Nobody confirms their own edit" },
  "approver-no-longer-eligible": { status: 403, title: "Not, or no longer, an approver" },
  "not-requester": { status: 403, title: "The request is somebody else's" },
  "not-administrator": { status: 403, title: "Only administrators may do this" },
  "role-missing": { status: 403, title: "This needs a role that you do not have" },
  "not-found": { status: 404, title: "Not found" },
  "account-not-active": { status: 409, title: "The account is not active" },
  "not-pending": { status: 409, title: "The request is not pending" },
  "already-decided": { status: 409, title: "Decided already" },
  "self-review": { status: 403, title: "Nobody reviews their own emergency" },
  "review-not-needed": { status: 409, title: "It was no emergency" },
  "already-reviewed": { status: 409, title: "Reviewed already" },
  "not-over": { status: 409, title: "It is not over" },
  "not-cancellable": { status: 409, title: "The request cannot be cancelled any more" },
  "not-active": { status: 409, title: "The access is not active" },
  "extension-not-allowed": { status: 403, title: "The access flow allows no extension" },
  "extension-pending": { status: 409, title: "An extension waits for approval already" },
  "too-many-extensions": { status: 409, title: "The access was extended as often as the access flow allows" },
  "idempotency-key-reused": { status: 409, title: "The Idempotency-Key was used with another body" },
  "no-approver": { status: 409, title: "Nobody could approve this" },
  "concurrent-modification": { status: 409, title: "Changed by others at the same moment" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "service-unavailable": { status: 503, title: "Something that Lockstep needs does not answer" },
  "internal-error": { status: 500, title: "Lockstep failed" },
};

/** A problem in the form of RFC 9457. */
export const problemOf = (
  code: ProblemCode,
  detail: string,
  fields: readonly FieldError[] = [],
): Problem => ({
  type: `urn:lockstep:problem:${code}`,
  ...problemKinds[code],
  code,
  detail,
  ...(fields.length === 0 ? {} : { errors: fields.map(({ pointer, detail }) => ({ pointer, detail })) }),
});
