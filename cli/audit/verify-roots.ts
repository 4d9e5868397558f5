import { NO_PREVIOUS_ROOT, rootOfText, type AuditRoot } from "../../lambdas/core/domain/audit-root.ts";
import { daysAfter } from "../../lambdas/core/domain/day.ts";
import type { Finding } from "./finding.ts";

/** A root as it was found, under the day that its file is named after. */
export interface RootFile {
  readonly day: string;
  readonly text: string;
}

/** The roots up to the first one that is not as it was made, and what is wrong with that one. */
export interface VerifiedRoots {
  readonly roots: readonly AuditRoot[];
  readonly finding?: Finding;
}

const wrongWith = (
  { day, text }: RootFile,
  root: AuditRoot | undefined,
  previous: AuditRoot | undefined,
): Omit<Finding, "place"> | undefined => {
  if (root === undefined) {
    return {
      tampering: "altered",
      found: `${text.length.toLocaleString("en-US")} characters that are no root, or no longer the one of their hash`,
      expected: "the canonical JSON of a root, hashed as it says",
    };
  }
  if (root.day !== day)
    return { tampering: "reordered", found: `the root of ${root.day}`, expected: `the root of ${day}` };
  if (root.previousRoot === (previous?.hash ?? NO_PREVIOUS_ROOT)) return undefined;
  return {
    tampering: "altered",
    found: `a root that follows ${root.previousRoot}`,
    expected:
      previous === undefined
        ? "the first root of all, which follows none: those before it are missing"
        : `one that follows the root of ${previous.day}, ${previous.hash}`,
  };
};

/** Checks the chain of roots, oldest first. `files` are in the order of their days. */
export const verifyRoots = (files: readonly RootFile[]): VerifiedRoots => {
  const roots: AuditRoot[] = [];
  for (const file of files) {
    const previous = roots.at(-1);
    const due = previous === undefined ? file.day : daysAfter(previous.day, 1);
    if (file.day !== due) {
      const finding: Finding = {
        tampering: "removed",
        place: { root: due },
        found: `the root of ${file.day} next`,
        expected: "a root for every day",
      };
      return { roots, finding };
    }
    const root = rootOfText(file.text);
    const wrong = wrongWith(file, root, previous);
    if (root === undefined || wrong !== undefined) {
      return { roots, ...(wrong !== undefined && { finding: { ...wrong, place: { root: file.day } } }) };
    }
    roots.push(root);
  }
  return { roots };
};
