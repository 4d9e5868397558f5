import * as z from "zod/mini";
import { AccessFlowDocumentSchema } from "../../lambdas/core/contracts/configuration/access-flow.ts";
import { AccessScopeDocumentSchema } from "../../lambdas/core/contracts/configuration/access-scope.ts";
import { BundleDocumentSchema } from "../../lambdas/core/contracts/configuration/bundle.ts";
import { IntegrationDocumentSchema } from "../../lambdas/core/contracts/http/integrations.ts";
import { RotaDocumentSchema } from "../../lambdas/core/contracts/configuration/rota.ts";
import type { ConfigurationKind } from "../../lambdas/core/domain/configuration/subject.ts";

export interface DocumentKind {
  readonly kind: ConfigurationKind;
  /** The key that its list stands under in a file. */
  readonly section: string;
  /** Where the API keeps it. */
  readonly path: string;
  readonly schema: z.ZodMiniType;
}

/** What files hold, in the order in which it is made: what is named comes before what names it. */
export const documentKinds = [
  {
    kind: "integration",
    section: "integrations",
    path: "/integrations",
    schema: IntegrationDocumentSchema,
  },
  { kind: "rota", section: "rotas", path: "/rotas", schema: RotaDocumentSchema },
  {
    kind: "access-scope",
    section: "accessScopes",
    path: "/access-scopes",
    schema: AccessScopeDocumentSchema,
  },
  { kind: "bundle", section: "bundles", path: "/bundles", schema: BundleDocumentSchema },
  {
    kind: "access-flow",
    section: "accessFlows",
    path: "/access-flows",
    schema: AccessFlowDocumentSchema,
  },
] as const satisfies readonly DocumentKind[];

/** Whole files, for editors; `check` parses item by item, and says where. */
export const ConfigFileSchema = z.strictObject({
  integrations: z.optional(z.array(IntegrationDocumentSchema)),
  rotas: z.optional(z.array(RotaDocumentSchema)),
  accessScopes: z.optional(z.array(AccessScopeDocumentSchema)),
  bundles: z.optional(z.array(BundleDocumentSchema)),
  accessFlows: z.optional(z.array(AccessFlowDocumentSchema)),
});

/** One document, wherever it comes from. */
export interface ConfigDocument {
  readonly kind: ConfigurationKind;
  readonly name: string;
  /** As people write it, with its name. */
  readonly body: object;
}
