import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Day } from "../../lambdas/core/domain/day.ts";
import type { AuditRoots } from "../../lambdas/core/ports/audit-roots.ts";
import { CommandError } from "../../local/cli/command.ts";

/** What was downloaded. */
export interface DownloadedRoots {
  readonly days: readonly Day[];
  /** Days whose root was written over or hidden after it was first written. */
  readonly meddledWith: readonly Day[];
}

const existing = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
};

/**
 * Writes each day's root, exactly as it was first kept, to `<directory>/<day>.json`. A root that is there already has to
 * be the same: throws CommandError when it is not, and changes neither.
 */
export const downloadRoots = async (
  roots: Pick<AuditRoots, "list" | "read">,
  directory: string,
  onProgress: (done: number) => void,
): Promise<DownloadedRoots> => {
  await mkdir(directory, { recursive: true });
  const references = await roots.list();
  for (const [index, reference] of references.entries()) {
    const path = join(directory, `${reference.day}.json`);
    const text = await roots.read(reference);
    const before = await existing(path);
    if (before !== undefined && before !== text) {
      throw new CommandError(
        `${path} differs from the root that the bucket holds: one of the two was altered. Download into another ` +
          "directory and compare.",
      );
    }
    if (before === undefined) await writeFile(path, text);
    onProgress(index + 1);
  }
  return {
    days: references.map(({ day }) => day),
    meddledWith: references.filter(({ later }) => later > 0).map(({ day }) => day),
  };
};
