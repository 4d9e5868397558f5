import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedItems } from "./sorted-items.ts";

/** Equal by number, told apart by the mark. */
interface Item {
  readonly number: number;
  readonly mark: number;
}

const byNumber = (a: Item, b: Item) => a.number - b.number;
const item = fc.record({ number: fc.integer({ min: 0, max: 2_000 }), mark: fc.nat() });
const step = fc.record({ adds: fc.boolean(), item });

/** What an array would say that is sorted anew each time. */
const expected = (
  before: readonly Item[],
  steps: readonly { readonly adds: boolean; readonly item: Item }[],
) => {
  const kept = new Map(before.map((one) => [one.number, one]));
  for (const { adds, item: one } of steps) {
    if (adds) kept.set(one.number, one);
    else kept.delete(one.number);
  }
  return [...kept.values()].sort(byNumber);
};

const distinct = fc.uniqueArray(item, { selector: ({ number }) => number, maxLength: 1_500, size: "max" });
const steps = fc.array(step, { maxLength: 1_500, size: "max" });

describe("sorted items", () => {
  it("are those of a sorted array, whatever was added and taken out, from any bound in both directions", () => {
    fc.assert(
      fc.property(distinct, steps, fc.integer({ min: -1, max: 2_001 }), (before, changes, number) => {
        const items = new SortedItems(byNumber, before);
        for (const { adds, item: one } of changes) {
          if (adds) items.add(one);
          else items.delete(one);
        }
        const wanted = expected(before, changes);
        const bound = { number, mark: 0 };
        expect([...items.forward()]).toEqual(wanted);
        expect([...items.backward()]).toEqual(wanted.toReversed());
        expect([...items.forward(bound)]).toEqual(wanted.filter((one) => one.number >= number));
        expect([...items.backward(bound)]).toEqual(wanted.filter((one) => one.number < number).toReversed());
      }),
      { numRuns: 60 },
    );
  });
});
