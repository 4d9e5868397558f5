import * as z from "zod/mini";
import { FindingCodes, LintKinds } from "../../domain/lint/finding.ts";
import { AccessFlowFileSchema } from "../access-flow.ts";
import { AccessScopeDocumentSchema } from "../access-scope.ts";
import { BundleDocumentSchema } from "../bundle.ts";
import { namesDiffer } from "../configuration/names-differ.ts";
import { RotaDocumentSchema } from "../rota.ts";

/** The body of `POST /access-flows/lint`: documents that are laid over what is there. */
export const LintBodySchema = z.strictObject({
  flows: z.optional(AccessFlowFileSchema),
  bundles: z.optional(z.array(BundleDocumentSchema).check(namesDiffer("bundle"))),
  accessScopes: z.optional(z.array(AccessScopeDocumentSchema).check(namesDiffer("access scope"))),
  rotas: z.optional(z.array(RotaDocumentSchema).check(namesDiffer("rota"))),
});

/** What is wrong with what is configured. */
export const LintReportSchema = z.strictObject({
  findings: z.array(
    z.strictObject({
      severity: z.enum(["error", "warning"]),
      code: z.enum(FindingCodes),
      kind: z.enum(LintKinds),
      name: z.string(),
      pointer: z.string().check(z.meta({ description: "The field of the item that it is about (RFC 6901)" })),
      message: z.string().check(z.meta({ description: "What was found, and what to do" })),
    }),
  ),
});
