import { afterEach, beforeEach, describe, expect } from "vitest";
import { rootOfText, sealDay, textOfRoot, type AuditRoot } from "../../../lambdas/core/domain/audit-root.ts";
import { daysAfter, type Day } from "../../../lambdas/core/domain/day.ts";
import { chainOf } from "../../support/audit-samples.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { rootsEnvironments, type Opened, type RootsWorld } from "./environments.ts";

const FIRST = "2026-01-01" as Day;
const heads = [3, 1, 2]
  .flatMap((number) => chainOf(number, 1))
  .map(({ requestId, sequence, hash }) => ({ requestId, sequence, hash }));
const root = sealDay(FIRST, heads, undefined);

describe.each(rootsEnvironments)("the roots on $name", (environment) => {
  const test = contractTest(environment.differences);
  let opened: Opened<RootsWorld>;
  beforeEach(async () => {
    opened = await environment.open();
  });
  afterEach(() => opened.close());

  const textOf = async (day: Day) => {
    const { roots } = opened.world;
    const reference = (await roots.list()).find((one) => one.day === day);
    return reference && roots.read(reference);
  };

  test("gives back exactly what was kept", async () => {
    const { roots } = opened.world;
    expect(await roots.list()).toEqual([]);
    expect(await roots.put(root)).toBe("written");
    expect(await textOf(FIRST)).toBe(textOfRoot(root));
    expect(rootOfText((await textOf(FIRST)) ?? "")).toEqual(root);
  });

  test("keeps the first root of a day, whoever else seals it", async () => {
    const { roots } = opened.world;
    await roots.put(root);
    expect(await roots.put(sealDay(FIRST, [], undefined))).toBe("conflict");
    expect(await textOf(FIRST)).toBe(textOfRoot(root));
  });

  test("lets one of many that seal a day win", async () => {
    const { roots } = opened.world;
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => roots.put(root)));
    expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
  });

  test("lists every day, oldest first, over more than one page", async () => {
    const { roots } = opened.world;
    const made: AuditRoot[] = [];
    // A page of S3 holds 1,000.
    for (let number = 0; number < 1_001; number += 1) {
      made.push(sealDay(daysAfter(FIRST, number), [], made.at(-1)));
    }
    for (const one of made.toReversed()) await roots.put(one);
    const listed = await roots.list();
    expect(listed.map(({ day }) => day)).toEqual(made.map(({ day }) => day));
    expect(listed.every(({ later }) => later === 0)).toBe(true);
  });

  test("goes by the first root when it was written over or hidden, and says so", async () => {
    const { world } = opened;
    const { roots } = world;
    await roots.put(root);
    await world.overwrite(FIRST, "another");
    await world.hide(FIRST);
    expect(await roots.list()).toMatchObject([{ day: FIRST, later: 2 }]);
    expect(await textOf(FIRST)).toBe(textOfRoot(root));
  });

  test("does not delete a locked root", async () => {
    await opened.world.roots.put(root);
    await expect(opened.world.destroy(FIRST)).rejects.toMatchObject({ name: "AccessDenied" });
    expect(await textOf(FIRST)).toBe(textOfRoot(root));
  });
});
