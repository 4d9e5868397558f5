import { stringify } from "yaml";

/** A document as text: the same for the same content, in whichever order its keys were. */
export const textOf = (document: object | undefined): string =>
  document === undefined ? "" : stringify(document, { sortMapEntries: byNameFirst, lineWidth: 0 });

/** The name on top, then by the alphabet. */
const byNameFirst = (a: { readonly key: unknown }, b: { readonly key: unknown }): number => {
  const [left, right] = [keyText(a.key), keyText(b.key)];
  if (left === "name" || right === "name") return left === right ? 0 : left === "name" ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
};

const keyText = (key: unknown): string =>
  typeof key === "object" && key !== null && "value" in key ? String(key.value) : String(key);

/** So many unchanged lines around a change are shown. */
const CONTEXT = 2;

/** What has to be done to `before` to make it `after`, line by line: `- ` goes, `+ ` comes, and a little around them. */
export const differenceOf = (before: object | undefined, after: object | undefined): readonly string[] => {
  const lines = edits(linesOf(before), linesOf(after));
  const isShown = (index: number) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== " ");
  return lines.flatMap(({ sign, text }, index) => {
    if (isShown(index)) return [`${sign} ${text}`];
    return index > 0 && isShown(index - 1) ? ["  …"] : [];
  });
};

const linesOf = (document: object | undefined): readonly string[] =>
  textOf(document).split("\n").slice(0, -1);

interface Edit {
  readonly sign: "-" | "+" | " ";
  readonly text: string;
}

/** By the longest common subsequence: documents have hundreds of lines at most. */
const edits = (before: readonly string[], after: readonly string[]): readonly Edit[] => {
  const common = commonLengths(before, after);
  const found: Edit[] = [];
  let [from, to] = [0, 0];
  while (from < before.length || to < after.length) {
    const [old, next] = [before[from], after[to]];
    if (old !== undefined && old === next) {
      found.push({ sign: " ", text: old });
      from += 1;
      to += 1;
    } else if (
      old !== undefined &&
      (next === undefined || (common[from + 1]?.[to] ?? 0) >= (common[from]?.[to + 1] ?? 0))
    ) {
      found.push({ sign: "-", text: old });
      from += 1;
    } else if (next !== undefined) {
      found.push({ sign: "+", text: next });
      to += 1;
    }
  }
  return found;
};

/** How many lines what is left of both has in common, from each pair of lines on. */
const commonLengths = (
  before: readonly string[],
  after: readonly string[],
): readonly (readonly number[])[] => {
  const lengths = Array.from({ length: before.length + 1 }, () => Array<number>(after.length + 1).fill(0));
  for (let from = before.length - 1; from >= 0; from -= 1) {
    for (let to = after.length - 1; to >= 0; to -= 1) {
      const row = lengths[from];
      const below = lengths[from + 1];
      if (row === undefined || below === undefined) continue;
      row[to] =
        before[from] === after[to] ? (below[to + 1] ?? 0) + 1 : Math.max(below[to] ?? 0, row[to + 1] ?? 0);
    }
  }
  return lengths;
};
