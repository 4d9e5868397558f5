import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { UsageError } from "../../local/cli/arguments.ts";
import { troubleOf } from "./file-trouble.ts";

/** Where an export is to be written. */
export interface ExportTargets {
  readonly out: string;
  readonly roots: string | undefined;
}

/** What is at a path: a path below a file leads nowhere, as one that does not exist. */
const kindOf = async (path: string): Promise<"directory" | "file" | "nothing"> => {
  try {
    return (await stat(path)).isDirectory() ? "directory" : "file";
  } catch {
    return "nothing";
  }
};

const contains = (ancestor: string, path: string) =>
  `${resolve(path)}${sep}`.startsWith(`${resolve(ancestor)}${sep}`);

const refuseToWrite = async (option: string, path: string, directory: string) => {
  await access(directory, constants.W_OK).catch((error: unknown) => {
    throw new UsageError(
      `Option ${option} is '${path}': found ${troubleOf(error) ?? String(error)} to write in ${directory}, expected a ` +
        "directory of yours; name another.",
    );
  });
};

/** The nearest directory that exists; undefined when a file is in the way. */
const nearestDirectory = async (path: string): Promise<string | undefined> => {
  const kind = await kindOf(path);
  if (kind === "nothing") return nearestDirectory(dirname(path));
  return kind === "directory" ? path : undefined;
};

/**
 * Checks before anything is downloaded that it can be written where it is to go: a million entries are not read in vain.
 * Throws UsageError. Says whether there is an export already, which will be replaced.
 */
export const checkTargets = async ({
  out,
  roots,
}: ExportTargets): Promise<{ readonly replaces: boolean }> => {
  if (roots !== undefined) {
    const nearest = await nearestDirectory(resolve(roots));
    if (nearest === undefined) {
      throw new UsageError(
        `Option --roots is '${roots}': found a file, expected a directory or a name for a new one.`,
      );
    }
    await refuseToWrite("--roots", roots, nearest);
  }
  const kind = await kindOf(out);
  if (kind === "directory" || (roots !== undefined && resolve(out) === resolve(roots))) {
    throw new UsageError(
      `Option --out is '${out}': found a directory, expected a file; name one inside it, such as ${out}/lockstep-audit.jsonl.`,
    );
  }
  const folder = dirname(resolve(out));
  const isThere = (await kindOf(folder)) === "directory";
  // The roots are downloaded first, into a directory that is made for them with all above it.
  const willBe = roots !== undefined && contains(folder, roots);
  if (!isThere && !willBe) {
    throw new UsageError(
      `Option --out is '${out}': found no directory ${dirname(out)}, expected one that exists; make it, or name another file.`,
    );
  }
  if (isThere) await refuseToWrite("--out", out, folder);
  return { replaces: kind === "file" };
};
