import type { WriteStream } from "node:tty";
import { stripVTControlCharacters, styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Prints lines for a person. Colours appear only on a terminal that wants them (`NO_COLOR` and `FORCE_COLOR` are respected). */
export interface Terminal {
  readonly line: (text?: string) => void;
  /** Prints a line that the next one is written over, where that is possible, and a line like any other where it is not. */
  readonly passing: (text: string) => void;
  /** Whether passing lines are written over. */
  readonly isRewritten: boolean;
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly accent: (text: string) => string;
}

/** Back to the line's beginning, and nothing behind it: https://www.ecma-international.org/publications-and-standards/standards/ecma-48/ (CR, EL). */
const CLEARED = "\r\u001B[2K";

/** As wide as terminals are that do not say how wide they are. */
const USUAL_COLUMNS = 80;

/** A terminal on `stream`. */
export const terminalOn = (
  stream: NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>,
): Terminal => {
  const styled = (format: Format) => (text: string) => styleText(format, text, { stream });
  const isRewritten = stream.isTTY === true;
  let passing = "";

  /** A line that wraps could not be written over. */
  const fitting = (text: string): string => {
    const most = (stream.columns ?? USUAL_COLUMNS) - 1;
    const plain = stripVTControlCharacters(text);
    return plain.length <= most ? text : `${plain.slice(0, most - 1)}…`;
  };

  return {
    line: (text = "") => {
      stream.write(passing === "" ? `${text}\n` : `${CLEARED}${text}\n${passing}`);
    },
    passing: (text) => {
      if (!isRewritten) {
        stream.write(`${text}\n`);
        return;
      }
      const next = fitting(text);
      if (next !== passing) stream.write(`${CLEARED}${next}`);
      passing = next;
    },
    isRewritten,
    strong: styled("bold"),
    quiet: styled("dim"),
    good: styled("green"),
    bad: styled("red"),
    accent: styled("cyan"),
  };
};

/** Two columns: the left one as wide as its widest text. */
export const columns = (rows: readonly (readonly [string, string])[], indent = "  "): string[] => {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`.trimEnd());
};
