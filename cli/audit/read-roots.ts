import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../../local/cli/arguments.ts";
import { troubleOf } from "./file-trouble.ts";
import { FIRST_ROOT } from "./first-root.ts";
import type { RootFile } from "./verify-roots.ts";

/** Says in a sentence that something of the roots cannot be read: that is not a finding about them. */
const read = async <T>(path: string, expected: string, reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === undefined) throw error;
    throw new UsageError(
      `${path} cannot be read: found ${trouble}, expected ${expected}; 'npm run audit:export -- --roots DIR' downloads the roots.`,
    );
  }
};

/** The roots of a download, in the order of their days. Throws UsageError when there are none to be read. */
export const readRoots = async (directory: string): Promise<readonly RootFile[]> => {
  const names = await read(directory, "the directory of the roots", readdir(directory));
  const days = names
    .map((name) => /^(\d{4}-\d{2}-\d{2})\.json$/.exec(name)?.[1])
    .filter((day) => day !== undefined)
    .sort();
  if (days.length === 0) {
    throw new UsageError(
      `The directory ${directory} holds no roots, which are files such as 2026-01-31.json: ${FIRST_ROOT}; ` +
        "until then verify without --roots.",
    );
  }
  return Promise.all(
    days.map(async (day) => {
      const path = join(directory, `${day}.json`);
      return { day, text: await read(path, `the root of ${day}`, readFile(path, "utf8")) };
    }),
  );
};
