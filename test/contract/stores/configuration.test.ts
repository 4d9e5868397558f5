import { expect, it } from "vitest";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import { firstBrokenLink } from "../../../lambdas/core/domain/audit.ts";
import { documentOf } from "../../../lambdas/core/domain/configuration/document.ts";
import {
  markOf,
  nextEntry,
  type ConfigurationEntry,
} from "../../../lambdas/core/domain/configuration/entry.ts";
import { FlowNameSchema, timestamp } from "../../../lambdas/core/domain/ids.ts";
import { aFlow, aUserId } from "../../support/builders.ts";
import { by, deletedEntry, savedEntry } from "../../support/configuration.ts";
import { describeStores } from "./describe-stores.ts";

/* What every store of configuration keeps to, on that of access flows. */

const named = (name: string, more: Partial<AccessFlow> = {}) =>
  aFlow({ name: FlowNameSchema.parse(name), ...more });
const name = FlowNameSchema.parse("prod-power");

describeStores("configuration", (stores) => {
  const head = () => stores().flows.head(name);
  const save = async (next: AccessFlow) =>
    stores().flows.put(next, savedEntry("access-flow", await stores().flows.head(next.name), next));
  const first = named("prod-power");
  const second = named("prod-power", { version: 2, updatedBy: "another" });

  it("gives back exactly what was written, all of them by name", async () => {
    const flows = ["prod-power", "b", "a-read"].map((one) => named(one));
    for (const flow of flows) expect(await save(flow)).toBe("written");
    expect(await stores().flows.list()).toEqual([flows[2], flows[1], flows[0]]);
    expect(await stores().flows.get(FlowNameSchema.parse("b"))).toEqual(flows[1]);
    expect(await stores().flows.get(FlowNameSchema.parse("c"))).toBeUndefined();
    expect(await stores().flows.head(FlowNameSchema.parse("c"))).toEqual({ version: 0 });
  });

  it("says what its newest change was, and keeps every entry whole, with its hash intact", async () => {
    const { configurationHeads } = stores();
    const making = savedEntry("access-flow", { version: 0 }, first);
    await stores().flows.put(first, making);
    expect(await head()).toEqual({ version: 1, item: first, change: markOf(making) });
    const saving = savedEntry("access-flow", await head(), second);
    await stores().flows.put(second, saving);
    expect(await head()).toEqual({ version: 2, item: second, change: markOf(saving) });
    expect(saving).toMatchObject({ before: documentOf(first), after: documentOf(second) });
    const kept = [await configurationHeads.entry(making), await configurationHeads.entry(markOf(saving))];
    expect(kept).toEqual([making, saving]);
    expect(firstBrokenLink(kept.filter((entry) => entry !== undefined))).toBeUndefined();
    expect(await configurationHeads.entry({ ...saving, hash: making.hash })).toBeUndefined();
    expect(await configurationHeads.entry({ ...saving, sequence: 3 })).toBeUndefined();
  });

  it("tells of the newest change of each item of a kind, also of what is deleted", async () => {
    await save(named("other"));
    await save(first);
    const deletion = deletedEntry("access-flow", await head());
    await stores().flows.delete(first, deletion);
    const newest = await stores().configurationHeads.newest("access-flow");
    expect(newest).toHaveLength(2);
    expect(newest).toContainEqual(markOf(deletion));
    expect(newest).toContainEqual((await stores().flows.head(FlowNameSchema.parse("other"))).change);
    expect(await stores().configurationHeads.newest("bundle")).toEqual([]);
  });

  it("writes only what follows the newest entry", async () => {
    const making = savedEntry("access-flow", { version: 0 }, first);
    expect(await stores().flows.put(first, making)).toBe("written");
    expect(await stores().flows.put(first, making)).toBe("conflict");
    const seen = await head();
    const [mine, other] = [named("prod-power", { version: 2, updatedBy: "me" }), second];
    expect(await stores().flows.put(other, savedEntry("access-flow", seen, other))).toBe("written");
    expect(await stores().flows.put(mine, savedEntry("access-flow", seen, mine))).toBe("conflict");
    expect(await stores().flows.delete(first, deletedEntry("access-flow", seen))).toBe("conflict");
    expect(await stores().flows.get(name)).toEqual(other);
  });

  it("does not let a save of the same version pass over a confirmation that it has not seen", async () => {
    await save(first);
    const seen = await head();
    const confirmed = { ...first, unconfirmedEditors: [] };
    const at = timestamp(new Date());
    const confirmation = nextEntry({ kind: "access-flow", name }, seen, by("zoe"), at, {
      type: "ConfigurationConfirmed",
      before: documentOf(first),
      after: documentOf(confirmed),
    });
    expect(confirmation).toMatchObject({ sequence: 2, version: 1 });
    expect(await stores().flows.put(confirmed, confirmation)).toBe("written");
    expect(await stores().flows.put(second, savedEntry("access-flow", seen, second))).toBe("conflict");
    expect(await head()).toEqual({ version: 1, item: confirmed, change: markOf(confirmation) });
  });

  it("shows nothing of what is deleted, and lets its name go on where it stopped", async () => {
    await save(named("other"));
    await save(first);
    const deletion = deletedEntry("access-flow", await head());
    expect(await stores().flows.delete(first, deletion)).toBe("written");
    expect(await stores().flows.delete(first, deletion)).toBe("conflict");
    expect(await stores().flows.get(name)).toBeUndefined();
    expect(await stores().flows.list()).toEqual([named("other")]);
    expect(await head()).toEqual({ version: 2, change: markOf(deletion) });
    const made = savedEntry("access-flow", { version: 0 }, first);
    expect(await stores().flows.put(first, made)).toBe("conflict");
    const again = named("prod-power", { version: 3, updatedBy: aUserId("zoe") });
    const entry = savedEntry("access-flow", await head(), again);
    expect(entry).toMatchObject({ sequence: 3, previousHash: deletion.hash });
    expect(await stores().flows.put(again, entry)).toBe("written");
    expect(await stores().flows.list()).toEqual([named("other"), again]);
  });
});

describeStores("the trail of configuration", (stores) => {
  const subject = { kind: "access-flow", name: "prod-power" } as const;
  const entries = (count: number, text = ""): readonly ConfigurationEntry[] => {
    const chain: ConfigurationEntry[] = [];
    for (let version = 1; version <= count; version += 1) {
      const change = chain.at(-1);
      const after = { version, text };
      chain.push(
        nextEntry(subject, { version: version - 1, change }, by("root"), timestamp(new Date(0)), {
          type: "ConfigurationSaved",
          after,
        }),
      );
    }
    return chain;
  };

  it("lists in order, page by page, with every hash intact, and writes over nothing", async () => {
    const { configurationTrail } = stores();
    const chain = entries(5);
    for (const entry of [...chain.toReversed(), ...chain]) await configurationTrail.append(entry);
    const first = await configurationTrail.list(subject, { limit: 3 });
    expect(first.items).toEqual(chain.slice(0, 3));
    const second = await configurationTrail.list(subject, { limit: 3, cursor: first.cursor ?? "" });
    expect(second).toEqual({ items: chain.slice(3) });
    expect(firstBrokenLink([...first.items, ...second.items])).toBeUndefined();
    expect(await configurationTrail.list({ ...subject, kind: "bundle" }, { limit: 3 })).toEqual({
      items: [],
    });
  });

  it("says which entries are there", async () => {
    const { configurationTrail } = stores();
    const chain = entries(4);
    for (const entry of chain.filter(({ sequence }) => sequence !== 2))
      await configurationTrail.append(entry);
    expect(await configurationTrail.sequences(subject, 1)).toEqual([1, 3, 4]);
    expect(await configurationTrail.sequences(subject, 2)).toEqual([3, 4]);
    expect(await configurationTrail.sequences({ ...subject, kind: "bundle" }, 1)).toEqual([]);
  });

  it("takes the same entry twice, and refuses another one in its place", async () => {
    const { configurationTrail } = stores();
    const [entry] = entries(1);
    const [other] = entries(1, "of a chain that began anew");
    if (entry === undefined || other === undefined) return fail();
    await configurationTrail.append(entry);
    await configurationTrail.append(entry);
    await expect(configurationTrail.append(other)).rejects.toThrow("another entry");
    expect((await configurationTrail.list(subject, { limit: 3 })).items).toEqual([entry]);
  });

  it("loses none of those that are too large for one page", async () => {
    const { configurationTrail } = stores();
    const chain = entries(12, "x".repeat(150_000));
    for (const entry of chain) await configurationTrail.append(entry);
    const listed: ConfigurationEntry[] = [];
    let cursor: string | undefined;
    do {
      const page = await configurationTrail.list(subject, { limit: 100, ...(cursor && { cursor }) });
      listed.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(listed.map(({ hash }) => hash)).toEqual(chain.map(({ hash }) => hash));
  });
});

const fail = (): never => {
  throw new Error("expected an entry");
};
