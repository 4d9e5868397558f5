import * as z from "zod/mini";
import type { DomainErrorCode } from "../../domain/errors.ts";
import { FlowNameSchema, RequestIdSchema } from "../../domain/ids.ts";
import { AccessFlowBodySchema } from "../access-flow.ts";
import type { RouteKey } from "../routes.ts";
import { AccessFlowListSchema, AccessFlowViewSchema } from "./access-flows.ts";
import { PageQuerySchema } from "./lists.ts";
import { MeSchema } from "./me.ts";
import {
  DecisionBodySchema,
  EndBodySchema,
  EventListSchema,
  ExtensionAskSchema,
  RequestAskSchema,
  RequestListQuerySchema,
  RequestListSchema,
  RequestViewSchema,
} from "./requests.ts";
import { SweepBodySchema, SweepReportSchema } from "./sweep.ts";

/** What one route takes and answers. The handlers validate by it, and docs/openapi.json is generated from it. */
export interface OperationContract {
  readonly summary: string;
  /** A path that does not fit names nothing. */
  readonly path: z.ZodMiniType;
  readonly query: z.ZodMiniType;
  /** Absent: a body is not read. */
  readonly body?: z.ZodMiniType;
  /** No body at all is as good as `{}`. */
  readonly bodyOptional?: true;
  /** The code of a body that does not fit, where it is not `invalid-body`. */
  readonly invalidBody?: DomainErrorCode;
  readonly answer: { readonly status: 200 | 201; readonly schema: z.ZodMiniType } | { readonly status: 204 };
  /** The problems beyond those that follow from the role, the query, the body and the method. */
  readonly problems: readonly DomainErrorCode[];
}

const nothing = z.strictObject({});
const requestPath = z.strictObject({ id: RequestIdSchema });
const flowPath = z.strictObject({ name: FlowNameSchema });
const request = { status: 200, schema: RequestViewSchema } as const;
const flow = { status: 200, schema: AccessFlowViewSchema } as const;

export const operations = {
  "GET /me": {
    summary: "Who the caller is, what they may request, and what waits for them",
    path: nothing,
    query: nothing,
    answer: { status: 200, schema: MeSchema },
    problems: [],
  },
  "POST /requests": {
    summary: "Ask for access",
    path: nothing,
    query: nothing,
    body: RequestAskSchema,
    answer: { status: 201, schema: RequestViewSchema },
    problems: [
      "unknown-name",
      "ambiguous-name",
      "duplicate-entitlement",
      "duration-out-of-bounds",
      "duration-above-maximum",
      "session-too-long",
      "start-out-of-bounds",
      "no-matching-flow",
      "principal-not-allowed",
      "management-account",
      "lockstep-account",
      "protected-account",
      "managed-from-management-account",
      "account-not-active",
      "no-approver",
    ],
  },
  "GET /requests": {
    summary:
      "The caller's requests, what waits for their decision (more time on active access after the requests), or (administrators) all; newest first",
    path: nothing,
    query: RequestListQuerySchema,
    answer: { status: 200, schema: RequestListSchema },
    problems: ["invalid-cursor", "not-administrator"],
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
      "approver-no-longer-eligible",
      "not-pending",
      "already-decided",
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
      "no-matching-flow",
      "principal-not-allowed",
      "unknown-name",
      "management-account",
      "lockstep-account",
      "protected-account",
      "managed-from-management-account",
      "account-not-active",
      "no-approver",
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
  "GET /access-flows": {
    summary: "All access flows, by name",
    path: nothing,
    query: PageQuerySchema,
    answer: { status: 200, schema: AccessFlowListSchema },
    problems: ["invalid-cursor"],
  },
  "GET /access-flows/{name}": {
    summary: "One access flow",
    path: flowPath,
    query: nothing,
    answer: flow,
    problems: ["not-found"],
  },
  "PUT /access-flows/{name}": {
    summary: "Make or replace an access flow",
    path: z.strictObject({ name: z.string() }),
    query: nothing,
    body: AccessFlowBodySchema,
    invalidBody: "invalid-access-flow",
    answer: flow,
    problems: ["unknown-name", "ambiguous-name", "concurrent-modification"],
  },
  "DELETE /access-flows/{name}": {
    summary: "Delete an access flow; the requests that it served stay as they are",
    path: flowPath,
    query: nothing,
    answer: { status: 204 },
    problems: ["not-found", "concurrent-modification"],
  },
  "POST /sweep": {
    summary: "Check now that what exists is what should exist; the answer comes within 30 seconds",
    path: nothing,
    query: nothing,
    body: SweepBodySchema,
    bodyOptional: true,
    answer: { status: 200, schema: SweepReportSchema },
    problems: [],
  },
} as const satisfies Readonly<Record<RouteKey, OperationContract>>;

export type Operations = typeof operations;
