import * as z from "zod/mini";
import type { DomainErrorCode } from "../../domain/errors.ts";
import {
  BundleNameSchema,
  FlowNameSchema,
  RequestIdSchema,
  RotaNameSchema,
  ScopeNameSchema,
} from "../../domain/ids.ts";
import { IntegrationNameSchema } from "../../domain/integration.ts";
import { SyncIdSchema } from "../../domain/sync.ts";
import { AccessFlowBodySchema } from "../configuration/access-flow.ts";
import { AccessScopeBodySchema } from "../configuration/access-scope.ts";
import { BundleBodySchema } from "../configuration/bundle.ts";
import { RotaBodySchema } from "../configuration/rota.ts";
import type { RouteKey } from "../routes.ts";
import { AccessFlowListSchema, AccessFlowViewSchema } from "./access-flows.ts";
import { BreakGlassListQuerySchema, BreakGlassListSchema } from "./break-glass.ts";
import {
  AccessScopeListSchema,
  AccessScopeViewSchema,
  PreviewBodySchema,
  PreviewSchema,
} from "./access-scopes.ts";
import { BundleListSchema, BundleViewSchema } from "./bundles.ts";
import {
  ChangeListQuerySchema,
  ConfigurationChangeListSchema,
  ConfirmationBodySchema,
} from "./configuration.ts";
import {
  IntegrationBodySchema,
  IntegrationListSchema,
  IntegrationViewSchema,
  RefreshBodySchema,
  RefreshSchema,
} from "./integrations.ts";
import { ExplanationAskSchema, ExplanationSchema } from "./explanations.ts";
import { inventoryOperations } from "./inventory-operations.ts";
import {
  AccessFlowSavedSchema,
  AccessScopeSavedSchema,
  BundleSavedSchema,
  LintBodySchema,
  LintReportSchema,
  RotaSavedSchema,
} from "./lint.ts";
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
import { OnCallQuerySchema, OnCallSchema, RotaListSchema, RotaViewSchema } from "./rotas.ts";
import { SweepBodySchema, SweepReportSchema } from "./sweep.ts";
import { SyncListQuerySchema, SyncListSchema, SyncViewSchema } from "./syncs.ts";

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
  readonly answer:
    { readonly status: 200 | 201 | 202; readonly schema: z.ZodMiniType } | { readonly status: 204 };
  /** What is answered instead where the call asks for something else than the operation itself. */
  readonly alternative?: {
    readonly status: 200;
    readonly schema: z.ZodMiniType;
    /** When that is, in words. */
    readonly when: string;
  };
  /** The problems beyond those that follow from the role, the query, the body and the method. */
  readonly problems: readonly DomainErrorCode[];
}

const nothing = z.strictObject({});
const requestPath = z.strictObject({ id: RequestIdSchema });
const flowPath = z.strictObject({ name: FlowNameSchema });
const bundlePath = z.strictObject({ name: BundleNameSchema });
const scopePath = z.strictObject({ name: ScopeNameSchema });
const rotaPath = z.strictObject({ name: RotaNameSchema });
const integrationPath = z.strictObject({ name: IntegrationNameSchema });
const integration = { status: 200, schema: IntegrationViewSchema } as const;
const request = { status: 200, schema: RequestViewSchema } as const;
const flow = { status: 200, schema: AccessFlowViewSchema } as const;

const bundle = { status: 200, schema: BundleViewSchema } as const;

const accessScope = { status: 200, schema: AccessScopeViewSchema } as const;

const rota = { status: 200, schema: RotaViewSchema } as const;

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

export const operations = {
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
  "POST /access-flows/lint": {
    summary:
      "What is wrong with access flows, bundles, access scopes and rotas as they are, or as they would be with those in the body; nothing is written",
    path: nothing,
    query: nothing,
    body: LintBodySchema,
    bodyOptional: true,
    invalidBody: "invalid-body",
    answer: { status: 200, schema: LintReportSchema },
    problems: [],
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
    answer: { status: 200, schema: AccessFlowSavedSchema },
    problems: [
      "configuration-unsound",
      "unknown-name",
      "ambiguous-name",
      "too-many-named",
      "scope-without-permissions",
      "configuration-too-large",
      "concurrent-modification",
    ],
  },
  "DELETE /access-flows/{name}": {
    summary: "Delete an access flow; the requests that it served stay as they are",
    path: flowPath,
    query: nothing,
    answer: { status: 204 },
    problems: ["not-found", "concurrent-modification"],
  },
  "POST /access-flows/{name}/confirm": {
    summary:
      "Confirm a version of an access flow that others have edited, so that it serves them too; those who confirm vouch for nothing that they wrote themselves",
    path: flowPath,
    query: nothing,
    body: ConfirmationBodySchema,
    answer: flow,
    problems: ["not-found", "self-confirmation", "concurrent-modification"],
  },
  "GET /bundles": {
    summary: "All bundles, by name",
    path: nothing,
    query: PageQuerySchema,
    answer: { status: 200, schema: BundleListSchema },
    problems: ["invalid-cursor"],
  },
  "GET /bundles/{name}": {
    summary: "One bundle",
    path: bundlePath,
    query: nothing,
    answer: bundle,
    problems: ["not-found"],
  },
  "PUT /bundles/{name}": {
    summary: "Make or replace a bundle: a named set of targets, which access flows give access to as a whole",
    path: z.strictObject({ name: z.string() }),
    query: nothing,
    body: BundleBodySchema,
    invalidBody: "invalid-bundle",
    answer: { status: 200, schema: BundleSavedSchema },
    problems: [
      "configuration-unsound",
      "unknown-name",
      "ambiguous-name",
      "too-many-named",
      "scope-without-permissions",
      "configuration-too-large",
      "concurrent-modification",
    ],
  },
  "DELETE /bundles/{name}": {
    summary: "Delete a bundle that no access flow names",
    path: bundlePath,
    query: nothing,
    answer: { status: 204 },
    problems: ["not-found", "still-named", "concurrent-modification"],
  },
  "POST /bundles/{name}/confirm": {
    summary: "Confirm a version of a bundle that others have edited, so that it serves them too",
    path: bundlePath,
    query: nothing,
    body: ConfirmationBodySchema,
    answer: bundle,
    problems: ["not-found", "self-confirmation", "concurrent-modification"],
  },
  "GET /access-scopes": {
    summary: "All access scopes, by name",
    path: nothing,
    query: PageQuerySchema,
    answer: { status: 200, schema: AccessScopeListSchema },
    problems: ["invalid-cursor"],
  },
  "GET /access-scopes/{name}": {
    summary: "One access scope",
    path: scopePath,
    query: nothing,
    answer: accessScope,
    problems: ["not-found"],
  },
  "PUT /access-scopes/{name}": {
    summary:
      "Make or replace an access scope: a named query over the inventory, which holds what it finds at any time",
    path: z.strictObject({ name: z.string() }),
    query: nothing,
    body: AccessScopeBodySchema,
    invalidBody: "invalid-access-scope",
    answer: { status: 200, schema: AccessScopeSavedSchema },
    problems: [
      "configuration-unsound",
      "scope-without-permissions",
      "configuration-too-large",
      "concurrent-modification",
    ],
  },
  "DELETE /access-scopes/{name}": {
    summary: "Delete an access scope that no access flow and no bundle names",
    path: scopePath,
    query: nothing,
    answer: { status: 204 },
    problems: ["not-found", "still-named", "concurrent-modification"],
  },
  "POST /access-scopes/{name}/confirm": {
    summary: "Confirm a version of an access scope that others have edited, so that it serves them too",
    path: scopePath,
    query: nothing,
    body: ConfirmationBodySchema,
    answer: accessScope,
    problems: ["not-found", "self-confirmation", "concurrent-modification"],
  },
  "POST /access-scopes/{name}/preview": {
    summary:
      "What the access scope's query finds now, or another one that is to be tried; it changes nothing. The resources that a query finds, to which no access is given one by one, are shown by GET /inventory/resources",
    path: scopePath,
    query: nothing,
    body: PreviewBodySchema,
    bodyOptional: true,
    answer: { status: 200, schema: PreviewSchema },
    problems: ["not-found"],
  },
  "GET /rotas": {
    summary: "All rotas, by name",
    path: nothing,
    query: PageQuerySchema,
    answer: { status: 200, schema: RotaListSchema },
    problems: ["invalid-cursor"],
  },
  "GET /rotas/{name}": {
    summary: "One rota",
    path: rotaPath,
    query: nothing,
    answer: rota,
    problems: ["not-found"],
  },
  "PUT /rotas/{name}": {
    summary: "Make or replace a rota: who is on call when, which access flows may ask",
    path: z.strictObject({ name: z.string() }),
    query: nothing,
    body: RotaBodySchema,
    invalidBody: "invalid-rota",
    answer: { status: 200, schema: RotaSavedSchema },
    problems: [
      "configuration-unsound",
      "unknown-name",
      "ambiguous-name",
      "configuration-too-large",
      "concurrent-modification",
    ],
  },
  "DELETE /rotas/{name}": {
    summary: "Delete a rota that no access flow names",
    path: rotaPath,
    query: nothing,
    answer: { status: 204 },
    problems: ["not-found", "still-named", "concurrent-modification"],
  },
  "POST /rotas/{name}/confirm": {
    summary: "Confirm a version of a rota that others have edited, so that it serves them too",
    path: rotaPath,
    query: nothing,
    body: ConfirmationBodySchema,
    answer: rota,
    problems: ["not-found", "self-confirmation", "concurrent-modification"],
  },
  "GET /rotas/{name}/on-call": {
    summary: "Who is on call by a rota, now or at another time",
    path: rotaPath,
    query: OnCallQuerySchema,
    answer: { status: 200, schema: OnCallSchema },
    problems: ["not-found"],
  },
  "GET /configuration/changes": {
    summary:
      "Who changed one access flow, integration or other configuration, when, and what it was before and after; oldest first, also of what is deleted. A page may come back short with a cursor",
    path: nothing,
    query: ChangeListQuerySchema,
    answer: { status: 200, schema: ConfigurationChangeListSchema },
    problems: ["invalid-cursor", "not-found"],
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
  "GET /integrations": {
    summary: "All integrations and how they are, by name; the deployment's own organization is one of them",
    path: nothing,
    query: PageQuerySchema,
    answer: { status: 200, schema: IntegrationListSchema },
    problems: ["invalid-cursor"],
  },
  "GET /integrations/{name}": {
    summary: "One integration, and how it is",
    path: integrationPath,
    query: nothing,
    answer: integration,
    problems: ["not-found"],
  },
  "PUT /integrations/{name}": {
    summary: "Make or replace an integration; its ExternalId is made by Lockstep, once",
    path: z.strictObject({ name: z.string() }),
    query: nothing,
    body: IntegrationBodySchema,
    invalidBody: "invalid-integration",
    answer: integration,
    problems: [
      "wrong-connector-account",
      "unknown-name",
      "ambiguous-name",
      "integration-exists",
      "configuration-too-large",
      "concurrent-modification",
    ],
  },
  "DELETE /integrations/{name}": {
    summary:
      "Delete an integration; the records of its syncs stay, and what they found goes with the organization's next sync. The deployment's own organization is afterwards what its settings say. Whoever writes it again gets another ExternalId, with which the deployed roles have to be updated: to change an integration, PUT it",
    path: integrationPath,
    query: nothing,
    answer: { status: 204 },
    problems: ["not-found", "integration-built-in", "still-named", "concurrent-modification"],
  },
  "POST /integrations/{name}/confirm": {
    summary:
      "Confirm a version of an integration of which others have changed the owner or the resourceOwner, so that they may approve as owners too",
    path: integrationPath,
    query: nothing,
    body: ConfirmationBodySchema,
    answer: integration,
    problems: ["not-found", "self-confirmation", "concurrent-modification"],
  },
  "POST /integrations/{name}/refresh": {
    summary: "Sync an integration now; what is under way already is not begun again",
    path: integrationPath,
    query: nothing,
    body: RefreshBodySchema,
    bodyOptional: true,
    answer: { status: 202, schema: RefreshSchema },
    problems: ["not-found", "connector-missing"],
  },
  "GET /syncs": {
    summary:
      "The syncs of all integrations, or of one integration or scope, newest first; those of an integration that was deleted by its name only. A page may come back short with a cursor",
    path: nothing,
    query: SyncListQuerySchema,
    answer: { status: 200, schema: SyncListSchema },
    problems: ["invalid-cursor", "not-found"],
  },
  "GET /syncs/{id}": {
    summary: "One sync: how far it is, what it took and what it met",
    path: z.strictObject({ id: SyncIdSchema }),
    query: nothing,
    answer: { status: 200, schema: SyncViewSchema },
    problems: ["not-found"],
  },
  ...inventoryOperations,
} as const satisfies Readonly<Record<RouteKey, OperationContract>>;

export type Operations = typeof operations;
