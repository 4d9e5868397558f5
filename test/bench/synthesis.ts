import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../local/environment/synthesize.ts";
import { readAssembly } from "../../local/template/assembly.ts";
import { deploy } from "../../local/template/deployment.ts";
import { functionsIn } from "../../local/template/functions.ts";
import { distributionOf, timed } from "./stopwatch.ts";

/** A function's bundle as it would be uploaded, without its source map. */
export interface Bundle {
  readonly functionName: string;
  readonly bytes: number;
}

/** One synthesis of the app as it ships: bundling, both stacks, and the CDK's own rules. */
export interface SynthesisMeasurement {
  readonly milliseconds: number;
  /** What this machine takes to start and end a Node.js process that does nothing: the unit of {@link ratio}. */
  readonly emptyProcessMilliseconds: number;
  readonly ratio: number;
  readonly bundles: readonly Bundle[];
}

const HOME = { partition: "aws", accountId: "111122223333", region: "eu-west-1" } as const;

const runEmptyProcess = async () => {
  await once(spawn(process.execPath, ["--eval", ""], { stdio: "ignore" }), "close");
};

const EMPTY_PROCESSES = 5;

const medianOfEmptyProcesses = async () => {
  const samples: number[] = [];
  while (samples.length < EMPTY_PROCESSES) samples.push(await timed(runEmptyProcess));
  return distributionOf(samples).median;
};

const bytesIn = async (directory: string) => {
  const files = (await readdir(directory)).filter((name) => !name.endsWith(".map"));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((total, size) => total + size, 0);
};

const bundlesIn = async (assemblyDirectory: string): Promise<Bundle[]> => {
  const assembly = await readAssembly(assemblyDirectory);
  return Promise.all(
    functionsIn(assembly, deploy(assembly, HOME)).map(async ({ name, directory }) => ({
      functionName: name,
      bytes: await bytesIn(directory),
    })),
  );
};

/** Synthesizes the app as it ships, into a directory that is gone afterwards. */
export const measureSynthesis = async (): Promise<SynthesisMeasurement> => {
  const outputDirectory = await mkdtemp(join(tmpdir(), "lockstep-bench-"));
  try {
    const emptyProcessMilliseconds = await medianOfEmptyProcesses();
    const milliseconds = await timed(() =>
      synthesize({ settings: {}, account: HOME.accountId, region: HOME.region, outputDirectory }),
    );
    const bundles = await bundlesIn(outputDirectory);
    return {
      milliseconds,
      emptyProcessMilliseconds,
      ratio: milliseconds / emptyProcessMilliseconds,
      bundles: bundles.toSorted((a, b) => b.bytes - a.bytes),
    };
  } finally {
    await rm(outputDirectory, { recursive: true });
  }
};
