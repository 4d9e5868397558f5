import { expect, it } from "vitest";
import { describeStores } from "./describe-stores.ts";

describeStores("the findings that were told", (stores) => {
  it("are none at first, and what was written last", async () => {
    const { told } = stores();
    expect(await told.get()).toEqual({ version: 0, keys: [] });
    expect(await told.put({ version: 1, keys: ["a", "b"] })).toBe("written");
    expect(await told.put({ version: 2, keys: [] })).toBe("written");
    expect(await told.get()).toMatchObject({ version: 2, keys: [] });
  });

  it("are written by one of two who knew the same", async () => {
    const { told } = stores();
    const outcomes = await Promise.all([
      told.put({ version: 1, keys: ["a"] }),
      told.put({ version: 1, keys: ["b"] }),
    ]);
    expect(outcomes.toSorted()).toEqual(["conflict", "written"]);
    expect(await told.put({ version: 1, keys: ["c"] })).toBe("conflict");
  });
});
