/** What a caller did wrong, or what stands in the way: stable, and the `code` of the HTTP problem. */
export type DomainErrorCode =
  | "malformed-body"
  | "invalid-body"
  | "invalid-query"
  | "invalid-cursor"
  | "invalid-idempotency-key"
  | "invalid-via"
  | "unknown-field"
  | "unknown-name"
  | "ambiguous-name"
  | "duplicate-entitlement"
  | "duration-out-of-bounds"
  | "duration-above-maximum"
  | "session-too-long"
  | "flow-unconfirmed"
  | "outside-timeframe"
  | "mfa-required"
  | "justification-required"
  | "ticket-required"
  | "reason-required"
  | "step-required"
  | "start-out-of-bounds"
  | "invalid-access-flow"
  | "invalid-bundle"
  | "invalid-access-scope"
  | "invalid-rota"
  | "invalid-integration"
  | "too-many-named"
  | "scope-without-permissions"
  | "configuration-unsound"
  | "still-named"
  | "configuration-too-large"
  | "wrong-connector-account"
  | "integration-exists"
  | "integration-built-in"
  | "connector-missing"
  | "caller-not-eligible"
  | "no-matching-flow"
  | "principal-not-allowed"
  | "management-account"
  | "lockstep-account"
  | "protected-account"
  | "never-grantable"
  | "managed-from-management-account"
  | "self-approval"
  | "beneficiary-approval"
  | "self-confirmation"
  | "approver-no-longer-eligible"
  | "not-requester"
  | "not-administrator"
  | "role-missing"
  | "not-found"
  | "account-not-active"
  | "not-pending"
  | "already-decided"
  | "self-review"
  | "review-not-needed"
  | "already-reviewed"
  | "not-over"
  | "not-cancellable"
  | "not-active"
  | "extension-not-allowed"
  | "extension-pending"
  | "too-many-extensions"
  | "idempotency-key-reused"
  | "no-approver"
  | "concurrent-modification"
  | "body-too-large"
  | "service-unavailable";

/** A field that an error is about, by JSON pointer (RFC 6901). */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** An error that the caller can understand and act on. Nothing was changed. */
export class DomainError extends Error {
  readonly code: DomainErrorCode;
  readonly fields: readonly FieldError[];

  constructor(code: DomainErrorCode, detail: string, fields: readonly FieldError[] = []) {
    super(detail);
    this.name = "DomainError";
    this.code = code;
    this.fields = fields;
  }
}

/**
 * Errors whose `name` the state machine retries: contracts/workflow.ts lists them.
 * Anything else that a function throws is a defect.
 */
export type RetryableErrorName =
  | "StoreUnavailable"
  | "WorkflowUnavailable"
  | "DirectoryUnavailable"
  | "ProviderUnavailable"
  | "CatalogueUnavailable"
  | "EventsUnavailable"
  | "SweepUnavailable"
  | "ConcurrentModification"
  | "GrantUnfinished"
  | "RevokeUnfinished";

/** Trying again later may succeed. */
export class RetryableError extends Error {
  constructor(name: RetryableErrorName, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = name;
  }
}
