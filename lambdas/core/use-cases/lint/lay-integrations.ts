import type { IntegrationBody } from "../../contracts/http/integrations.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Integration } from "../../domain/integration.ts";
import { refusalsOf, type LintFinding } from "../../domain/lint/finding.ts";

/** What a document makes of an integration beside the others; throws DomainError where it could not be saved. */
export type IntegrationAsSaved = (
  name: string,
  document: IntegrationBody,
  there: readonly Integration[],
) => Promise<Integration>;

export interface LaidIntegrations {
  readonly integrations: readonly Integration[];
  /** Why some of what is proposed could not be saved: of those what is there stays. */
  readonly refused: readonly LintFinding[];
}

/** The integrations that there would be once these are saved, one after the other. */
export const layIntegrations = async (
  asSaved: IntegrationAsSaved,
  there: readonly Integration[],
  documents: readonly IntegrationBody[],
): Promise<LaidIntegrations> => {
  const laid = new Map(there.map((integration) => [integration.name as string, integration]));
  const refused: LintFinding[] = [];
  for (const document of documents) {
    const { name = "" } = document;
    try {
      laid.set(name, await asSaved(name, document, [...laid.values()]));
    } catch (problem) {
      if (!(problem instanceof DomainError)) throw problem;
      refused.push(...refusalsOf(problem, { kind: "integration", name }));
    }
  }
  return { integrations: [...laid.values()], refused };
};
