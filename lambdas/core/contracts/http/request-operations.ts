import * as z from "zod/mini";
import type { DomainErrorCode } from "../../domain/errors.ts";
import { RequestIdSchema } from "../../domain/ids.ts";
import { BreakGlassListQuerySchema, BreakGlassListSchema } from "./break-glass.ts";
import { ExplanationAskSchema, ExplanationSchema } from "./explanations.ts";
import { PageQuerySchema } from "./lists.ts";
import { MeQuerySchema, MeSchema } from "./me.ts";
import {
  DecisionBodySchema,
  EndBodySchema,
  EventListSchema,
  ExtensionAskSchema,
  RequestAskSchema,
  RequestListQuerySchema,
  RequestListSchema,
  RequestQuerySchema,
  RequestViewSchema,
  ReviewBodySchema,
} from "./requests.ts";

const nothing = z.strictObject({});
const requestPath = z.strictObject({ id: RequestIdSchema });
const request = { status: 200, schema: RequestViewSchema } as const;

/** Why access is not granted, or not for longer, to somebody whom a flow allows it. */
const grantRefusals = [
  "management-account",
  "lockstep-account",
  "protected-account",
  "never-grantable",
  "managed-from-management-account",
  "account-not-active",
  "no-approver",
] as const satisfies readonly DomainErrorCode[];

/** Why no flow serves a request although one names the requester and what they ask for. */
const flowRefusals = [
  "flow-unconfirmed",
  "outside-timeframe",
  "mfa-required",
  "justification-required",
  "ticket-required",
] as const satisfies readonly DomainErrorCode[];

/** What people ask for, and what they decide. */
export const requestOperations = {
  "GET /me": {
    summary: "Who the caller is, what they may request, and what waits for them",
    path: nothing,
    query: MeQuerySchema,
    answer: { status: 200, schema: MeSchema },
    problems: [],
  },
  "POST /requests": {
    summary: "Ask for access",
    path: nothing,
    query: RequestQuerySchema,
    body: RequestAskSchema,
    answer: { status: 201, schema: RequestViewSchema },
    alternative: {
      status: 200,
      schema: ExplanationSchema,
      when: "With dryRun=true: what would come of the request. Nothing is written, and an Idempotency-Key means nothing",
    },
    problems: [
      "unknown-name",
      "ambiguous-name",
      "duplicate-entitlement",
      "too-many-named",
      "duration-out-of-bounds",
      "duration-above-maximum",
      "session-too-long",
      "start-out-of-bounds",
      "outside-timeframe",
      "justification-required",
      "ticket-required",
      "mfa-required",
      "flow-unconfirmed",
      "no-matching-flow",
      "principal-not-allowed",
      ...flowRefusals,
      ...grantRefusals,
    ],
  },
  "POST /explain": {
    summary:
      "What would come of a request, and why: of the caller's own, or (auditors, policy authors and administrators) of anybody's, with every access flow named",
    path: nothing,
    query: nothing,
    body: ExplanationAskSchema,
    answer: { status: 200, schema: ExplanationSchema },
    problems: [
      "role-missing",
      "unknown-name",
      "ambiguous-name",
      "duplicate-entitlement",
      "too-many-named",
      "duration-out-of-bounds",
    ],
  },
  "GET /requests": {
    summary:
      "The caller's requests, what others asked for on their behalf, what waits for their decision (more time on active access after the requests), or (auditors and administrators) all; newest first",
    path: nothing,
    query: RequestListQuerySchema,
    answer: { status: 200, schema: RequestListSchema },
    problems: ["invalid-cursor", "role-missing"],
  },
  "GET /requests/{id}": {
    summary: "One request",
    path: requestPath,
    query: nothing,
    answer: request,
    problems: [],
  },
  "POST /requests/{id}/decisions": {
    summary: "Approve or reject a request, or more time on one that is active",
    path: requestPath,
    query: nothing,
    body: DecisionBodySchema,
    answer: request,
    problems: [
      "self-approval",
      "beneficiary-approval",
      "flow-unconfirmed",
      "approver-no-longer-eligible",
      "not-pending",
      "already-decided",
      "reason-required",
      "step-required",
      "no-approver",
      "concurrent-modification",
    ],
  },
  "POST /requests/{id}/extend": {
    summary: "Ask for more time on active access: given at once, or when it is approved",
    path: requestPath,
    query: nothing,
    body: ExtensionAskSchema,
    answer: request,
    problems: [
      "not-requester",
      "not-active",
      "extension-pending",
      "extension-not-allowed",
      "too-many-extensions",
      "duration-out-of-bounds",
      "duration-above-maximum",
      "session-too-long",
      "outside-timeframe",
      "justification-required",
      "ticket-required",
      "mfa-required",
      "flow-unconfirmed",
      "no-matching-flow",
      "principal-not-allowed",
      "unknown-name",
      ...grantRefusals,
      "concurrent-modification",
    ],
  },
  "POST /requests/{id}/revoke": {
    summary: "End a request early; one that is over stays as it is",
    path: requestPath,
    query: nothing,
    body: EndBodySchema,
    bodyOptional: true,
    answer: request,
    problems: ["not-requester", "concurrent-modification"],
  },
  "POST /requests/{id}/cancel": {
    summary: "Withdraw a request before anything is granted; one that is over stays as it is",
    path: requestPath,
    query: nothing,
    body: EndBodySchema,
    bodyOptional: true,
    answer: request,
    problems: ["not-requester", "not-cancellable", "concurrent-modification"],
  },
  "GET /requests/{id}/events": {
    summary: "A request's audit entries, oldest first",
    path: requestPath,
    query: PageQuerySchema,
    answer: { status: 200, schema: EventListSchema },
    problems: ["invalid-cursor"],
  },
  "POST /requests/{id}/review": {
    summary:
      "Say what you make of access in an emergency that is over: its watchers, auditors and administrators may, never who asked for it or got it",
    path: requestPath,
    query: nothing,
    body: ReviewBodySchema,
    answer: request,
    problems: ["self-review", "review-not-needed", "not-over", "already-reviewed", "concurrent-modification"],
  },
  "GET /break-glass": {
    summary:
      "Access that was taken in an emergency: what nobody has reviewed, the oldest first; or what was reviewed, or all of it, newest first. A page may come back short with a cursor",
    path: nothing,
    query: BreakGlassListQuerySchema,
    answer: { status: 200, schema: BreakGlassListSchema },
    problems: ["invalid-cursor"],
  },
} as const;
