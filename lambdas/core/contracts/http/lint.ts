import * as z from "zod/mini";
import { FindingCodes, LintKinds } from "../../domain/lint/finding.ts";
import { AccessFlowDocumentSchema } from "../configuration/access-flow.ts";
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

/**
 * Whole files are asked about at once, as what is in them names each other. Lambda takes 6 MB of an event
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), in which API Gateway puts the body as a text: its
 * quotes are escaped, which doubles it at worst, and claims and headers want their place.
 */
const LARGEST_LINT_BODY_BYTES = 2_500_000;

/**
 * Documents of a kind. 1,000 access flows take lint about a second of processor time, 4,000 not quite 4 (2,000 people in 100
 * groups); 2,000 leave room within the function's 29 seconds for reading what is there and looking names up, and findings
 * of 700 bytes for each of them four times over stay below the 6 MB that Lambda answers.
 */
const MOST_OF_A_KIND = 2000;

/** How much of lint's body is read. */
export const LargeLintBody = { bytes: LARGEST_LINT_BODY_BYTES, itemsOfList: MOST_OF_A_KIND } as const;

/** Before any other check: of a list that is too long nothing else is said. */
const atMost = z.maxLength(MOST_OF_A_KIND, { abort: true });

/** The body of `POST /access-flows/lint`: documents that are laid over what is there, and what is taken away. */
export const LintBodySchema = z.strictObject({
  flows: z.optional(z.array(AccessFlowDocumentSchema).check(atMost, namesDiffer("access flow"))),
  bundles: z.optional(z.array(BundleDocumentSchema).check(atMost, namesDiffer("bundle"))),
  accessScopes: z.optional(z.array(AccessScopeDocumentSchema).check(atMost, namesDiffer("access scope"))),
  rotas: z.optional(z.array(RotaDocumentSchema).check(atMost, namesDiffer("rota"))),
  integrations: z.optional(z.array(IntegrationDocumentSchema).check(atMost, namesDiffer("integration"))),
  deleted: z.optional(
    z.array(SubjectSchema).check(atMost, z.meta({ description: "What would be deleted before that" })),
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
