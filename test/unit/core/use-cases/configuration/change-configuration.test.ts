import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import { firstBrokenLink } from "../../../../../lambdas/core/domain/audit.ts";
import { LARGEST_DOCUMENT_BYTES } from "../../../../../lambdas/core/domain/configuration/document.ts";
import { DomainError } from "../../../../../lambdas/core/domain/errors.ts";
import { FlowNameSchema } from "../../../../../lambdas/core/domain/ids.ts";
import {
  changeConfiguration,
  deleteConfiguration,
} from "../../../../../lambdas/core/use-cases/configuration/change-configuration.ts";
import { confirmConfiguration } from "../../../../../lambdas/core/use-cases/configuration/confirm-configuration.ts";
import { editorsAfterSave } from "../../../../../lambdas/core/domain/configuration/confirmation.ts";
import { aFlow, aUserId } from "../../../../support/builders.ts";
import { by } from "../../../../support/configuration.ts";
import { FakeAccessFlowStore } from "../../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const name = FlowNameSchema.parse("prod-power");
const absent = () => new DomainError("not-found", "There is no such flow.");

const setUp = () => {
  const store = new FakeAccessFlowStore();
  const deps = { kind: "access-flow", store, clock: new VirtualClock() } as const;
  const change = changeConfiguration<AccessFlow>(deps);
  const confirm = confirmConfiguration<AccessFlow>(deps);
  return {
    store,
    change,
    save: (author = by("xenia"), more: Partial<AccessFlow> = {}) =>
      change(name, author, (current, version) => ({
        ...aFlow({ name, ...more }),
        version,
        unconfirmedEditors: editorsAfterSave(current, author.actor),
      })),
    remove: (author = by("xenia")) => deleteConfiguration<AccessFlow>(deps)(name, author, absent),
    confirm: (caller: string, version: number) =>
      confirm({ caller: aUserId(caller), via: "api", name, version }),
  };
};

describe("a change of configuration", () => {
  it("leaves an entry of what it was and is, by whom, and whether by API or file", async () => {
    const { store, save, remove } = setUp();
    const first = await save(by("xenia"));
    const second = await save(by("yuri", "file"), { updatedBy: "yuri" });
    await remove(by("zoe"));
    const third = await save(by("xenia"));
    expect(store.changes).toMatchObject([
      { type: "ConfigurationSaved", sequence: 1, version: 1, after: first, ...by("xenia") },
      {
        type: "ConfigurationSaved",
        sequence: 2,
        version: 2,
        before: first,
        after: second,
        ...by("yuri", "file"),
      },
      { type: "ConfigurationDeleted", sequence: 3, version: 3, before: second, ...by("zoe") },
      { type: "ConfigurationSaved", sequence: 4, version: 4, after: third },
    ]);
    expect(store.changes[0]).not.toHaveProperty("before");
    expect(store.changes[3]).not.toHaveProperty("before");
    expect(store.changes[0]?.subject).toEqual({ kind: "access-flow", name });
    expect(firstBrokenLink(store.changes)).toBeUndefined();
  });

  it("writes nothing where what is there already is asked for", async () => {
    const { store, save, change } = setUp();
    const first = await save();
    expect(await change(name, by("yuri"), (current) => current)).toEqual(first);
    expect(store.changes).toHaveLength(1);
  });

  it("deletes nothing that is not there", async () => {
    const { store, remove, save } = setUp();
    await expect(remove()).rejects.toMatchObject({ code: "not-found" });
    await save();
    await remove();
    await expect(remove()).rejects.toMatchObject({ code: "not-found" });
    expect(store.changes).toHaveLength(2);
  });

  it("is refused, with the sizes, where it is more than an item keeps", async () => {
    const { store, save } = setUp();
    const bytesOfRest = JSON.stringify({
      ...aFlow({ name, updatedBy: "" }),
      unconfirmedEditors: [aUserId("xenia")],
    });
    const room = LARGEST_DOCUMENT_BYTES - Buffer.byteLength(bytesOfRest);
    await expect(save(by("xenia"), { updatedBy: "x".repeat(room + 1) })).rejects.toMatchObject({
      code: "configuration-too-large",
      message:
        "With ids for its names, the access flow prod-power has 190001 bytes; at most 190000 are kept. Name fewer things one by one, or make several of it.",
    });
    expect(store.changes).toEqual([]);
    await save(by("xenia"), { updatedBy: "x".repeat(room) });
    expect(store.changes).toHaveLength(1);
  });

  it("can still replace and delete what an earlier version let grow larger, and says of it what its hash was", async () => {
    const { store, remove } = setUp();
    await store.put(aFlow({ name, updatedBy: "x".repeat(LARGEST_DOCUMENT_BYTES) }));
    await remove();
    expect(store.changes).toMatchObject([
      {
        type: "ConfigurationDeleted",
        version: 2,
        before: { tooLarge: { sha256: expect.any(String) as string } },
      },
    ]);
  });
});

describe("a confirmation", () => {
  it("is an entry of its own, and leaves the version that requests have frozen", async () => {
    const { store, save, confirm } = setUp();
    await save(by("xenia"));
    const saved = await save(by("yuri"), { updatedBy: "yuri" });
    expect(saved.unconfirmedEditors).toEqual([aUserId("xenia"), aUserId("yuri")]);
    const confirmed = await confirm("zoe", 2);
    expect(confirmed).toEqual({ ...saved, unconfirmedEditors: [] });
    expect(store.changes.at(-1)).toMatchObject({
      type: "ConfigurationConfirmed",
      sequence: 3,
      version: 2,
      ...by("zoe"),
      before: { unconfirmedEditors: saved.unconfirmedEditors },
      after: { unconfirmedEditors: [] },
    });
    expect(await confirm("xenia", 2)).toEqual(confirmed);
    expect(store.changes).toHaveLength(3);
    expect(await save(by("yuri"), { updatedBy: "again" })).toMatchObject({
      version: 3,
      unconfirmedEditors: [aUserId("yuri")],
    });
    expect(firstBrokenLink(store.changes)).toBeUndefined();
  });

  it("is refused to the only editor, for another version than the one there, and of what is not there", async () => {
    const { store, save, confirm } = setUp();
    await expect(confirm("zoe", 1)).rejects.toMatchObject({ code: "not-found" });
    await save(by("xenia"));
    await expect(confirm("xenia", 1)).rejects.toMatchObject({ code: "self-confirmation" });
    await expect(confirm("zoe", 2)).rejects.toMatchObject({
      code: "concurrent-modification",
      message:
        "The access flow prod-power has version 1, and version 2 was to be confirmed. Look at it again.",
    });
    expect(store.changes).toHaveLength(1);
  });

  it("does not pass for a version that was saved at the same moment", async () => {
    const { store, save, confirm } = setUp();
    await save(by("xenia"));
    const put = store.put.bind(store);
    store.put = async (next, change) => {
      store.put = put;
      await save(by("yuri"), { updatedBy: "yuri" });
      return put(next, change);
    };
    await expect(confirm("zoe", 1)).rejects.toMatchObject({ code: "concurrent-modification" });
    expect((await store.get(name))?.unconfirmedEditors).toEqual([aUserId("xenia"), aUserId("yuri")]);
  });
});
