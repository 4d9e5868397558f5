import * as z from "zod/mini";
import { IntegrationNameSchema } from "../../domain/integration.ts";
import { SyncIdSchema } from "../../domain/sync.ts";
import { ConfirmationBodySchema } from "./configuration.ts";
import {
  IntegrationBodySchema,
  IntegrationListSchema,
  IntegrationViewSchema,
  RefreshBodySchema,
  RefreshSchema,
} from "./integrations.ts";
import { PageQuerySchema } from "./lists.ts";
import { SweepBodySchema, SweepReportSchema } from "./sweep.ts";
import { SyncListQuerySchema, SyncListSchema, SyncViewSchema } from "./syncs.ts";

const nothing = z.strictObject({});
const integrationPath = z.strictObject({ name: IntegrationNameSchema });
const integration = { status: 200, schema: IntegrationViewSchema } as const;

/** What is connected, and how it is looked at. */
export const integrationOperations = {
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
} as const;
