import type { TargetDocument } from "../../lambdas/core/contracts/configuration/target.ts";
import { IntegrationNameSchema } from "../../lambdas/core/domain/integration.ts";
import type { AccessFlowDocument } from "../../lambdas/core/contracts/configuration/access-flow.ts";
import type { AccessScopeDocument } from "../../lambdas/core/contracts/configuration/access-scope.ts";
import type { BundleDocument } from "../../lambdas/core/contracts/configuration/bundle.ts";
import type { RotaDocument } from "../../lambdas/core/contracts/configuration/rota.ts";
import { nounOf } from "../../lambdas/core/domain/configuration/subject.ts";
import type { Configuration } from "../../lambdas/core/domain/lint/configuration.ts";
import type { LintFinding, Severity } from "../../lambdas/core/domain/lint/finding.ts";
import { lintConfiguration } from "../../lambdas/core/domain/lint/lint-configuration.ts";
import { layOver } from "../../lambdas/core/use-cases/lint/lay-over.ts";
import { byPlace } from "./lint.ts";
import { asWritten } from "./normal.ts";
import type { WrittenDocument } from "./read-documents.ts";
import type { Finding } from "./source.ts";

/** What lint says of a place in a file. */
export interface LintedPlace extends Finding {
  readonly severity: Severity;
}

const NOTHING: Configuration = { flows: [], bundles: [], accessScopes: [], rotas: [] };

/** Whatever integration a target names is there, as far as files can tell: the server knows its own. */
const namedIn = (documents: readonly WrittenDocument[]) => ({
  list: () =>
    Promise.resolve(
      documents
        .flatMap(({ body }) => ("targets" in body ? (body.targets as readonly TargetDocument[]) : []))
        .flatMap(({ integration }) =>
          integration === undefined ? [] : [{ name: IntegrationNameSchema.parse(integration) }],
        ),
    ),
});

/**
 * What documents alone show to be wrong of what they say together: the API's own lint, which knows of no AWS here. Only of
 * documents that nothing else is wrong with.
 */
export const lintDocuments = async (
  documents: readonly WrittenDocument[],
): Promise<readonly LintedPlace[]> => {
  const of = (kind: WrittenDocument["kind"]): readonly object[] =>
    documents.filter((document) => document.kind === kind).map(({ body }) => body);
  const { configuration } = await layOver({ ...asWritten, integrations: namedIn(documents) }, NOTHING, {
    flows: of("access-flow") as readonly AccessFlowDocument[],
    bundles: of("bundle") as readonly BundleDocument[],
    accessScopes: of("access-scope") as readonly AccessScopeDocument[],
    rotas: of("rota") as readonly RotaDocument[],
  });
  return placedFindings(lintConfiguration(configuration), documents);
};

/** Findings of these documents, each with its place in the files, in their order. */
export const placedFindings = (
  findings: readonly Pick<LintFinding, "severity" | "kind" | "name" | "pointer" | "message">[],
  documents: readonly WrittenDocument[],
): readonly LintedPlace[] =>
  findings
    .flatMap(({ kind, name, severity, pointer, message }) => {
      const document = documents.find((one) => one.kind === kind && one.name === name);
      return document === undefined
        ? []
        : [
            {
              ...document.placeOf(pointer),
              severity,
              message: `${severity}: ${nounOf[kind]} ${name}: ${message}`,
            },
          ];
    })
    .toSorted(byPlace);
