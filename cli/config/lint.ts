import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { counted } from "../audit/progress.ts";
import { CommandError } from "../../local/cli/command.ts";
import { checkDocuments } from "./check-documents.ts";
import { readDocuments, type Documents } from "./read-documents.ts";
import { sourceOf, type Finding } from "./source.ts";
import { yamlFilesIn } from "./yaml-files.ts";

export interface Linted extends Documents {
  /** The files that were read, by their paths. */
  readonly files: readonly string[];
}

/** The documents of every YAML file of a directory and of those below, and everything that is wrong with them, in the files' order. */
export const lintDirectory = (directory: string): Linted => {
  const files = filesOf(directory);
  const sources = files.map((file) => sourceOf(file, readFileSync(file, "utf8")));
  const { documents, misfits, findings } = readDocuments(sources);
  const all = [...findings, ...checkDocuments({ documents, misfits })];
  return { files, documents, misfits, findings: all.toSorted(byPlace) };
};

/** How many files were read, and where: those of a directory that somebody only put them by are read like any other. */
export const whatWasRead = ({ files }: Pick<Linted, "files">): string => {
  const places = [...Map.groupBy(files, (file) => dirname(file))].toSorted(([a], [b]) => a.localeCompare(b));
  const each = places.map(([place, those]) => `${String(those.length)} in ${place}`);
  return `Read ${counted(files.length, "file")}: ${each.join(", ")}.`;
};

const filesOf = (directory: string): readonly string[] => {
  const names = namesIn(directory);
  if (names.length === 0)
    throw new CommandError(
      `There is no YAML file in ${directory}; expected some, such as ${join(directory, "access-flows.yaml")}.`,
    );
  return names.map((name) => join(directory, name));
};

const namesIn = (directory: string): readonly string[] => {
  try {
    return yamlFilesIn(directory);
  } catch (error) {
    const reason = codeOf(error) === "ENOENT" ? "is not there" : `cannot be read (${String(error)})`;
    throw new CommandError(
      `The directory ${directory} ${reason}; expected one of YAML files: --dir names it, and export writes them.`,
      { cause: error },
    );
  }
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/** The order of the files, and of what is in them. */
export const byPlace = (a: Finding, b: Finding): number =>
  a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column;

/** `file:line:column: what`. */
export const findingLine = ({ file, line, column, message }: Finding): string =>
  `${file}:${String(line)}:${String(column)}: ${message}`;
