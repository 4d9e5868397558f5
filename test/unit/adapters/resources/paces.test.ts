import { describe, expect, it } from "vitest";
import { resourceTurns } from "../../../../lambdas/adapters/resources/paces.ts";
import { EagerClock } from "../../../support/fakes/eager-clock.ts";

const ACCOUNT = "717171717171";
const here = { accountId: ACCOUNT, region: "eu-west-1" };

/** How long the calls of these operations wait altogether (milliseconds). */
const waited = async (calls: readonly (readonly [operation: string, place: typeof here])[]) => {
  const clock = new EagerClock();
  const turns = resourceTurns({ clock });
  const begun = clock.now().getTime();
  for (const [operation, place] of calls) await turns(place)(operation);
  return clock.now().getTime() - begun;
};

const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);

describe("the pace of an account", () => {
  it("is two calls of Resource Explorer a second, whichever they are", async () => {
    const calls = ["ListIndexes", "GetIndex", "ListViews", "ListResources", "ListResources"];
    expect(await waited(calls.map((call) => [`resource-explorer-2:${call}`, here] as const))).toBe(2_000);
  });

  it("is ten calls of the tagging API a second, in all regions together", async () => {
    const there = { ...here, region: "us-east-1" };
    const calls = times(10, [
      ["tag:GetResources", here] as const,
      ["tag:GetResources", there] as const,
    ]).flat();
    expect(await waited([...calls, ["tag:GetResources", here]])).toBe(2_000);
  });

  it("is each region's own with Resource Explorer", async () => {
    const there = { ...here, region: "us-east-1" };
    expect(
      await waited([
        ["resource-explorer-2:ListIndexes", here],
        ["resource-explorer-2:GetIndex", there],
      ]),
    ).toBe(0);
  });

  it("is nothing that another account waits for", async () => {
    const other = { ...here, accountId: "727272727272" };
    expect(
      await waited([
        ["resource-explorer-2:ListIndexes", here],
        ["resource-explorer-2:ListIndexes", other],
      ]),
    ).toBe(0);
  });

  it("holds nothing else up", async () => {
    expect(await waited(times(50, ["s3:GetEncryptionConfiguration", here] as const))).toBe(0);
  });
});
