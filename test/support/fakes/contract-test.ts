import { it } from "vitest";

/** Registers the tests of a contract in one environment: a test that differs there is skipped, and its name says why. */
export const contractTest =
  (differences: Readonly<Record<string, string>>) =>
  (name: string, test: () => Promise<void>): void => {
    const reason = differences[name];
    if (reason === undefined) it(name, test);
    else it.skip(`${name} (${reason})`, test);
  };
