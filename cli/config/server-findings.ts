import { placedFindings, type LintedPlace } from "./lint-documents.ts";
import type { Step } from "./plan.ts";
import type { WrittenDocument } from "./read-documents.ts";
import type { Server } from "./server.ts";

/**
 * What the server says of documents as it would when they are saved, each with its place in the files: it knows the people,
 * accounts and permission sets that they name. What it finds elsewhere is not theirs.
 */
export const findingsOfServer = async (
  documents: readonly WrittenDocument[],
  server: Pick<Server, "lint">,
): Promise<readonly LintedPlace[]> =>
  documents.length === 0 ? [] : placedFindings(await server.lint(documents), documents);

/** The same of what a plan would write, once it has deleted what it would. */
export const findingsOfPlan = async (
  steps: readonly Step<WrittenDocument>[],
  server: Pick<Server, "lint">,
): Promise<readonly LintedPlace[]> => {
  const written = steps.flatMap((step) => (step.action === "delete" ? [] : [step.document]));
  const deleted = steps.flatMap((step) => (step.action === "delete" ? [step.document] : []));
  return written.length === 0 ? [] : placedFindings(await server.lint(written, deleted), written);
};
