import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const pages = globSync(["README.md", "docs/**/*.md"], { cwd: ROOT }).toSorted();

const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");

/** What stands in blocks of code is no prose: neither headings nor links are looked for there. */
const proseOf = (page: string) => textOf(page).replaceAll(/^ *```[^]*?^ *```/gm, "");

/** As GitHub makes a heading's anchor: lower case, no punctuation, a hyphen for each space. */
const anchorOf = (heading: string) =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (page: string) =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

/** The links of a page that lead nowhere in the repository. */
const deadLinksOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, target))) return [link];
    return anchor === undefined || anchorsOf(target).includes(anchor) ? [] : [link];
  });

/** The files and directories of the repository that a page names as code, and that are not there. */
const deadPathsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/`((?:bin|cli|docs|lambdas|lib|local|statemachines|test)\/[\w./-]+)`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !existsSync(join(ROOT, path)));

/** The npm scripts that a page tells to run, and that package.json does not have. */
const deadScriptsOf = (page: string): readonly string[] => {
  const { scripts } = JSON.parse(textOf("package.json")) as { readonly scripts: Record<string, string> };
  return [...textOf(page).matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g)]
    .map(([, script = ""]) => script)
    .filter((script) => !(script in scripts));
};

describe("the documentation", () => {
  it.each(pages)("%s leads to what is there", (page) => {
    expect(deadLinksOf(page), "links").toEqual([]);
    expect(deadPathsOf(page), "paths").toEqual([]);
    expect(deadScriptsOf(page), "npm scripts").toEqual([]);
  });
});
