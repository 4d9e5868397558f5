import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandError } from "../../../../local/cli/command.ts";
import { claimDirectory } from "../../../../local/environment/data-directory.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lockstep-claimed-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe("a data directory", () => {
  it("is one environment's at a time, whether it was there before or not", () => {
    const data = join(directory, "below", "data");
    const release = claimDirectory(data);
    expect(() => claimDirectory(data)).toThrow(
      new CommandError(
        `The data directory ${data} is in use by another start: stop that one, or choose another directory with --data DIR.`,
      ),
    );
    release();
    claimDirectory(data)();
  });

  it("that is a file cannot be used", () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    expect(() => claimDirectory(file)).toThrow(/^The data directory .+ cannot be used: /);
  });
});
