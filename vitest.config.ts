import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // These need more than Node and npm (moto) or measure time (bench): npm run test:moto, npm run bench.
    // Mutants are tried against test/mutation, whose histories are among those of test/simulation here.
    exclude: ["test/moto/**", "test/bench/**", "test/mutation/**", "node_modules/**"],
    reporters: ["default", "./test/support/passed-failed-reporter.ts"],
    pool: "threads",
    // A laptop and a CI runner both have two cores to spare; more workers only make each synthesis slower.
    maxWorkers: 2,
    // The CDK's own rules take three seconds of each synthesis: one test runs them, and so does every `cdk synth`.
    env: { CDK_VALIDATION: "false" },
    // Nothing here is about how fast this machine is: only what hangs takes so long.
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
