import * as z from "zod/mini";
import { FindingCodes, LintKinds } from "../../domain/lint/finding.ts";
import { AccessFlowFileSchema } from "../configuration/access-flow.ts";
import { AccessScopeDocumentSchema } from "../configuration/access-scope.ts";
import { BundleDocumentSchema } from "../configuration/bundle.ts";
import { namesDiffer } from "../configuration/names-differ.ts";
import { RotaDocumentSchema } from "../configuration/rota.ts";
import { SubjectSchema } from "../../domain/configuration/subject.ts";
import { IntegrationDocumentSchema } from "./integrations.ts";
import { AccessFlowViewSchema } from "./access-flows.ts";
import { AccessScopeViewSchema } from "./access-scopes.ts";
import { BundleViewSchema } from "./bundles.ts";
import { RotaViewSchema } from "./rotas.ts";

/** The body of `POST /access-flows/lint`: documents that are laid over what is there, and what is taken away. */
export const LintBodySchema = z.strictObject({
  flows: z.optional(AccessFlowFileSchema),
  bundles: z.optional(z.array(BundleDocumentSchema).check(namesDiffer("bundle"))),
  accessScopes: z.optional(z.array(AccessScopeDocumentSchema).check(namesDiffer("access scope"))),
  rotas: z.optional(z.array(RotaDocumentSchema).check(namesDiffer("rota"))),
  integrations: z.optional(z.array(IntegrationDocumentSchema).check(namesDiffer("integration"))),
  deleted: z.optional(
    z.array(SubjectSchema).check(z.meta({ description: "What would be deleted before that" })),
  ),
});

const said = {
  code: z.enum(FindingCodes),
  pointer: z.string().check(z.meta({ description: "The field of the item that it is about (RFC 6901)" })),
  message: z.string().check(z.meta({ description: "What was found, and what to do" })),
} as const;

/** What is wrong with what is configured. */
export const LintReportSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      severity: z.enum(["error", "warning"]),
      kind: z.enum(LintKinds),
      name: z.string(),
      ...said,
    }),
  ),
});

const WarningsSchema = z
  .array(z.strictObject(said))
  .check(
    z.meta({ description: "What is probably not meant, of what was saved; absent where nothing was found" }),
  );
export type Warnings = z.output<typeof WarningsSchema>;

/** What a save answers: the item as it is shown, and what lint warns of. */
const savedOf = <Shape extends z.core.$ZodLooseShape>(view: z.ZodMiniObject<Shape>) =>
  z.strictObject({ ...view.shape, warnings: z.optional(WarningsSchema) });

export const AccessFlowSavedSchema = savedOf(AccessFlowViewSchema);
export const BundleSavedSchema = savedOf(BundleViewSchema);
export const AccessScopeSavedSchema = savedOf(AccessScopeViewSchema);
export const RotaSavedSchema = savedOf(RotaViewSchema);
