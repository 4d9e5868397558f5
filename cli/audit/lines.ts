import { createReadStream } from "node:fs";

const NEWLINE = 0x0a;

/** What stands for a line that is not UTF-8: it is no JSON either, so that it is found. */
const NOT_TEXT = "\u{FFFD}";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const textOf = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes);
  } catch {
    return NOT_TEXT;
  }
};

/**
 * The lines of a file, each ended by a line feed and nothing else: node:readline also ends them at carriage returns and at
 * U+2028, which a JSON text may hold.
 */
export const linesOf = async function* (file: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk]);
    let begin = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, begin)) {
      yield textOf(bytes.subarray(begin, end));
      begin = end + 1;
    }
    rest = bytes.subarray(begin);
  }
  if (rest.length > 0) yield textOf(rest);
};
