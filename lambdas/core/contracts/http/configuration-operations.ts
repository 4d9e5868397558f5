import * as z from "zod/mini";
import { BundleNameSchema, FlowNameSchema, RotaNameSchema, ScopeNameSchema } from "../../domain/ids.ts";
import { AccessFlowBodySchema } from "../configuration/access-flow.ts";
import { AccessScopeBodySchema } from "../configuration/access-scope.ts";
import { BundleBodySchema } from "../configuration/bundle.ts";
import { RotaBodySchema } from "../configuration/rota.ts";
import { AccessFlowListSchema, AccessFlowViewSchema } from "./access-flows.ts";
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
  AccessFlowSavedSchema,
  AccessScopeSavedSchema,
  BundleSavedSchema,
  LargeLintBody,
  LintBodySchema,
  LintReportSchema,
  RotaSavedSchema,
} from "./lint.ts";
import { PageQuerySchema } from "./lists.ts";
import { OnCallQuerySchema, OnCallSchema, RotaListSchema, RotaViewSchema } from "./rotas.ts";

const nothing = z.strictObject({});
const flowPath = z.strictObject({ name: FlowNameSchema });
const bundlePath = z.strictObject({ name: BundleNameSchema });
const scopePath = z.strictObject({ name: ScopeNameSchema });
const rotaPath = z.strictObject({ name: RotaNameSchema });
const flow = { status: 200, schema: AccessFlowViewSchema } as const;
const bundle = { status: 200, schema: BundleViewSchema } as const;
const accessScope = { status: 200, schema: AccessScopeViewSchema } as const;
const rota = { status: 200, schema: RotaViewSchema } as const;

/** What administrators and policy authors write. */
export const configurationOperations = {
  "POST /access-flows/lint": {
    summary:
      "What is wrong with access flows, bundles, access scopes and rotas as they are, or as they would be with those in the body; nothing is written",
    path: nothing,
    query: nothing,
    body: LintBodySchema,
    bodyOptional: true,
    largeBody: LargeLintBody,
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
    summary:
      "Delete an access flow: what waits under it is ended within minutes, with the reason; access that was asked for and is active goes on to its end, and what an automatic flow gave is taken back",
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
} as const;
