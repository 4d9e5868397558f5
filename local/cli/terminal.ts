import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Prints lines for a person. Colours appear only on a terminal that wants them (`NO_COLOR` and `FORCE_COLOR` are respected). */
export interface Terminal {
  readonly line: (text?: string) => void;
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly accent: (text: string) => string;
}

/** A terminal on `stream`. */
export const terminalOn = (stream: NodeJS.WritableStream): Terminal => {
  const styled = (format: Format) => (text: string) => styleText(format, text, { stream });
  return {
    line: (text = "") => {
      stream.write(`${text}\n`);
    },
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
