import { describe, expect, it } from "vitest";
import {
  MOST_READ,
  allOf,
  inStrides,
  pageOfScope,
  walkScope,
  type Walk,
} from "../../../../../lambdas/core/use-cases/inventory/walk.ts";
import type { UserFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { aUserFact, afterMinutes, anAssignmentFact, seen } from "../../../../support/facts.ts";
import { aPermissionSetArn } from "../../../../support/builders.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";

const people = async (count: number) => {
  const inventory = new FakeInventory();
  const facts = Array.from({ length: count }, (_, index) => aUserFact(`person ${String(index)}`));
  for (const fact of facts) await inventory.record(seen(fact));
  return { inventory, inOrder: facts.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
};

const page = (
  inventory: FakeInventory,
  asked: { readonly limit: number; readonly cursor?: string | undefined; readonly passesOver: boolean },
  isWanted: (fact: UserFact) => boolean = () => true,
) =>
  pageOfScope(inventory, { kind: "user" }, asked, (facts) =>
    Promise.resolve(facts.map(({ fact }) => (isWanted(fact) ? fact : undefined))),
  );

describe("a page of a scope", () => {
  it.each([1, 2, 3, 7, 100])("of %i at a time shows everything once, in order", async (limit) => {
    const { inventory, inOrder } = await people(23);
    for (const passesOver of [false, true]) {
      const found: UserFact[] = [];
      let cursor: string | undefined;
      do {
        const answer = await page(inventory, { limit, cursor, passesOver }, ({ id }) => id < "c");
        expect(answer.items.length).toBeLessThanOrEqual(limit);
        found.push(...answer.items);
        cursor = answer.cursor;
      } while (cursor !== undefined);
      expect(found).toEqual(inOrder.filter(({ id }) => id < "c"));
    }
  });

  it("is as long as asked for, whatever vanished lately among what it shows", async () => {
    const { inventory, inOrder } = await people(12);
    for (const gone of [...inOrder.slice(0, 2), ...inOrder.slice(3, 9)])
      await inventory.forget(gone, { observedAt: afterMinutes(1) });
    const left = [inOrder[2], ...inOrder.slice(9)];
    const first = await page(inventory, { limit: 2, passesOver: false });
    expect(first.items).toEqual(left.slice(0, 2));
    const second = await page(inventory, { limit: 2, passesOver: false, cursor: first.cursor });
    expect(second.items).toEqual(left.slice(2));
  });

  it("is the last one, and says so, when nothing is behind it", async () => {
    const { inventory } = await people(3);
    expect((await page(inventory, { limit: 3, passesOver: true })).cursor).toBeUndefined();
    expect((await page(inventory, { limit: 2, passesOver: true })).cursor).toBeDefined();
  });

  it("shows what is left when what it ended with has gone, and nothing twice when something came", async () => {
    const { inventory, inOrder } = await people(6);
    const first = await page(inventory, { limit: 2, passesOver: true });
    const second = inOrder[1];
    if (second === undefined) throw new Error("expected a second person");
    await inventory.forget(second, { observedAt: afterMinutes(1) });
    const rest = await page(inventory, { limit: 9, passesOver: true, cursor: first.cursor });
    expect(rest.items).toEqual(inOrder.slice(2));
  });

  it("reads no more than it may, and goes on from there", async () => {
    const { inventory, inOrder } = await people(MOST_READ + 10);
    const last = inOrder.at(-1);
    const first = await page(inventory, { limit: 5, passesOver: true }, ({ id }) => id === last?.id);
    expect(first.items).toEqual([]);
    expect(inventory.reads).toBe(MOST_READ);
    const second = await page(
      inventory,
      { limit: 5, passesOver: true, cursor: first.cursor },
      ({ id }) => id === last?.id,
    );
    expect(second).toEqual({ items: [last] });
  });

  it("reads what it shows when it passes over nothing", async () => {
    const { inventory } = await people(20);
    await page(inventory, { limit: 5, passesOver: false });
    expect(inventory.reads).toBe(5);
  });

  it("of what is sorted by age goes on behind the same age", async () => {
    const inventory = new FakeInventory();
    const ages = [3, 1, 2, 1, 3, 2, 1];
    for (const [digit, age] of ages.entries()) {
      const fact = anAssignmentFact(digit, "PowerUser", { user: "alice" });
      await inventory.record(seen(fact, { since: afterMinutes(age) }));
    }
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await pageOfScope(
        inventory,
        { kind: "assignment", permissionSetArn: aPermissionSetArn("PowerUser") },
        { limit: 2, cursor, passesOver: true },
        (facts) => Promise.resolve(facts.map(({ since }) => since)),
      );
      found.push(...answer.items);
      cursor = answer.cursor;
    } while (cursor !== undefined);
    expect(found).toEqual([1, 1, 1, 2, 2, 3, 3].map(afterMinutes));
  });

  it.each(["nonsense", Buffer.from('{"else":1}').toString("base64url")])(
    "refuses a cursor that it never gave: %s",
    async (cursor) => {
      const { inventory } = await people(1);
      await expect(page(inventory, { limit: 1, cursor, passesOver: false })).rejects.toMatchObject({
        code: "invalid-cursor",
      });
    },
  );
});

it("all of a scope is read however many pages that takes", async () => {
  const { inventory, inOrder } = await people(600);
  expect((await allOf(inventory, { kind: "user" })).map(({ fact }) => fact)).toEqual(inOrder);
});

const everyOne = async <Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

describe("strides", () => {
  const ofOne: Walk<number, { readonly behind: number }> = async function* (from) {
    for (let item = (from?.behind ?? -1) + 1; item < 60; item += 1) {
      await Promise.resolve();
      const place = { behind: item };
      yield { steps: item % 2 === 0 ? [{ item, place }] : [], next: place };
    }
  };

  const stridesOf = async (stride: number) => {
    const strides = await everyOne(inStrides(ofOne, stride)(undefined));
    return strides.map(({ steps }) => steps.map(({ item }) => item));
  };

  it("put short stretches together, and lose nothing", async () => {
    const strides = await stridesOf(4);
    expect(strides.flat()).toEqual(Array.from({ length: 30 }, (_, index) => 2 * index));
    expect(strides.slice(0, -1).every((steps) => steps.length === 4)).toBe(true);
  });

  it("end after so many stretches, however little was in them", async () => {
    const [first] = await stridesOf(100);
    expect(first).toHaveLength(13);
  });

  it("keep the place behind the last stretch that is in them", async () => {
    const { inventory } = await people(9);
    const walk = walkScope(inventory, { kind: "user" }, 2);
    const strides = await everyOne(inStrides(walk, 4)(undefined));
    expect(strides.map(({ steps }) => steps.length)).toEqual([4, 4, 1]);
    expect(strides.map(({ next }) => next !== undefined)).toEqual([true, true, false]);
    for (const [index, { next }] of strides.slice(0, -1).entries()) {
      const [following] = await everyOne(walk(next));
      expect(following?.steps[0]?.item).toEqual(strides[index + 1]?.steps[0]?.item);
    }
  });
});
