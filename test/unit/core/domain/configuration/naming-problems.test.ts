import { describe, expect, it } from "vitest";
import {
  problemsOfNaming,
  refuseStillNamed,
  refuseTooManyThrough,
  refuseWideningOf,
  type Catalogue,
  type NamingItem,
} from "../../../../../lambdas/core/domain/configuration/naming-problems.ts";
import { referencesOf, type Naming } from "../../../../../lambdas/core/domain/configuration/references.ts";
import type { DomainError } from "../../../../../lambdas/core/domain/errors.ts";

const accounts = (count: number) => Array.from({ length: count }, (_, index) => `account-${String(index)}`);

const catalogue: Catalogue = {
  bundles: new Map([
    ["forty", { targets: [{ accounts: accounts(30), exclude: { accounts: accounts(10) } }] }],
    ["none", { targets: [{ accessScope: "power" }] }],
  ]),
  scopes: new Map([
    ["prod", { query: 'resource_tag["env"] = "prod"' }],
    ["power", { query: 'permission_name = "PowerUser"' }],
    ["broken", { query: "resource_type =" }],
  ]),
  rotas: new Map([["payments", {}]]),
  integrations: new Map([["lab", {}]]),
};

const found = (naming: Naming, what: "access flow" | "bundle" = "access flow") =>
  problemsOfNaming(what, naming, catalogue).map(({ code, fields }) => [code, fields[0]?.pointer]);

/** The error that something throws, if it does. */
const thrownBy = (work: () => void): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe("what a flow names", () => {
  it("is found wherever it is named, in what is written and in what is stored", () => {
    const targets = [{ bundle: "b" }, { accessScope: "s" }, { accounts: [] }, { integration: "lab" }];
    const written = {
      targets,
      requestors: { anyOf: [{ user: "u" }, { not: { allOf: [{ onCall: "r" }] } }] },
      approval: { automatic: { onCall: "q" } },
    };
    const stored = {
      targets,
      requestors: { anyOf: [{ type: "user" }, { not: { allOf: [{ type: "on-call", rota: "r" }] } }] },
      approval: { automatic: { type: "on-call", rota: "q" } },
    };
    const expected = [
      { kind: "bundle", name: "b", pointer: "/targets/0/bundle" },
      { kind: "access-scope", name: "s", pointer: "/targets/1/accessScope" },
      { kind: "integration", name: "lab", pointer: "/targets/3/integration" },
      { kind: "rota", name: "r", pointer: "/requestors/anyOf/1/not/allOf/0/onCall" },
      { kind: "rota", name: "q", pointer: "/approval/automatic/onCall" },
    ];
    expect(referencesOf(written)).toEqual(expected);
    expect(referencesOf(stored)).toEqual(expected);
  });

  it("has to be there", () => {
    expect(
      found({
        targets: [{ bundle: "none" }, { bundle: "nope" }, { accessScope: "nope" }, { accessScope: "power" }],
        requestors: { allOf: [{ onCall: "payments" }, { onCall: "nope" }] },
      }),
    ).toEqual([
      ["unknown-name", "/targets/1/bundle"],
      ["unknown-name", "/targets/2/accessScope"],
      ["unknown-name", "/requestors/allOf/1/onCall"],
    ]);
  });

  it("is no integration but the deployment's own organization, through which all access is given", () => {
    const targets = ["lab", "organization", "nope"].map((integration) => ({ integration, accounts: [] }));
    const expected = [
      ["configuration-unsound", "/targets/0/integration"],
      ["unknown-name", "/targets/2/integration"],
    ];
    expect(found({ targets })).toEqual(expected);
    expect(found({ targets }, "bundle")).toEqual(expected);
  });

  it("is no scope without permissions, whose query says nothing of them", () => {
    expect(
      found({
        targets: [
          { accessScope: "prod", permissionSets: ["ReadOnly"] },
          { accessScope: "power" },
          { accessScope: "prod" },
          { accessScope: "broken" },
        ],
      }),
    ).toEqual([["scope-without-permissions", "/targets/2/accessScope"]]);
  });

  it("is at most a hundred resources one by one, with those left out and those of its bundles", () => {
    const flow = (count: number) => ({
      targets: [{ accounts: accounts(count - 10), exclude: { accounts: accounts(10) } }],
    });
    expect(found(flow(100))).toEqual([]);
    expect(found(flow(101), "bundle")).toEqual([["too-many-named", "/targets"]]);
    const withBundle = (count: number) => ({ targets: [...flow(count).targets, { bundle: "forty" }] });
    expect(found(withBundle(60))).toEqual([]);
    expect(found(withBundle(61))).toEqual([["too-many-named", "/targets"]]);
    const [problem] = problemsOfNaming("access flow", withBundle(61), catalogue);
    expect(problem?.message).toMatch(/names 101 resources.*at most 100.*unit, a tag or an access scope/);
  });
});

describe("what others name", () => {
  const item = (kind: "access-flow" | "bundle", name: string, targets: readonly object[]): NamingItem => ({
    subject: { kind, name },
    naming: { targets },
  });

  it("is not deleted, and the refusal says by whom it is named", () => {
    const items = [
      item("access-flow", "a", [{ bundle: "x" }]),
      item("access-flow", "b", [{ accessScope: "x" }]),
      item("bundle", "c", [{ accessScope: "x" }]),
      item("access-flow", "d", [{ integration: "lab" }]),
    ];
    expect(
      thrownBy(() => {
        refuseStillNamed({ kind: "integration", name: "lab" }, items);
      }),
    ).toMatchObject({ code: "still-named" });
    const refused = thrownBy(() => {
      refuseStillNamed({ kind: "access-scope", name: "x" }, items);
    });
    expect(refused).toMatchObject({ code: "still-named" });
    expect((refused as DomainError).message).toContain("the access flow b and the bundle c");
    refuseStillNamed({ kind: "rota", name: "x" }, items);
    refuseStillNamed({ kind: "access-scope", name: "y" }, items);
  });

  it("stays narrow enough: a scope that something takes whole keeps asking for a permission", () => {
    const items = [
      item("access-flow", "a", [{ accessScope: "x", permissionSets: [] }]),
      item("bundle", "b", [{ accessScope: "x" }]),
    ];
    const widen = (name: string, query: string) =>
      thrownBy(() => {
        refuseWideningOf({ name, query }, items);
      });
    expect(widen("x", 'resource_name = "a"')).toMatchObject({
      code: "scope-without-permissions",
      fields: [{ pointer: "/query" }],
    });
    expect(String(widen("x", 'resource_name = "a"'))).toContain("the bundle b names");
    expect(widen("x", 'permission_name = "a"')).toBeUndefined();
    expect(widen("y", 'resource_name = "a"')).toBeUndefined();
  });

  it("stays small enough: a bundle does not grow so that a flow with it names too many", () => {
    const flows = [item("access-flow", "a", [{ accounts: accounts(60) }, { bundle: "x" }])];
    const grow = (name: string, count: number) =>
      thrownBy(() => {
        refuseTooManyThrough({ name, targets: [{ accounts: accounts(count) }] }, flows, new Map());
      });
    expect(grow("x", 40)).toBeUndefined();
    expect(grow("x", 41)).toMatchObject({ code: "too-many-named", fields: [{ pointer: "/targets" }] });
    expect(grow("y", 41)).toBeUndefined();
  });
});
