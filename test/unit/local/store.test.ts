import { describe, expect, it } from "vitest";
import { openLocalStore, type LocalStore } from "../../../local/store.ts";
import { MemoryStore } from "../../simulation/aws/memory-store.ts";

const stores: readonly { readonly name: string; readonly open: () => LocalStore }[] = [
  { name: "SQLite", open: () => openLocalStore() },
  { name: "the simulation's memory", open: () => new MemoryStore() },
];

const IDS = ["a/1", "a/2", "a/3", "a/30", "b/1", "b0"];

const filled = (open: () => LocalStore): LocalStore => {
  const store = open();
  for (const id of IDS.toReversed()) store.put("fruit", id, { id });
  store.put("vegetables", "a/1", "another collection's");
  return store;
};

describe.each(stores)("a part of a collection in $name", ({ open }) => {
  const read = (range: Parameters<LocalStore["listRange"]>[1]) =>
    filled(open)
      .listRange("fruit", range)
      .map(({ id }) => id);

  it("is the whole collection, in the order of the ids, when nothing limits it", () => {
    expect(read({})).toEqual(IDS);
    expect(filled(open).listRange("fruit", { limit: 1 })).toEqual([{ id: "a/1", document: { id: "a/1" } }]);
  });

  it.each([
    ["begins with a prefix", { prefix: "a/" }, ["a/1", "a/2", "a/3", "a/30"]],
    ["begins with a prefix that is an id itself", { prefix: "a/3" }, ["a/3", "a/30"]],
    ["comes after an id", { after: "a/3" }, ["a/30", "b/1", "b0"]],
    ["comes after an id that is not there", { after: "a/25" }, ["a/3", "a/30", "b/1", "b0"]],
    ["comes after an id within a prefix", { prefix: "a/", after: "a/2" }, ["a/3", "a/30"]],
    ["comes after an id before the prefix", { prefix: "b", after: "a/2" }, ["b/1", "b0"]],
    ["comes after an id beyond the prefix", { prefix: "a/", after: "b/1" }, []],
    ["is as long as wanted", { prefix: "a/", limit: 2 }, ["a/1", "a/2"]],
    ["has an infinite limit", { prefix: "b", limit: Infinity }, ["b/1", "b0"]],
    ["begins with a prefix that nothing has", { prefix: "c" }, []],
  ])("is what %s", (_, range, expected) => {
    expect(read(range)).toEqual(expected);
  });

  it("shows what was put and deleted meanwhile", () => {
    const store = filled(open);
    store.listRange("fruit", {});
    store.put("fruit", "a/11", "new");
    store.delete("fruit", "a/2");
    expect(store.listRange("fruit", { prefix: "a/", limit: 3 }).map(({ id }) => id)).toEqual([
      "a/1",
      "a/11",
      "a/3",
    ]);
  });

  it("is nothing of a collection that is not there", () => {
    expect(filled(open).listRange("minerals", { prefix: "a" })).toEqual([]);
  });
});
