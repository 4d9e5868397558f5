import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "../../local/cli/command.ts";
import { textOf } from "./difference.ts";
import { documentKinds } from "./document-kinds.ts";
import type { Comparable } from "./plan.ts";

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

/** Writes what a server has as the files of a directory. Answers their names. */
export const exportTo = (directory: string, items: readonly Comparable[]): readonly string[] => {
  const files = filesOf(items, relative(directory, SCHEMA));
  mkdirSync(directory, { recursive: true });
  const strangers = readdirSync(directory).filter((name) => /\.ya?ml$/.test(name) && !files.has(name));
  if (strangers.length > 0)
    throw new CommandError(
      `${directory} has other files (${strangers.join(", ")}), which may say the same a second time; expected an empty directory, or one of an earlier export.`,
    );
  for (const [name, text] of files) writeFileSync(join(directory, name), text);
  return [...files.keys()];
};
