import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Patch } from "./mutant.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** All that the simulation runs on. */
const SOURCES = ["lambdas", "local", "statemachines", "test", "package.json", "tsconfig.json"] as const;

/** What is left of `text` when the patch is applied. Throws when it does not apply exactly once. */
const patched = (text: string, { file, find, replace }: Patch): string => {
  const parts = text.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(
    `A patch must apply to ${file} exactly once, and applies ${parts.length - 1} times: ${find}`,
  );
};

/** Applies the patches to the folder's files, each to what the ones before it left. */
const apply = async (folder: string, patches: readonly Patch[]): Promise<void> => {
  for (const patch of patches) {
    const path = join(folder, patch.file);
    await writeFile(path, patched(await readFile(path, "utf8"), patch));
  }
};

/** Throws when a patch does not apply to the sources as they are now. */
export const assertApplies = async (patches: readonly Patch[]): Promise<void> => {
  const texts = new Map<string, string>();
  for (const patch of patches) {
    const text = texts.get(patch.file) ?? (await readFile(join(root, patch.file), "utf8"));
    texts.set(patch.file, patched(text, patch));
  }
};

/** Works with a patched copy of the sources, and deletes it afterwards: the checkout is never touched. */
export const inPatchedCopy = async <Result>(
  patches: readonly Patch[],
  work: (folder: string) => Promise<Result>,
): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-mutant-"));
  try {
    await Promise.all(SOURCES.map((path) => cp(join(root, path), join(folder, path), { recursive: true })));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await apply(folder, patches);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};
