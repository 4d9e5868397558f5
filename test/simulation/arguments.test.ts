import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readSimulateArguments, simulateHelp } from "./arguments.ts";
import { faultNames } from "./faults.ts";
import { mutantsHelp, readMutantsArguments } from "./mutants/arguments.ts";
import { mutants } from "./mutants/mutants.ts";
import { progressLine } from "./progress.ts";

const ALL_FAULTS = faultNames.join(", ");
const ALL_MUTANTS = mutants.map(({ name }) => name).join(", ");
const SEED = "a whole number from 0 to 1000000000000000";
const HISTORIES = "a whole number from 1 to 1000000000";
const WORKERS = "a whole number from 1 to 256";
const FAULTS = `all, none, or names separated by commas of ${ALL_FAULTS}`;
const ONLY = `names separated by commas of ${ALL_MUTANTS}`;

/** Arguments, and the sentence that refuses them. */
type Refusal = readonly [argv: readonly string[], sentence: string];

/** Arguments that both programs refuse alike. */
const refusedByBoth: readonly Refusal[] = [
  [["--histories", "0"], `Option --histories is '0': expected ${HISTORIES}.`],
  [["--histories", "-1"], `Option --histories is '-1': expected ${HISTORIES}.`],
  [["--histories", "1.5"], `Option --histories is '1.5': expected ${HISTORIES}.`],
  [["--histories", "1e3"], `Option --histories is '1e3': expected ${HISTORIES}.`],
  [["--histories", "1000000001"], `Option --histories is '1000000001': expected ${HISTORIES}.`],
  [["--histories"], `Option --histories needs a value: expected ${HISTORIES}.`],
  [["--histories="], `Option --histories needs a value: expected ${HISTORIES}.`],
  [["--seed", "x"], `Option --seed is 'x': expected ${SEED}.`],
  [["--seed", "-1"], `Option --seed is '-1': expected ${SEED}.`],
  [["--seed", " "], `Option --seed is ' ': expected ${SEED}.`],
  // Two neighbours of this one are the same number.
  [["--seed", "9007199254740992"], `Option --seed is '9007199254740992': expected ${SEED}.`],
  [["--seed", "--histories", "3"], `Option --seed needs a value: expected ${SEED}.`],
  [["--seed", "1", "--seed", "2"], "Option --seed is given twice."],
  [["--bogus"], "Unknown option --bogus: --help lists what there is."],
  [["extra"], "Unexpected argument 'extra': --help lists what there is."],
];

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe("the arguments of npm run simulate", () => {
  it("have defaults", () => {
    expect(readSimulateArguments([])).toEqual({
      seed: 1,
      histories: 1_000,
      workers: 1,
      faults: "all",
      trace: false,
      untilFirst: false,
      json: false,
    });
  });

  it("are read", () => {
    const argv =
      "--seed 0 --histories=1 --workers 2 --faults crash,redeploy --keep 3,0 --trace --until-first --json";
    expect(readSimulateArguments(argv.split(" "))).toEqual({
      seed: 0,
      histories: 1,
      workers: 2,
      faults: ["crash", "redeploy"],
      keep: [3, 0],
      trace: true,
      untilFirst: true,
      json: true,
    });
    expect(readSimulateArguments(["--faults", "none"])).toMatchObject({ faults: "none" });
  });

  it.each<Refusal>([
    ...refusedByBoth,
    [["--workers", "0"], `Option --workers is '0': expected ${WORKERS}.`],
    [["--workers", "257"], `Option --workers is '257': expected ${WORKERS}.`],
    [["--workers"], `Option --workers needs a value: expected ${WORKERS}.`],
    [["--faults", "nonsense"], `Option --faults names 'nonsense': expected ${FAULTS}.`],
    [["--faults", "crash,nonsense"], `Option --faults names 'nonsense': expected ${FAULTS}.`],
    [["--faults", "crash,all"], `Option --faults names 'all': expected ${FAULTS}.`],
    [["--faults", "crash,"], `Option --faults names '': expected ${FAULTS}.`],
    [["--faults"], `Option --faults needs a value: expected ${FAULTS}.`],
    [["--keep", "x"], "Option --keep names 'x': expected step numbers separated by commas."],
    [["--keep", "1,,2"], "Option --keep names '': expected step numbers separated by commas."],
    [["--keep", "-1"], "Option --keep names '-1': expected step numbers separated by commas."],
    [["--keep"], "Option --keep needs a value: expected step numbers separated by commas."],
    [["--json=yes"], "Option --json takes no value, but was given 'yes'."],
  ])("%j are refused in one sentence", (argv, sentence) => {
    expect(thrownBy(() => readSimulateArguments(argv))).toMatchObject({
      name: "UsageError",
      message: sentence,
    });
  });

  it("take the faults of every mutant", () => {
    for (const { faults = "all" } of mutants) {
      expect(() => readSimulateArguments(["--faults", faults])).not.toThrow();
    }
  });

  it("cannot keep a step that the history does not have", () => {
    expect(() => readSimulateArguments(["--keep", "0,9999"])).toThrow(
      /^Option --keep names '9999': expected steps of the history of seed 1, 0 to \d+\.$/,
    );
  });

  it("are explained, with every default and an example", () => {
    expect(readSimulateArguments(["--help", "--workers", "0"])).toBeUndefined();
    const help = simulateHelp();
    for (const option of [
      "seed N",
      "histories M",
      "faults NAMES",
      "workers W",
      "keep STEPS",
      "trace",
      "until-first",
      "json",
      "help",
    ]) {
      expect(help).toContain(`  --${option} `);
    }
    for (const text of ["default 1000", "default all", "default off", ALL_FAULTS])
      expect(help).toContain(text);
    expect(help).toMatch(/^Example: {2}npm run simulate -- --/m);
  });
});

describe("the arguments of npm run simulate:mutants", () => {
  it("have defaults, and are read", () => {
    expect(readMutantsArguments([])).toEqual({ seed: 1, histories: 600, chosen: mutants });
    const [first, second] = mutants;
    const only = `${second?.name ?? ""},${first?.name ?? ""}`;
    expect(readMutantsArguments(["--only", only, "--seed", "5", "--histories", "7"])).toEqual({
      seed: 5,
      histories: 7,
      chosen: [first, second],
    });
  });

  it.each<Refusal>([
    ...refusedByBoth,
    [["--only", "nonsense"], `Option --only names 'nonsense': expected ${ONLY}.`],
    [["--only"], `Option --only needs a value: expected ${ONLY}.`],
  ])("%j are refused in one sentence", (argv, sentence) => {
    expect(thrownBy(() => readMutantsArguments(argv))).toMatchObject({
      name: "UsageError",
      message: sentence,
    });
  });

  it("are explained, with every default and an example", () => {
    expect(readMutantsArguments(["--help"])).toBeUndefined();
    const help = mutantsHelp();
    for (const text of ["  --only NAMES ", "  --histories M ", "  --seed N ", "  --help ", ALL_MUTANTS])
      expect(help).toContain(text);
    for (const text of ["default all", "default 600", "default 1"]) expect(help).toContain(text);
    expect(help).toMatch(/^Example: {2}npm run simulate:mutants -- --/m);
  });
});

describe("the progress", () => {
  it("says what is done, what failed, and how long it will take", () => {
    expect(progressLine("histories", { done: 0, total: 9, failed: 0 }, 2_000)).toBe(
      "0 of 9 histories, 0 failed, time left not known yet\n",
    );
    expect(progressLine("histories", { done: 3, total: 9, failed: 1 }, 2_000)).toBe(
      "3 of 9 histories, 1 failed, about 4 s left\n",
    );
  });
});

describe.each(["simulate.ts", "mutants/run-mutants.ts"])("%s", (program) => {
  const run = (...argv: readonly string[]) =>
    new Promise((resolve) => {
      const path = fileURLToPath(new URL(program, import.meta.url));
      const child = execFile(process.execPath, [path, ...argv], (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      });
    });

  it("ends with 2 and the sentence when it is called wrongly, having run nothing", async () => {
    const stderr = `Option --histories is '0': expected ${HISTORIES}.\n`;
    expect(await run("--histories", "0")).toEqual({ code: 2, stdout: "", stderr });
  });

  it("ends with 0 and its usage when it is asked for that", async () => {
    const help = program === "simulate.ts" ? simulateHelp() : mutantsHelp();
    expect(await run("--help")).toEqual({ code: 0, stdout: `${help}\n`, stderr: "" });
  });
});
