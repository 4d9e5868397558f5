import { defineConfig } from "vitest/config";
import { NarrowestFirst } from "./narrowest-first.ts";

/**
 * What the mutants of lambdas/core are tried against: the tests that run it in memory and on a virtual clock. Those that
 * synthesize a template, start an environment, listen on a port or try many histories take seconds each, for every mutant.
 */
export default defineConfig({
  test: {
    include: [
      "test/unit/{api,core,record,statemachines,workflow}/**/*.test.ts",
      "test/workflow/**/*.test.ts",
      "test/security/approval.test.ts",
      "test/mutation/histories.test.ts",
    ],
    exclude: ["**/*-at-scale.test.ts"],
    pool: "threads",
    maxWorkers: 1,
    // Modules are loaded once for all files of a run: no test of these changes a module.
    isolate: false,
    sequence: { sequencer: NarrowestFirst },
    testTimeout: 20_000,
  },
});
