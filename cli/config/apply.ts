import { findingLine } from "./lint.ts";
import { titleOf, type Step } from "./plan.ts";
import type { WrittenDocument } from "./read-documents.ts";
import { RefusedError, type Server, type Warning } from "./server.ts";

/**
 * Does the steps one after the other, and says each as it is done. The first that fails ends it, since what follows may need
 * it: what was done stays done, and a new plan has the rest. Answers whether all of it was done.
 */
export const applySteps = async (
  steps: readonly Step<WrittenDocument>[],
  server: Pick<Server, "put" | "delete">,
  say: (line: string) => void,
): Promise<boolean> => {
  for (const [index, step] of steps.entries()) {
    let warnings: readonly Warning[] = [];
    try {
      if (step.action === "delete") await server.delete(step.document);
      else warnings = await server.put(step.document);
    } catch (error) {
      say(`✗ ${lineOf(step)}: ${reasonOf(error)}`);
      placesOf(step, error).forEach((line) => {
        say(`    ${line}`);
      });
      sayWhatIsLeft(steps.slice(index + 1), index, say);
      return false;
    }
    say(`✓ ${lineOf(step)}`);
    warningLines(step, warnings).forEach((line) => {
      say(`    ${line}`);
    });
  }
  return true;
};

const lineOf = ({ action, document }: Step): string => `${action} ${titleOf(document)}`;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Where in the files the fields are that the API refuses. */
const placesOf = (step: Step<WrittenDocument>, error: unknown): readonly string[] => {
  if (!(error instanceof RefusedError) || step.action === "delete") return [];
  return (error.problem.errors ?? []).map(({ pointer, detail }) => {
    const { file, line, column } = step.document.placeOf(pointer);
    return `${file}:${String(line)}:${String(column)}: ${detail}`;
  });
};

const warningLines = (step: Step<WrittenDocument>, warnings: readonly Warning[]): readonly string[] => {
  if (step.action === "delete") return [];
  return warnings.map(({ pointer, message }) =>
    findingLine({ ...step.document.placeOf(pointer), message: `warning: ${message}` }),
  );
};

const sayWhatIsLeft = (left: readonly Step[], done: number, say: (line: string) => void): void => {
  for (const step of left) say(`· ${lineOf(step)}: not tried`);
  say(
    `${String(done)} done, 1 failed, ${String(left.length)} not tried. What is done stays; running this again goes on with the rest.`,
  );
};
