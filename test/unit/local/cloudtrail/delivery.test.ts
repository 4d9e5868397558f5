import { describe, expect, it } from "vitest";
import type { BusEvent } from "../../../../local/events/event.ts";
import { LEDGER_PROD, openOffice } from "../identity/office.ts";

/** Three tags of an account, one after another, and the values in the order in which their events arrive. */
const arrivalsAt = async (delays: readonly (readonly number[])[]) => {
  const arrived: { readonly value: unknown; readonly at: number }[] = [];
  const remaining = [...delays];
  const office = openOffice({
    onEvent: ({ detail }) => {
      arrived.push({ value: valueIn(detail), at: office.clock.now().getTime() - begun });
    },
    arrivalsOf: () => remaining.shift() ?? [0],
  });
  const begun = office.clock.now().getTime();
  for (const value of ["first", "second", "third"].slice(0, delays.length))
    await office.organizations("TagResource", {
      ResourceId: LEDGER_PROD,
      Tags: [{ Key: "owner", Value: value }],
    });
  return { arrived, office };
};

const valueIn = (detail: BusEvent["detail"]): unknown => {
  const parameters = detail["requestParameters"] as unknown as {
    readonly tags: readonly { readonly value: string }[];
  };
  return parameters.tags[0]?.value;
};

describe("the delivery of events", () => {
  it("is at once and in order unless a test says otherwise", async () => {
    const { arrived } = await arrivalsAt([[0], [0], [0]]);
    expect(arrived).toEqual([
      { value: "first", at: 0 },
      { value: "second", at: 0 },
      { value: "third", at: 0 },
    ]);
  });

  it("loses an event that has no arrival", async () => {
    const { arrived } = await arrivalsAt([[0], [], [0]]);
    expect(arrived.map(({ value }) => value)).toEqual(["first", "third"]);
  });

  it("delivers an event as often as it has arrivals, each when it is due", async () => {
    const { arrived, office } = await arrivalsAt([[0, 90_000]]);
    expect(arrived).toEqual([{ value: "first", at: 0 }]);
    await office.clock.advanceBy(90_000);
    expect(arrived).toEqual([
      { value: "first", at: 0 },
      { value: "first", at: 90_000 },
    ]);
  });

  it("puts an event behind those that come sooner", async () => {
    const { arrived, office } = await arrivalsAt([[3_000], [2_000], [1_000]]);
    await office.clock.advanceBy(3_000);
    expect(arrived).toEqual([
      { value: "third", at: 1_000 },
      { value: "second", at: 2_000 },
      { value: "first", at: 3_000 },
    ]);
  });

  it("loses what is on its way when it ends", async () => {
    const { arrived, office } = await arrivalsAt([[1_000]]);
    office.identity.loseUndeliveredEvents();
    await office.clock.advanceBy(1_000);
    expect(arrived).toEqual([]);
  });
});
