import { describe, expect, it } from "vitest";
import { helpOf, parseArguments } from "../../../../local/cli/arguments.ts";

const command = {
  name: "npm start --",
  summary: "Starts it.",
  options: {
    organization: { kind: "text", placeholder: "FILE", help: "The organization." },
    port: { kind: "port", placeholder: "N", help: "The port." },
    verbose: { kind: "flag", help: "More." },
    help: { kind: "flag", help: "Print this." },
  },
} as const;

describe("a command's arguments", () => {
  it("are read by kind, in either form", () => {
    expect(parseArguments(command, ["--organization", "a.yaml", "--port=0", "--verbose"]).options).toEqual({
      organization: "a.yaml",
      port: 0,
      verbose: true,
      help: false,
    });
    expect(parseArguments(command, []).options).toEqual({
      organization: undefined,
      port: undefined,
      verbose: false,
      help: false,
    });
  });

  it.each([
    [["--colour"], "Unknown option --colour: --help lists what there is."],
    [["-x"], "Unknown option -x: --help lists what there is."],
    [["--toString"], "Unknown option --toString: --help lists what there is."],
    [["--port"], "Option --port needs a value: expected a port number from 0 to 65535."],
    [["--port", "--verbose"], "Option --port needs a value: expected a port number from 0 to 65535."],
    [["--port", "http"], "Option --port is 'http': expected a port number from 0 to 65535."],
    [["--port", "65536"], "Option --port is '65536': expected a port number from 0 to 65535."],
    [["--port", "-1"], "Option --port is '-1': expected a port number from 0 to 65535."],
    [["--port", "1", "--port", "2"], "Option --port is given twice."],
    [["--organization="], "Option --organization needs a value: expected FILE."],
    [["--verbose=yes"], "Option --verbose takes no value, but was given 'yes'."],
    [["extra"], "Unexpected argument 'extra': --help lists what there is."],
  ])("%j are refused in one sentence", (argv, sentence) => {
    expect(() => parseArguments(command, argv)).toThrow(sentence);
  });

  it("may be required ones without a dash", () => {
    const needy = { ...command, positionals: ["EMAIL"] };
    expect(parseArguments(needy, ["a@example.com"]).positionals).toEqual(["a@example.com"]);
    expect(() => parseArguments(needy, [])).toThrow("Expected EMAIL: --help says how.");
    expect(parseArguments(needy, ["--help"]).options.help).toBe(true);
  });

  it("are explained", () => {
    expect(helpOf(command)).toBe(
      [
        "Usage: npm start -- [options]",
        "",
        "Starts it.",
        "",
        "Options:",
        "  --organization FILE  The organization.",
        "  --port N             The port.",
        "  --verbose            More.",
        "  --help               Print this.",
      ].join("\n"),
    );
  });
});
