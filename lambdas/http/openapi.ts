import * as z from "zod/mini";
import { AccessFlowBodySchema } from "../core/contracts/configuration/access-flow.ts";
import { AccessScopeBodySchema } from "../core/contracts/configuration/access-scope.ts";
import { BundleBodySchema } from "../core/contracts/configuration/bundle.ts";
import {
  AutomaticApprovalDocumentSchema,
  PersonRuleDocumentSchema,
} from "../core/contracts/configuration/rule.ts";
import { AccessFlowListSchema, AccessFlowViewSchema } from "../core/contracts/http/access-flows.ts";
import { BreakGlassListSchema } from "../core/contracts/http/break-glass.ts";
import {
  AccessScopeListSchema,
  AccessScopeViewSchema,
  PreviewBodySchema,
  PreviewSchema,
} from "../core/contracts/http/access-scopes.ts";
import { BundleListSchema, BundleViewSchema } from "../core/contracts/http/bundles.ts";
import {
  ConfigurationChangeListSchema,
  ConfigurationChangeSchema,
  ConfirmationBodySchema,
} from "../core/contracts/http/configuration.ts";
import { ExplanationAskSchema, ExplanationSchema } from "../core/contracts/http/explanations.ts";
import {
  IntegrationBodySchema,
  IntegrationListSchema,
  IntegrationViewSchema,
  RefreshBodySchema,
  RefreshSchema,
} from "../core/contracts/http/integrations.ts";
import { inventoryAnswers } from "../core/contracts/http/inventory-operations.ts";
import {
  AccessFlowSavedSchema,
  AccessScopeSavedSchema,
  BundleSavedSchema,
  LintBodySchema,
  LintReportSchema,
  RotaSavedSchema,
} from "../core/contracts/http/lint.ts";
import { MeSchema } from "../core/contracts/http/me.ts";
import { operations, type OperationContract } from "../core/contracts/http/operations.ts";
import { ProblemSchema } from "../core/contracts/http/problem.ts";
import {
  DecisionBodySchema,
  EndBodySchema,
  EventListSchema,
  EventSchema,
  ExtensionAskSchema,
  RequestAskSchema,
  RequestListSchema,
  RequestViewSchema,
  ReviewBodySchema,
} from "../core/contracts/http/requests.ts";
import { OnCallSchema, RotaListSchema, RotaViewSchema } from "../core/contracts/http/rotas.ts";
import { FindingSchema, SweepBodySchema, SweepReportSchema } from "../core/contracts/http/sweep.ts";
import { SyncListSchema, SyncViewSchema } from "../core/contracts/http/syncs.ts";
import { RotaBodySchema } from "../core/contracts/configuration/rota.ts";
import { Routes, type Route, type RouteKey } from "../core/contracts/routes.ts";
import { problemKinds, type ProblemCode } from "./problems.ts";

type Json = Readonly<Record<string, unknown>>;

/** The schemas with names of their own: what goes in, and what comes out. */
const bodies: Readonly<Record<string, z.ZodMiniType>> = {
  RequestAsk: RequestAskSchema,
  ExplanationAsk: ExplanationAskSchema,
  Decision: DecisionBodySchema,
  ExtensionAsk: ExtensionAskSchema,
  Ending: EndBodySchema,
  Review: ReviewBodySchema,
  AccessFlowDocument: AccessFlowBodySchema,
  PersonRuleDocument: PersonRuleDocumentSchema,
  AutomaticApprovalDocument: AutomaticApprovalDocumentSchema,
  BundleDocument: BundleBodySchema,
  AccessScopeDocument: AccessScopeBodySchema,
  Previewing: PreviewBodySchema,
  RotaDocument: RotaBodySchema,
  Confirmation: ConfirmationBodySchema,
  LintAsk: LintBodySchema,
  SweepBody: SweepBodySchema,
  IntegrationDocument: IntegrationBodySchema,
  Refreshing: RefreshBodySchema,
};
const answers: Readonly<Record<string, z.ZodMiniType>> = {
  Request: RequestViewSchema,
  RequestList: RequestListSchema,
  BreakGlassList: BreakGlassListSchema,
  Event: EventSchema,
  EventList: EventListSchema,
  Explanation: ExplanationSchema,
  Me: MeSchema,
  AccessFlow: AccessFlowViewSchema,
  PersonRule: PersonRuleDocumentSchema,
  AutomaticApproval: AutomaticApprovalDocumentSchema,
  AccessFlowList: AccessFlowListSchema,
  AccessFlowSaved: AccessFlowSavedSchema,
  Bundle: BundleViewSchema,
  BundleList: BundleListSchema,
  BundleSaved: BundleSavedSchema,
  AccessScope: AccessScopeViewSchema,
  AccessScopeList: AccessScopeListSchema,
  AccessScopeSaved: AccessScopeSavedSchema,
  Preview: PreviewSchema,
  Rota: RotaViewSchema,
  RotaList: RotaListSchema,
  RotaSaved: RotaSavedSchema,
  OnCall: OnCallSchema,
  LintReport: LintReportSchema,
  ConfigurationChange: ConfigurationChangeSchema,
  ConfigurationChangeList: ConfigurationChangeListSchema,
  SweepReport: SweepReportSchema,
  Integration: IntegrationViewSchema,
  IntegrationList: IntegrationListSchema,
  Refresh: RefreshSchema,
  Sync: SyncViewSchema,
  SyncList: SyncListSchema,
  ...inventoryAnswers,
  Finding: FindingSchema,
  Problem: ProblemSchema,
};

/** The API's description (OpenAPI 3.1), made of the route table and of the schemas that validate. */
export const openApiDocument = (): Json => ({
  openapi: "3.1.0",
  info: {
    title: "Lockstep",
    version: "1",
    description:
      "Access to AWS for exactly as long as it is needed. Every error that Lockstep answers is a problem (RFC 9457) with a stable code; 401, unknown routes and bodies over 10 MB are answered by API Gateway itself.",
  },
  security: [{ bearer: [] }],
  paths: paths(),
  components: {
    securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    schemas: { ...componentsOf(bodies, "input"), ...componentsOf(answers, "output") },
  },
});

const refTo = (name: string): string => `#/components/schemas/${name}`;

const componentsOf = (schemas: Readonly<Record<string, z.ZodMiniType>>, io: "input" | "output"): Json => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const generated = z.toJSONSchema(registry, { io, uri: refTo });
  return Object.fromEntries(Object.entries(generated.schemas).map(([name, schema]) => [name, bare(schema)]));
};

/** Without what only a schema that stands alone needs. */
const bare = (schema: object): Json =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "$id"));

const nameOf = (schemas: Readonly<Record<string, z.ZodMiniType>>, schema: z.ZodMiniType): string => {
  const [name] = Object.entries(schemas).find(([, named]) => named === schema) ?? [];
  if (name === undefined) throw new Error("Every body and every answer needs a name in the OpenAPI document");
  return name;
};

const paths = (): Json => {
  const byPath: Record<string, Record<string, Json>> = {};
  for (const route of Routes) {
    const key: RouteKey = `${route.method} ${route.path}` as RouteKey;
    (byPath[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, operations[key]);
  }
  return byPath;
};

const operationOf = (route: Route, operation: OperationContract): Json => ({
  operationId: operationId(route),
  summary: operation.summary,
  description: audience[route.role],
  ...parametersOf(route, operation),
  ...(operation.body === undefined
    ? {}
    : {
        requestBody: {
          required: operation.bodyOptional !== true,
          ...(operation.largeBody === undefined
            ? {}
            : { description: `At most ${String(operation.largeBody.bytes)} bytes` }),
          content: { "application/json": { schema: { $ref: refTo(nameOf(bodies, operation.body)) } } },
        },
      }),
  responses: {
    ...(operation.alternative === undefined
      ? {}
      : { [operation.alternative.status]: contentOf(operation.alternative.when, operation.alternative) }),
    [operation.answer.status]: successOf(route, operation),
    "401": {
      description: "No usable token (answered by API Gateway)",
      content: {
        "application/json": {
          schema: { type: "object", properties: { message: { type: "string" } }, required: ["message"] },
        },
      },
    },
    ...problemsOf(route, operation),
  },
});

const audience: Readonly<Record<Route["role"], string>> = {
  person: "For every enabled user of the directory.",
  party:
    "For the request's requester, its approvers, auditors and administrators, each as far as the operation is theirs (an auditor only reads); to anyone else it does not exist.",
  reader: "For auditors, policy authors and administrators.",
  auditor: "For auditors and administrators.",
  "policy-author": "For policy authors and administrators.",
  administrator: "For administrators.",
};

/** `GET /requests/{id}/events` → `getRequestsEvents`. */
const operationId = ({ method, path }: Route): string => {
  const words = path.split("/").filter((part) => part !== "");
  const named = words.flatMap((part) =>
    part.startsWith("{") ? ["by", ...part.slice(1, -1).split("-")] : part.split("-"),
  );
  const capitalized = named.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return method.toLowerCase() + capitalized.join("");
};

const parametersOf = (route: Route, operation: OperationContract): Json => {
  const parameters = [
    ...fieldsOf(operation.path).map((field) => ({ ...field, in: "path", required: true })),
    ...fieldsOf(operation.query).map((field) => ({ ...field, in: "query" })),
    ...(route.method === "POST" ? [idempotencyKey] : []),
    ...(route.method === "GET" ? [] : [via]),
  ];
  return parameters.length === 0 ? {} : { parameters };
};

const idempotencyKey: Json = {
  name: "Idempotency-Key",
  in: "header",
  description: "A call that is repeated under the same key is answered as it was, and does nothing twice",
  schema: { type: "string", minLength: 1, maxLength: 128, pattern: "^[ -~]*$" },
};

const via: Json = {
  name: "Lockstep-Via",
  in: "header",
  description: "Said by a program that applies files: the audit trail of configuration then says so too",
  schema: { type: "string", enum: ["file"] },
};

const fieldsOf = (schema: z.ZodMiniType): readonly Json[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([name, field]) => ({
    name,
    required: required.includes(name),
    schema: field,
  }));
};

const successOf = (route: Route, { answer }: OperationContract): Json => {
  if (answer.status === 204) return { description: "Done" };
  const location = { location: { description: "Where it can be found", schema: { type: "string" } } };
  return {
    ...contentOf(outcomes[answer.status], answer),
    ...(route.method === "POST" && answer.status === 201 ? { headers: location } : {}),
  };
};

const contentOf = (description: string, { schema }: { readonly schema: z.ZodMiniType }): Json => ({
  description,
  content: { "application/json": { schema: { $ref: refTo(nameOf(answers, schema)) } } },
});

const outcomes = { 200: "As it is now", 201: "Made", 202: "Under way" } as const;

/** Every problem that the operation may answer, by status. */
const problemsOf = (route: Route, operation: OperationContract): Json => {
  const byStatus = Map.groupBy(problemCodesOf(route, operation), (code) => problemKinds[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${problemKinds[code].title}`).join("\n\n"),
        ...(status === 503
          ? { headers: { "retry-after": { description: "Seconds", schema: { type: "string" } } } }
          : {}),
        content: {
          "application/problem+json": {
            schema: {
              $ref: refTo("Problem"),
              properties: { status: { const: status }, code: { enum: codes } },
            },
          },
        },
      },
    ]),
  );
};

/** The codes that the contract names, and those that follow from the role, the method, the query and the body. */
const problemCodesOf = (route: Route, operation: OperationContract): readonly ProblemCode[] => [
  ...new Set<ProblemCode>([
    "invalid-query",
    "unknown-field",
    ...(operation.body === undefined
      ? []
      : (["malformed-body", operation.invalidBody ?? "invalid-body", "body-too-large"] as const)),
    ...(route.method === "POST" ? (["invalid-idempotency-key", "idempotency-key-reused"] as const) : []),
    ...(route.method === "GET" ? [] : (["invalid-via"] as const)),
    ...(route.role === "party" ? (["not-found"] as const) : []),
    ...(route.role === "administrator" ? (["not-administrator"] as const) : []),
    ...(["reader", "auditor", "policy-author"].includes(route.role) ? (["role-missing"] as const) : []),
    "caller-not-eligible",
    ...operation.problems,
    "service-unavailable",
    "internal-error",
  ]),
];
