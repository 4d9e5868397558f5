import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { terminalOn } from "../../../../local/cli/terminal.ts";
import { showSteps } from "../../../../local/start/show-steps.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

/** What is printed of two steps, the second of which takes so long. */
const shown = async (secondsOfSecond: number, stream: { readonly isTTY?: boolean } = {}) => {
  const output = Object.assign(new PassThrough(), stream);
  const clock = new VirtualClock();
  const steps = showSteps({ terminal: terminalOn(output), clock });
  steps.begin("First …");
  await clock.advanceBy(500);
  steps.begin("Second …");
  await clock.advanceBy(secondsOfSecond * 1000);
  const before = String(output.read() ?? "");
  steps.end();
  steps.end();
  await clock.runUntilIdle(1);
  return { before, after: String(output.read() ?? "") };
};

/** What is written over each other, without colours. */
const written = (text: string) =>
  text
    .split("\r\u001B[2K")
    .map((each) => stripVTControlCharacters(each))
    .filter((each) => each !== "");

describe("the steps of a start", () => {
  it("are a line each, another one after two seconds and every ten from there, where lines cannot be written over", async () => {
    expect(await shown(25)).toEqual({
      before: "First …\nSecond …\nSecond … 2 s\nSecond … 12 s\nSecond … 22 s\n",
      after: "",
    });
  });

  it("count their seconds on a terminal, and leave a line that says how long each took", async () => {
    const { before, after } = await shown(3, { isTTY: true });
    expect(written(before)).toEqual([
      "First …",
      "First …\n",
      "Second …",
      "Second … 1 s",
      "Second … 2 s",
      "Second … 3 s",
    ]);
    expect(written(after)).toEqual(["Second … 3 s\n"]);
  });
});
