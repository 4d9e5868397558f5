import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "../../local/cli/command.ts";
import { textOf } from "./difference.ts";
import { documentKinds } from "./document-kinds.ts";
import type { Comparable } from "./plan.ts";
import { yamlFilesIn } from "./yaml-files.ts";

const SCHEMA = fileURLToPath(new URL("../../docs/config.schema.json", import.meta.url));

/** A file for each kind, those of which there is nothing too, so that a later export leaves nothing of an earlier one. */
export const filesOf = (items: readonly Comparable[], schema: string): ReadonlyMap<string, string> =>
  new Map(
    documentKinds.map(({ kind, section, path }) => {
      const documents = items
        .filter(({ document }) => document.kind === kind)
        .map(({ normal }) => normal as { readonly name: string })
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      return [
        `${path.slice(1)}.yaml`,
        `# yaml-language-server: $schema=${schema}\n${textOf({ [section]: documents })}`,
      ];
    }),
  );

/**
 * Writes what a server has as the files of a directory, and answers the names of those that it wrote: one that says it already
 * stays as it is. One that says something else may be somebody's work: where there is any, nothing is written but by `force`.
 */
export const exportTo = (
  directory: string,
  items: readonly Comparable[],
  { force }: { readonly force: boolean },
): readonly string[] => {
  const files = filesOf(items, relative(directory, SCHEMA));
  mkdirSync(directory, { recursive: true });
  const strangers = yamlFilesIn(directory).filter((name) => !files.has(name));
  if (strangers.length > 0)
    throw new CommandError(
      `${directory} has other files (${strangers.join(", ")}), which may say the same a second time; expected an empty directory, or one of an earlier export.`,
    );
  const there = new Map([...files.keys()].map((name) => [name, textIn(join(directory, name))]));
  const toWrite = [...files].filter(([name, text]) => there.get(name) !== text);
  const different = toWrite.flatMap(([name]) => (there.get(name) === undefined ? [] : [name]));
  if (different.length > 0 && !force)
    throw new CommandError(
      `${directory} has ${different.join(", ")} already, and the server says otherwise; nothing was written. Look at the difference first (plan), then say --force to write over ${different.length === 1 ? "it" : "them"}, or name an empty directory by --dir.`,
    );
  for (const [name, text] of toWrite) writeFileSync(join(directory, name), text);
  return toWrite.map(([name]) => name);
};

/** Undefined where there is no such file. */
const textIn = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, "utf8") : undefined;
