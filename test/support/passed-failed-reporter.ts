import type { Reporter, TestModule } from "vitest/node";

type SerializedError = Parameters<NonNullable<Reporter["onTestRunEnd"]>>[1][number];

/**
 * Prints `N passed, N failed` (and `, N skipped` when there are any) as the run's very last line. What failed
 * outside of a test (an unhandled rejection, a file that does not load) counts as a failure: a run that broke
 * never says `0 failed`.
 */
export default class PassedFailedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const line = summary(modules, unhandledErrors.length);
    // Vitest's own reporter prints its summary in the same hook, so this one waits for the process's end.
    process.once("exit", () => {
      process.stdout.write(`${line}\n`);
    });
  }
}

function summary(modules: readonly TestModule[], unhandledErrors: number): string {
  let passed = 0;
  let failed = unhandledErrors;
  let skipped = 0;
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "failed") failed += 1;
      else skipped += 1;
    }
  }
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
