import { writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { buildSync, type OutputFile } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** CommonJS dependencies inside of an ES module call `require` for Node's own modules. */
const REQUIRE_IN_ES_MODULE = [
  'import { createRequire } from "node:module";',
  "const require = createRequire(import.meta.url);",
].join("");

/**
 * Bundles handlers with everything they import, the AWS SDK's clients too: only those used, in the version that was
 * tested. All handlers are built at once when the first one is asked for, which takes half the time of building each
 * by itself; NodejsFunction would start `npx esbuild` for each, at another half a second a function.
 */
export class HandlerBundles {
  readonly #entries: readonly string[];
  #files: ReadonlyMap<string, readonly OutputFile[]> | undefined;

  /** `entries` are paths from the repository's root. */
  constructor(entries: readonly string[]) {
    this.#entries = entries;
  }

  /** The code of a function whose handler is `index.handler`. */
  code(entry: string): Code {
    return Code.fromAsset(ROOT, {
      // Only what comes out decides whether a function is deployed again.
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        image: DockerImage.fromRegistry("esbuild runs locally; Docker is never used"),
        // Never run either, but it tells this handler's asset from the others': the CDK keeps bundles by their options.
        command: [entry],
        local: {
          tryBundle: (outputDirectory) => {
            this.#files ??= build(this.#entries);
            const files = this.#files.get(dirname(entry));
            if (files === undefined) throw new Error(`${entry} is not among the handlers that are bundled`);
            for (const { path, contents } of files)
              writeFileSync(join(outputDirectory, basename(path)), contents);
            return true;
          },
        },
      },
    });
  }
}

/** The bundle and source map of each entry, by the folder that the entry is in. */
function build(entries: readonly string[]): ReadonlyMap<string, readonly OutputFile[]> {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: [...entries],
    // Nothing is written there: the paths only tell whose file is whose.
    outdir: ROOT,
    outbase: ROOT,
    write: false,
    entryNames: "[dir]/index",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    charset: "utf8",
    banner: { js: REQUIRE_IN_ES_MODULE },
    // Beside the bundle, without the sources: an error's stack shows our lines at a third of the size.
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    logLevel: "error",
  });
  return Map.groupBy(outputFiles, ({ path }) => dirname(relative(ROOT, path)));
}
