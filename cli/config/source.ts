import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";

/** Where something stands in a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong in a file. */
export interface Finding extends Place {
  readonly message: string;
}

/** A file that was read. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** Why it is no YAML. */
  readonly findings: readonly Finding[];
  /** Where the thing at a JSON pointer stands: at its key, where it has one; at the nearest thing above, where there is none. */
  readonly placeOf: (pointer: string) => Place;
}

/** Reads a file's text. */
export const sourceOf = (file: string, text: string): Source => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [first] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  return {
    file,
    value: first === undefined ? document.toJS() : undefined,
    // The parser goes on after a mistake, and mostly finds the same one again.
    findings:
      first === undefined
        ? []
        : [{ ...placeAt(first.pos[0]), message: `found malformed YAML (${first.message}); expected YAML` }],
    placeOf: (pointer) => placeAt(offsetOf(document, stepsOf(pointer))),
  };
};

const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

const offsetOf = (document: Document, steps: readonly string[]): number => {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of steps) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
};
