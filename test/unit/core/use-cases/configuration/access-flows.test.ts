import { beforeEach, describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { FlowName } from "../../../../../lambdas/core/domain/ids.ts";
import type { PageQuery } from "../../../../../lambdas/core/ports/stores.ts";
import { deleteAccessFlow } from "../../../../../lambdas/core/use-cases/configuration/delete-access-flow.ts";
import { getItem, listItems } from "../../../../../lambdas/core/use-cases/configuration/named-items.ts";
import { aFlow } from "../../../../support/builders.ts";
import { by } from "../../../../support/configuration.ts";
import { FakeAccessFlowStore } from "../../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

let flows: FakeAccessFlowStore;

beforeEach(() => {
  flows = new FakeAccessFlowStore();
});

const get = (name: FlowName) => getItem<AccessFlow>({ kind: "access-flow", store: flows })(name);
const list = (page: PageQuery) => listItems<AccessFlow>({ store: flows })(page);
const flowNamed = (name: string): AccessFlow => aFlow({ name: name as FlowName });
const given = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) expect(await flows.put(flowNamed(name))).toBe("written");
};
const noSuchFlow = {
  name: "DomainError",
  code: "not-found",
  message: "There is no access flow ghost.",
  fields: [],
};

describe("one access flow", () => {
  it("is shown as it is stored", async () => {
    await given("ant", "bee");
    expect(await get("bee" as FlowName)).toEqual(flowNamed("bee"));
  });

  it("is not found when there is none of that name", async () => {
    await given("ant");
    await expect(get("ghost" as FlowName)).rejects.toMatchObject(noSuchFlow);
  });
});

describe("the list of access flows", () => {
  const page = async (limit: number, cursor?: string) => {
    const { items, ...rest } = await list({
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    return { names: items.map(({ name }) => name), ...rest };
  };

  it("is empty, and over, when there are none", async () => {
    expect(await list({ limit: 10 })).toEqual({ items: [] });
  });

  it("shows the flows themselves, by name: digits first, then capitals", async () => {
    await given("cat", "ant", "0-day", "Bee");
    expect(await list({ limit: 10 })).toEqual({
      items: [flowNamed("0-day"), flowNamed("Bee"), flowNamed("ant"), flowNamed("cat")],
    });
  });

  it("goes on behind the last flow of the page before, and ends without a cursor", async () => {
    await given("ant", "bee", "cat", "dog", "elk");
    const first = await page(2);
    expect(first).toEqual({ names: ["ant", "bee"], cursor: expect.any(String) as unknown });
    const second = await page(2, first.cursor);
    expect(second).toEqual({ names: ["cat", "dog"], cursor: expect.any(String) as unknown });
    expect(await page(2, second.cursor)).toEqual({ names: ["elk"] });
  });

  it("has no further page when the last one is just full", async () => {
    await given("ant", "bee");
    expect(await page(2)).toEqual({ names: ["ant", "bee"] });
    const { cursor } = await page(1);
    expect(await page(1, cursor)).toEqual({ names: ["bee"] });
  });

  it("loses its place to nobody: the flow that a page ended with may be gone, and another one come", async () => {
    await given("ant", "bee", "dog");
    const { cursor } = await page(2);
    await flows.delete(flowNamed("bee"));
    await given("cat");
    expect(await page(2, cursor)).toEqual({ names: ["cat", "dog"] });
    for (const name of ["cat", "dog"]) await flows.delete(flowNamed(name));
    expect(await page(2, cursor)).toEqual({ names: [] });
  });

  it.each([
    ["no JSON", "bm9uZQ"],
    ["another list's", Buffer.from('{"before":"ant"}').toString("base64url")],
    ["one with a place that is no name", Buffer.from('{"after":1}').toString("base64url")],
    ["one with more in it", Buffer.from('{"after":"ant","limit":5}').toString("base64url")],
  ])("takes no cursor that it did not give: %s", async (_, cursor) => {
    await given("ant", "bee");
    await expect(page(2, cursor)).rejects.toMatchObject({
      code: "invalid-cursor",
      message: "The cursor is not one that this list gave.",
      fields: [{ pointer: "/cursor", detail: "expected a cursor that this list gave" }],
    });
  });
});

describe("deleting an access flow", () => {
  const remove = (name: string) =>
    deleteAccessFlow({ flows, clock: new VirtualClock() })(name as FlowName, by("root"));

  it("takes away that one, whoever changed it last, and no other", async () => {
    await given("ant", "bee");
    await flows.put({ ...flowNamed("ant"), version: 2, updatedBy: "somebody else" });
    await remove("ant");
    expect(await flows.list()).toEqual([flowNamed("bee")]);
  });

  it("finds nothing to delete when there is none of that name", async () => {
    await given("ant");
    await expect(remove("ghost")).rejects.toMatchObject(noSuchFlow);
    expect(await flows.list()).toHaveLength(1);
  });

  it("takes it away too when it was changed at the same moment, and says what it was by then", async () => {
    await given("ant");
    const changed = { ...flowNamed("ant"), version: 2 };
    const read = flows.head.bind(flows);
    flows.head = async (name) => {
      const found = await read(name);
      await flows.put(changed);
      return found;
    };
    await remove("ant");
    expect(await flows.list()).toEqual([]);
    expect(flows.changes).toMatchObject([
      { type: "ConfigurationDeleted", sequence: 1, version: 3, before: { version: 2 }, ...by("root") },
    ]);
  });
});
