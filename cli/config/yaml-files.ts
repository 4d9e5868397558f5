import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";

/**
 * The YAML files of a directory and of those below it, by their paths within it and in their order. What begins with a dot is an
 * editor's or a tool's, and what is in node_modules a package's: both are left out. Throws what the file system says where there is no such directory.
 */
export const yamlFilesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .filter((path) => !path.split(sep).some((part) => part.startsWith(".") || part === "node_modules"))
    .toSorted();
