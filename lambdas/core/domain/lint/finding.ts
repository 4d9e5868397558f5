import type { DomainError } from "../errors.ts";

/** What a finding is about. Of an integration there is only why it could not be saved. */
export const LintKinds = ["access-flow", "bundle", "access-scope", "rota", "integration"] as const;
export type LintKind = (typeof LintKinds)[number];

/** An error is about what can never work, or does not any more; a warning about what is probably not meant. */
export type Severity = "error" | "warning";

/** Every rule's stable code. */
export const FindingCodes = [
  "requestors-nobody",
  "targets-nothing",
  "target-nothing",
  "target-matches-nothing",
  "tag-of-no-account",
  "targets-never-granted",
  "target-never-granted",
  "user-gone",
  "user-disabled",
  "group-gone",
  "group-empty",
  "account-gone",
  "account-outside-organization",
  "organizational-unit-gone",
  "permission-set-gone",
  "bundle-missing",
  "access-scope-missing",
  "rota-missing",
  "nobody-decides",
  "too-few-approvers",
  "approvers-only-requesters",
  "owner-nobody",
  "query-invalid",
  "scope-empty",
  "flow-overshadowed",
  "session-too-long",
  "duration-above-maximum",
  "mfa-never-shown",
  "no-standing-anchor",
  "too-many-named",
  "cannot-be-saved",
] as const;
export type FindingCode = (typeof FindingCodes)[number];

/** Something that is wrong with what is configured, and what to do about it. */
export interface LintFinding {
  readonly severity: Severity;
  readonly code: FindingCode;
  readonly kind: LintKind;
  readonly name: string;
  /** The field of the item that it is about (RFC 6901); empty: the whole. */
  readonly pointer: string;
  readonly message: string;
}

/** What a rule says of an item that it looks at. */
export type Said = Omit<LintFinding, "kind" | "name">;

export const error = (code: FindingCode, pointer: string, message: string): Said => ({
  severity: "error",
  code,
  pointer,
  message,
});

export const warning = (code: FindingCode, pointer: string, message: string): Said => ({
  severity: "warning",
  code,
  pointer,
  message,
});

/** Why an item could not be saved, a finding for each field. */
export const refusalsOf = (
  { message, fields }: DomainError,
  about: Pick<LintFinding, "kind" | "name">,
): readonly LintFinding[] =>
  (fields.length > 0 ? fields : [{ pointer: "", detail: message }]).map(({ pointer, detail }) => ({
    ...error("cannot-be-saved", pointer, detail),
    ...about,
  }));
