import { DomainError } from "../errors.ts";
import { parseQuery } from "../query/parse-query.ts";
import type { LintedScope, World } from "./configuration.ts";
import { error, warning, type Said } from "./finding.ts";

/** Queries that cannot be read, and those that select nothing as things are. */
export const scopeProblems = ({ name, query }: LintedScope, world: World | undefined): readonly Said[] => {
  try {
    parseQuery(query, { about: "permissions on resources" });
  } catch (problem) {
    if (!(problem instanceof DomainError)) throw problem;
    return [error("query-invalid", "/query", `${problem.message} Correct it: the scope selects nothing.`)];
  }
  return world?.selected.get(name)?.length === 0
    ? [
        warning(
          "scope-empty",
          "/query",
          "The query selects nothing of what the inventory knows now. Preview it (POST /access-scopes/{name}/preview), and compare names and tags.",
        ),
      ]
    : [];
};
