import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chainHeads } from "../../../lambdas/adapters/dynamodb/chain-heads.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import { dayOf, daysAfter, type Day } from "../../../lambdas/core/domain/day.ts";
import { chainIdOf } from "../../../lambdas/core/domain/chain.ts";
import { chainOf, flowChain, headOf } from "../../support/audit-samples.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { scriptedAws } from "../../support/fakes/scripted-aws.ts";
import { headsEnvironments, type HeadsWorld, type Opened } from "./environments.ts";

const DAY_MILLISECONDS = 86_400_000;

describe.each(headsEnvironments)("the heads of chains on $name", (environment) => {
  const test = contractTest(environment.differences);
  let opened: Opened<HeadsWorld>;
  beforeEach(async () => {
    opened = await environment.open();
  });
  afterEach(() => opened.close());

  const changedOn = async (day: Day) => {
    const changed = await opened.world.heads.changedOn(day);
    return changed.toSorted((a, b) => (chainIdOf(a) < chainIdOf(b) ? -1 : 1));
  };
  const [one, two] = [chainOf(1, 3), chainOf(2, 3)];
  const [one1, one2, one3] = one as [(typeof one)[0], (typeof one)[0], (typeof one)[0]];
  const [two1] = two as [(typeof two)[0]];

  test("are the newest entries of a day, one for each request, in whatever order they were recorded", async () => {
    const { clock, trail } = opened.world;
    const today = dayOf(clock.now());
    for (const entry of [one2, two1, one1]) await trail.append(entry);
    expect(await changedOn(today)).toEqual([headOf(one2), headOf(two1)]);
    expect(await changedOn(daysAfter(today, 1))).toEqual([]);
  });

  test("are those of configuration too, by what it is of", async () => {
    const { clock, trail, configuration } = opened.world;
    const [made, saved] = flowChain() as [ConfigurationEntry, ConfigurationEntry];
    await trail.append(one1);
    for (const entry of [saved, made]) await configuration.append(entry);
    expect(await changedOn(dayOf(clock.now()))).toEqual([headOf(saved), headOf(one1)]);
  });

  test("belong to the day of the recording, not to that of the entry", async () => {
    const { clock, trail } = opened.world;
    const today = dayOf(clock.now());
    await trail.append(one1);
    await clock.advanceBy(DAY_MILLISECONDS);
    await trail.append(one3);
    await clock.advanceBy(DAY_MILLISECONDS);
    await trail.append(one2);
    expect(await changedOn(today)).toEqual([headOf(one1)]);
    expect(await changedOn(daysAfter(today, 1))).toEqual([headOf(one3)]);
    expect(await changedOn(daysAfter(today, 2))).toEqual([headOf(one2)]);
  });

  test("stay on their day when the recording is repeated later", async () => {
    const { clock, trail } = opened.world;
    const today = dayOf(clock.now());
    await trail.append(one1);
    await clock.advanceBy(DAY_MILLISECONDS);
    await trail.append(one1);
    expect(await changedOn(daysAfter(today, 1))).toEqual([]);
  });
});

describe("entries of one request in the index", () => {
  it("may come in any order: the index sorts by request only", async () => {
    const items = chainOf(1, 3).map(({ requestId, sequence, hash }) => ({
      pk: { S: requestId },
      sk: { N: String(sequence) },
      hash: { S: hash },
    }));
    const { clientsFor } = scriptedAws(() => ({ body: { Items: items.toReversed() } }));
    const heads = await chainHeads({ clientsFor, tableName: "audit" }).changedOn("2026-01-01" as Day);
    expect(heads.map(({ sequence }) => sequence)).toEqual([3]);
  });
});
