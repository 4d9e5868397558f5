import { describe, expect, it } from "vitest";
import { createClosers } from "../../../../local/environment/closers.ts";

describe("what was opened", () => {
  it("is closed in reverse order, once, whatever fails on the way", async () => {
    const closed: string[] = [];
    const closers = createClosers();
    closers.add(() => {
      closed.push("store");
    });
    closers.add(() => Promise.reject(new Error("issuer")));
    closers.add(() => {
      closed.push("gateway");
    });
    await expect(closers.closeAll()).rejects.toThrow("issuer");
    expect(closed).toEqual(["gateway", "store"]);
    await closers.closeAll();
    expect(closed).toEqual(["gateway", "store"]);
  });
});
