import { defineConfig } from "vitest/config";

/** The contract suites, on a real moto_server at MOTO_ENDPOINT; one file at a time, since they share it. */
export default defineConfig({
  test: {
    include: ["test/contract/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    // The first one in a file fills the server.
    hookTimeout: 60_000,
    reporters: ["default", "./test/support/passed-failed-reporter.ts"],
  },
});
