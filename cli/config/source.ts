import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type ErrorCode,
} from "yaml";

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
  /** What is written at a JSON pointer, where YAML reads something else than a text of it: `012345678901` is a number. */
  readonly writtenAt: (pointer: string) => string | undefined;
}

/** Reads a file's text. */
export const sourceOf = (file: string, text: string): Source => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const mistakes = mistakesIn(document, text).toSorted((a, b) => a.offset - b.offset);
  const read = mistakes.length === 0 ? valueOf(document) : undefined;
  const first = mistakes[0] ?? read?.mistake;
  return {
    file,
    value: read?.value,
    // The parser goes on after a mistake, and mostly finds the same one again.
    findings: first === undefined ? [] : [{ ...placeAt(first.offset), message: first.message }],
    placeOf: (pointer) => placeAt(foundAt(document, stepsOf(pointer)).offset),
    writtenAt: (pointer) => {
      const { node } = foundAt(document, stepsOf(pointer));
      return isScalar(node) && IS_NO_TEXT.has(typeof node.value) ? node.source : undefined;
    },
  };
};

/** More than flows that share what they have in common come to, and less than a text of nested aliases can blow up to. */
const MOST_ALIASES = 10_000;

/** With what its aliases stand for. */
const valueOf = (document: Document): { readonly value?: unknown; readonly mistake?: Mistake } => {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) };
  } catch (error) {
    // What the library throws for it; aliases of nothing were told of before.
    if (!(error instanceof ReferenceError)) throw error;
    const message = `found aliases (*) that stand for more than ${String(MOST_ALIASES)} others; expected fewer: write out what they nest`;
    return { mistake: { offset: 0, message } };
  }
};

/** What YAML makes of a text without quotes that looks like it. */
const IS_NO_TEXT: ReadonlySet<string> = new Set(["number", "bigint", "boolean"]);

interface Mistake {
  readonly offset: number;
  readonly message: string;
}

/** Why a text is no YAML that can be read. */
const mistakesIn = (document: Document.Parsed, text: string): readonly Mistake[] => [
  ...document.errors.map(({ code, message, pos: [offset] }) => ({
    offset,
    message: inWords(code, text.slice(offset)) ?? `found malformed YAML (${message}); expected YAML`,
  })),
  ...danglingIn(document),
  ...(text.trim() === ""
    ? [
        {
          offset: 0,
          message:
            "found nothing in the file; expected lists, such as accessFlows. Delete it if it is meant to be empty, or keep a comment in it",
        },
      ]
    : []),
];

const inWords = (code: ErrorCode, rest: string): string | undefined => {
  switch (code) {
    case "TAB_AS_INDENT":
      return "found a tab before what the line says; expected spaces: YAML takes no tabs there";
    case "DUPLICATE_KEY":
      return `found the key ${/^[^\s:]*/.exec(rest)?.[0] ?? ""} a second time in the same place; expected it once: put what both say under one of them`;
    case "MULTIPLE_DOCS":
      return "found a second YAML document in the file, after a line ---; expected one: take the line out, or use a file for each";
    default:
      return undefined;
  }
};

/** Names of anchors that nothing before them has. */
const danglingIn = (document: Document.Parsed): readonly Mistake[] => {
  const found: Mistake[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        found.push({
          offset: alias.range?.[0] ?? 0,
          message: `found *${alias.source}, and no anchor &${alias.source} before it; expected one that is there. Put a text that begins with * in quotes`,
        });
    },
  });
  return found;
};

const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

interface Found {
  /** Where the thing stands, or the nearest one above that is there. */
  readonly offset: number;
  /** Undefined where it is not there. */
  readonly node: unknown;
}

const foundAt = (document: Document, steps: readonly string[]): Found => {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of steps) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) return { offset, node: undefined };
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else return { offset, node: undefined };
  }
  return { offset, node };
};
