import { describe, expect, it } from "vitest";
import { areShared, type Needs } from "../../../../lambdas/core/domain/sharing.ts";

const need = (...people: string[]): ReadonlySet<string> => new Set(people);

/** A set of people that counts how often somebody is looked for in any of them: the steps of whoever shares them out. */
class CountedNeed extends Set<string> {
  static looks = 0;
  override has(person: string): boolean {
    CountedNeed.looks += 1;
    return super.has(person);
  }
  override [Symbol.iterator]() {
    CountedNeed.looks += this.size;
    return super[Symbol.iterator]();
  }
}
const looksFor = (all: readonly Needs[]): { readonly answer: boolean; readonly looks: number } => {
  const counted = all.map((needs) => needs.map((people) => new CountedNeed(people)));
  CountedNeed.looks = 0;
  const answer = areShared(counted);
  return { answer, looks: CountedNeed.looks };
};

describe("people are shared out", () => {
  it.each<readonly [string, readonly Needs[], boolean]>([
    ["among nobody", [], true],
    ["one each", [[need("bob")], [need("bob", "sue")]], true],
    ["not one for two", [[need("bob")], [need("bob")]], false],
    ["one for all needs of the same", [[need("pat", "bob"), need("pat")]], true],
    ["not to a need that nobody can meet", [[need("bob"), need()]], false],
    ["so that whoever only one can use goes there", [[need("a", "s"), need("b", "s")], [need("s")]], true],
    [
      "not when the last need's only person is the only one elsewhere",
      [[need("a"), need("s")], [need("s")]],
      false,
    ],
    [
      "by another way than the first that comes to mind",
      [[need("x", "y"), need("x", "z")], [need("x")], [need("y", "z", "w")]],
      true,
    ],
    [
      "among two who have several needs",
      [
        [need("a", "b"), need("b")],
        [need("a"), need("c")],
      ],
      true,
    ],
    [
      "not both of two to two who need both",
      [
        [need("a"), need("b")],
        [need("a"), need("b")],
      ],
      false,
    ],
  ])("%s", (_, all, answer) => {
    expect(areShared(all)).toBe(answer);
    expect(areShared(all.toReversed())).toBe(answer);
    expect(areShared(all.map((needs) => needs.toReversed()))).toBe(answer);
  });
});

describe("sharing eighteen owners' needs, each met by two people", () => {
  const sets = Array.from({ length: 18 }, (_, index) => [`a${String(index)}`, `b${String(index)}`]);
  const owners: Needs = sets.map((people) => need(...people));
  const everybody = sets.flat();

  it("takes as many looks as there are people, a few times over, where they are met", () => {
    const { answer, looks } = looksFor([owners, [need("sue")]]);
    expect(answer).toBe(true);
    expect(looks).toBeLessThan(10_000);
  });

  it("and where they are not, since one person more is needed than there are", () => {
    const others = Array.from({ length: 19 }, () => [need(...everybody)]);
    const { answer, looks } = looksFor([owners, ...others]);
    expect(answer).toBe(false);
    expect(looks).toBeLessThan(200_000);
  });

  it("and where no two people are alike, and it shows only at the end that it cannot be done: it gives up", () => {
    const others = sets.map(([first = "", second = ""], index) => [
      need(first, second, sets[(index + 1) % 18]?.[0] ?? ""),
    ]);
    const wanted = ["z0", "z1", "z2"];
    const all = [[...owners, need(...wanted)], ...others, ...wanted.map(() => [need(...wanted)])];
    const { answer, looks } = looksFor(all);
    expect(answer).toBe(false);
    expect(looks).toBeLessThan(200_000);
  });
});
