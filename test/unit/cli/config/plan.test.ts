import { describe, expect, it } from "vitest";
import { differenceOf } from "../../../../cli/config/difference.ts";
import type { ConfigDocument } from "../../../../cli/config/document-kinds.ts";
import { planOf, textOfPlan, type Comparable } from "../../../../cli/config/plan.ts";

const item = (kind: ConfigDocument["kind"], name: string, more: object = {}): Comparable => ({
  document: { kind, name, body: { name } },
  normal: { name, ...bare[kind], ...more },
});

/** What a document of the kind has at least. */
const bare: Readonly<Record<ConfigDocument["kind"], object>> = {
  "access-flow": { targets: [] },
  bundle: { targets: [] },
  "access-scope": { query: 'permission_name = "ReadOnly"' },
  rota: {},
  integration: {},
};

describe("planOf", () => {
  const files = [
    item("access-flow", "read"),
    item("bundle", "b", { targets: [{ accounts: ["new"] }] }),
    item("bundle", "a"),
    item("access-scope", "prod"),
    item("rota", "payments"),
    item("integration", "lab"),
  ];
  const stepsOf = (plan: ReturnType<typeof planOf>) =>
    plan.steps.map(({ action, document }) => `${action} ${document.kind} ${document.name}`);

  it("makes what is named before what names it", () => {
    expect(stepsOf(planOf(files, [], false))).toEqual([
      "create integration lab",
      "create rota payments",
      "create access-scope prod",
      "create bundle a",
      "create bundle b",
      "create access-flow read",
    ]);
  });

  it("deletes only when told to, after everything else and the other way round", () => {
    const gone = [item("access-scope", "old"), item("access-flow", "old"), item("rota", "old")];
    const kept = planOf(files, [...files, ...gone], false);
    expect(stepsOf(kept)).toEqual([]);
    expect(kept.onlyOnServer.map(({ kind }) => kind)).toEqual(["rota", "access-scope", "access-flow"]);
    const pruned = planOf([...files, item("bundle", "new")], [...files, ...gone], true);
    expect(stepsOf(pruned)).toEqual([
      "create bundle new",
      "delete access-flow old",
      "delete access-scope old",
      "delete rota old",
    ]);
    expect(pruned.onlyOnServer).toEqual([]);
  });

  describe("where that order would be refused", () => {
    const accounts = (count: number) =>
      Array.from({ length: count }, (_, index) => `account-${String(index)}`);
    const scope = (query: string) => item("access-scope", "prod", { query });
    const narrow = scope('permission_name = "ReadOnly"');
    const wide = scope('resource_path starts_with "/Workloads/"');
    const flow = (...targets: readonly object[]) => item("access-flow", "f", { targets });
    const bundle = (count: number) => item("bundle", "b", { targets: [{ accounts: accounts(count) }] });
    const named = { accessScope: "prod", permissionSets: ["ReadOnly"] };

    it("narrows the flow that takes a scope whole before the scope grows, and the other way round", () => {
      const [before, after] = [
        [narrow, flow({ accessScope: "prod" })],
        [wide, flow(named)],
      ];
      expect(stepsOf(planOf(after, before, false))).toEqual([
        "change access-flow f",
        "change access-scope prod",
      ]);
      expect(stepsOf(planOf(before, after, false))).toEqual([
        "change access-scope prod",
        "change access-flow f",
      ]);
    });

    it("takes accounts out of a flow before a bundle of it grows, and the other way round", () => {
      const [before, after] = [
        [bundle(10), flow({ accounts: accounts(90) }, { bundle: "b" })],
        [bundle(60), flow({ accounts: accounts(40) }, { bundle: "b" })],
      ];
      expect(stepsOf(planOf(after, before, false))).toEqual(["change access-flow f", "change bundle b"]);
      expect(stepsOf(planOf(before, after, false))).toEqual(["change bundle b", "change access-flow f"]);
    });

    it("deletes what is in the way of a change first", () => {
      const before = [narrow, flow({ accessScope: "prod" })];
      expect(stepsOf(planOf([wide], before, true))).toEqual([
        "delete access-flow f",
        "change access-scope prod",
      ]);
    });

    it("leaves last what cannot be done at all: the API says why", () => {
      const rota = item("rota", "payments");
      expect(stepsOf(planOf([wide, rota], [narrow, flow({ accessScope: "prod" })], false))).toEqual([
        "create rota payments",
        "change access-scope prod",
      ]);
    });
  });

  it("tells change from what is the same, in whichever order the keys are", () => {
    const server = [
      item("bundle", "b", { targets: [{ accounts: ["old"] }] }),
      item("rota", "x", { a: 1, b: { d: 1, c: 2 } }),
    ];
    const plan = planOf(
      [...files.slice(1, 2), item("rota", "x", { b: { c: 2, d: 1 }, a: 1 })],
      server,
      false,
    );
    expect(stepsOf(plan)).toEqual(["change bundle b"]);
    expect(plan.unchanged).toHaveLength(1);
    expect(textOfPlan(plan)).toBe(
      "change bundle b\n    targets:\n      - accounts:\n  -       - old\n  +       - new\n\n0 to create, 1 to change, 0 to delete, 1 unchanged, 0 only on the server.",
    );
  });
});

describe("differenceOf", () => {
  it("shows lines that go and come, and little around them", () => {
    const before = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 };
    expect(differenceOf(before, { ...before, d: 0 })).toEqual([
      "  b: 2",
      "  c: 3",
      "- d: 4",
      "+ d: 0",
      "  e: 5",
      "  f: 6",
      "  …",
    ]);
    expect(differenceOf(undefined, { name: "x", a: 1 })).toEqual(["+ name: x", "+ a: 1"]);
    expect(differenceOf({ a: 1 }, undefined)).toEqual(["- a: 1"]);
    expect(differenceOf(before, { ...before })).toEqual([]);
  });
});
