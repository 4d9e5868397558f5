import { nameOfChain } from "./chain-names.ts";

/** What was done to a line or a root, as far as it shows. */
export type Tampering = "altered" | "removed" | "inserted" | "reordered";

/** Which entry of which chain (lambdas/core/domain/chain.ts). */
export interface EntryPlace {
  readonly chain: string;
  readonly sequence: number;
}

/** An entry, for a person. */
export const nameOfEntry = ({ chain, sequence }: EntryPlace): string =>
  `entry ${String(sequence)} of ${nameOfChain(chain)}`;

/** The first thing that is not as it was written. */
export interface Finding {
  readonly tampering: Tampering;
  /** Where: a line of the export, or a root's day. */
  readonly place: { readonly line: number } | { readonly root: string };
  /** The entry that it is about: the one on the line or, when one is missing there, that one. */
  readonly entry?: EntryPlace;
  readonly found: string;
  readonly expected: string;
}

const subjectOf = ({ place, entry, tampering }: Finding): string => {
  if ("root" in place) return `The root of ${place.root} was ${tampering}`;
  const line = `Line ${String(place.line)}`;
  if (entry === undefined) return `${line} was ${tampering}`;
  return `${line}: ${nameOfEntry(entry)} was ${tampering}`;
};

/** The finding for a person. */
export const textOfFinding = (finding: Finding): string =>
  [`${subjectOf(finding)}.`, `  found:    ${finding.found}`, `  expected: ${finding.expected}`].join("\n");
