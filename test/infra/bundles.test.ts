import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { functions } from "../../lib/names.ts";
import { shippedContext, shippedSettings } from "./support/synthesize.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const assembly = mkdtempSync(join(tmpdir(), "lockstep-assembly-"));
afterAll(() => {
  rmSync(assembly, { recursive: true });
});

/** Runs the app as the CDK CLI does, with nothing that names an account, a region or credentials. */
const runApp = (lockstep: unknown) =>
  spawnSync(process.execPath, ["bin/lockstep.ts"], {
    cwd: ROOT,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      CDK_OUTDIR: assembly,
      CDK_CONTEXT_JSON: JSON.stringify({ ...shippedContext, lockstep }),
      CDK_VALIDATION: "false",
    },
  });

describe("the app, run without credentials", () => {
  it("stops on a wrong setting with its sentence and no stack trace", () => {
    const { status, stderr } = runApp({ ...shippedSettings, administratorGroups: [] });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'cdk.json, context key "lockstep.administratorGroups": found [], expected at least one group\'s display name.\n',
    );
  });

  it("synthesizes both stacks, and bundles each function", { timeout: 120_000 }, () => {
    const { status, stderr } = runApp(shippedSettings);
    expect(stderr).not.toMatch(/error|warning/i);
    expect(status).toBe(0);

    const bundles = readdirSync(assembly).filter((name) => name.startsWith("asset."));
    expect(bundles).toHaveLength(Object.keys(functions).length);
    for (const bundle of bundles) {
      const path = join(assembly, bundle, "index.mjs");
      expect(statSync(path).size, bundle).toBeLessThan(1_000_000);
      expect(importsOf(readFileSync(path, "utf8")), bundle).toEqual([]);
      const map: unknown = JSON.parse(readFileSync(`${path}.map`, "utf8"));
      expect(z.object({ sources: z.array(z.string()) }).parse(map).sources).not.toEqual([]);
      expect(map).not.toHaveProperty("sourcesContent");
    }
  });
});

/** What a minified bundle imports besides Node's own modules: it would not be there in Lambda. */
function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/(?:^|;)import(?:[\w*{ ][^"\';]*from)?"([^"]+)"/gm)]
    .map(([, specifier = ""]) => specifier)
    .filter((specifier) => !specifier.startsWith("node:") && !builtinModules.includes(specifier));
}
