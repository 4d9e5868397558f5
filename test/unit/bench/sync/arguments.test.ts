import { describe, expect, it } from "vitest";
import { readSyncBenchArguments, syncBenchHelp } from "../../../bench/sync/arguments.ts";

describe("npm run bench:sync", () => {
  it("measures the smaller one of the two organizations when it is told nothing", () => {
    expect(readSyncBenchArguments([])).toEqual({
      size: {
        accounts: 1_000,
        permissionSets: 50,
        setsPerAccount: 5,
        users: 5_000,
        groups: 500,
        assignments: 7_500,
        seed: 1,
      },
      inManagementAccount: true,
      limits: true,
      json: false,
      serve: undefined,
    });
  });

  it("takes as many assignments as there are usually, and sets only as far as there are some", () => {
    const given = readSyncBenchArguments(["--accounts", "10", "--permission-sets", "3"]);
    expect(given?.size).toMatchObject({ setsPerAccount: 3, assignments: 45 });
  });

  it("serves on any free port, or on the one that is wanted", () => {
    expect(readSyncBenchArguments(["--serve"])?.serve).toBe(0);
    expect(readSyncBenchArguments(["--serve", "--port", "4600"])?.serve).toBe(4600);
  });

  it("takes Lockstep out of the management account, and AWS's limits away", () => {
    const given = readSyncBenchArguments(["--lockstep-in", "delegated", "--no-limits"]);
    expect(given).toMatchObject({ inManagementAccount: false, limits: false });
  });

  it.each([
    [["--accounts", "many"], "Option --accounts is 'many': expected a whole number from 2 to 10000."],
    [["--accounts", "20000"], "Option --accounts is '20000': expected a whole number from 2 to 10000."],
    [["--seed", "-1"], "Option --seed is '-1': expected a whole number from 0 to 4294967295."],
    [["--lockstep-in", "mars"], "Option --lockstep-in is 'mars': expected management or delegated."],
    [["--port", "1"], "Option --port is only for --serve: without it nothing listens."],
    [["--json", "--serve"], "Options --json and --serve exclude each other: --serve measures nothing."],
    [["--groups"], "Option --groups needs a value: expected a whole number from 1 to 1000000."],
    [["--fast"], "Unknown option --fast: --help lists what there is."],
    [
      ["--accounts", "10", "--assignments", "3"],
      "There is no such organization: --assignments is 3, expected at least one for each of the 50 permission sets in accounts.",
    ],
    [
      ["--permission-sets", "2", "--sets-per-account", "3"],
      "There is no such organization: --sets-per-account is 3, expected at most the 2 permission sets.",
    ],
  ])("refuses %j in a sentence", (argv, sentence) => {
    expect(() => readSyncBenchArguments(argv)).toThrow(sentence);
  });

  it("explains itself", () => {
    expect(readSyncBenchArguments(["--help"])).toBeUndefined();
    expect(syncBenchHelp()).toContain("npm run bench:sync -- --accounts 10000");
    expect(syncBenchHelp()).toContain("100 changes");
  });
});
