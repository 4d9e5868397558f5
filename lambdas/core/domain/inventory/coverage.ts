import {
  CoverageDepths,
  type CoverageDepth,
  type CoverageFact,
  type CoverageSubject,
  type ResourceType,
} from "./facts.ts";

/** How far each subject of an account was looked at; a subject that is absent was never looked at. */
export type Coverage = CoverageFact["subjects"];

/** What is looked at within an account that an integration with these types of resources looks into. */
export const subjectsOf = (resourceTypes: readonly ResourceType[]): readonly CoverageSubject[] => [
  "iam-user",
  "iam-group",
  "iam-role",
  ...resourceTypes,
];

/** Whether a look that comes so far shows nothing but what the looks before would have shown: then what appears is news. */
export const wouldHaveShown = (known: CoverageDepth | undefined, depth: CoverageDepth): boolean =>
  known !== undefined && rank(known) >= rank(depth);

/** What is known after these subjects were looked at so far. No look makes unknown what one before it has shown. */
export const deepened = (known: Coverage, reached: Coverage): Coverage => {
  const deeper: Coverage = { ...known };
  for (const [subject, depth] of depthsIn(reached)) {
    if (!wouldHaveShown(known[subject], depth)) deeper[subject] = depth;
  }
  return deeper;
};

/**
 * What is known once a look has come to its end. What is listed as left by then was taken away while the look was under way:
 * what it went by may be gone, and the next look is the first one that shows anything.
 */
export const deepenedUnlessLeft = (known: Coverage, reached: Coverage): Coverage =>
  deepened(known, Object.fromEntries(depthsIn(reached).filter(([subject]) => known[subject] !== "left")));

/** All of these subjects at one depth. */
export const depthOfAll = (subjects: readonly CoverageSubject[], depth: CoverageDepth): Coverage =>
  Object.fromEntries(subjects.map((subject) => [subject, depth]));

/** Every subject and its depth. */
export const depthsIn = (coverage: Coverage): readonly (readonly [CoverageSubject, CoverageDepth])[] =>
  Object.entries(coverage) as readonly [CoverageSubject, CoverageDepth][];

const rank = (depth: CoverageDepth): number => CoverageDepths.indexOf(depth);
