import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { CommandError } from "../cli/command.ts";

/** The repository: where cdk.json is and where the CDK would run the app. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const CdkJsonSchema = z.looseObject({ context: z.record(z.string(), z.unknown()) });
const SettingsSchema = z.record(z.string(), z.unknown());

/** What a synthesis on this machine says differently from a deployment. */
export interface SynthesisOptions {
  /** Settings that replace those of the same name under `lockstep` in cdk.json's context. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly account: string;
  readonly region: string;
  readonly outputDirectory: string;
  /** Gives up: the synthesis rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const contextWith = async (settings: SynthesisOptions["settings"]) => {
  const { context } = CdkJsonSchema.parse(JSON.parse(await readFile(`${ROOT}cdk.json`, "utf8")));
  const shipped = SettingsSchema.parse(context["lockstep"]);
  return JSON.stringify({ ...context, lockstep: { ...shipped, ...settings } });
};

/**
 * Synthesizes the app as `cdk synth` does, in a process of its own: the CDK keeps state in its module and blocks for
 * some seconds. Throws {@link CommandError} with what the app said when it fails.
 */
export const synthesize = async (options: SynthesisOptions): Promise<void> => {
  const child = spawn(process.execPath, ["bin/lockstep.ts"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.signal !== undefined && { signal: options.signal }),
    env: {
      ...process.env,
      CDK_OUTDIR: options.outputDirectory,
      CDK_CONTEXT_JSON: await contextWith(options.settings),
      CDK_DEFAULT_ACCOUNT: options.account,
      CDK_DEFAULT_REGION: options.region,
    },
  });
  let said = "";
  const listen = (chunk: Buffer) => {
    said += chunk.toString();
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  options.signal?.throwIfAborted();
  if (code !== 0) throw new CommandError(`The CDK app could not be synthesized:\n${said.trim()}`);
};
