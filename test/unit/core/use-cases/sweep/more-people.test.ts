import { describe, expect, it } from "vitest";
import type { AskedExtension } from "../../../../../lambdas/core/domain/access-request.ts";
import { secondsAfter, timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import { aFlow, aPerson, anActiveRequest } from "../../../../support/builders.ts";
import { sweepUnderTest } from "./world.ts";

const MINUTE = 60;
const DAY = 24 * 3600;

/** A sweep beside access of which more time waits, whose first tier opens half an hour from now and whose second a day later. */
const withMoreTimeWaiting = async () => {
  const world = sweepUnderTest();
  const now = world.clock.now();
  const active = anActiveRequest({ expiresAt: secondsAfter(now, 5 * DAY) });
  const [step] = active.approval.steps;
  if (step === undefined) throw new Error("The request was approved by nobody");
  const dave = { type: "user", id: aPerson("dave").userId, name: "dave" } as const;
  const erin = { type: "user", id: aPerson("erin").userId, name: "erin" } as const;
  const escalation = { afterSeconds: 30 * MINUTE, tiers: [[dave], [erin]] };
  const extension: AskedExtension = {
    by: active.requester,
    duration: "PT1H",
    durationSeconds: 3600,
    justification: "not done yet",
    askedAt: timestamp(now),
    approval: {
      ...active.approval,
      steps: [{ ...step, escalation }],
      decisions: [],
      since: timestamp(now),
    },
    deadline: secondsAfter(now, 4 * DAY),
  };
  const waiting = { ...active, extension };
  await world.requests.create({ ...active, version: 1 });
  await world.requests.replace({ ...waiting, version: 2 }, ["active"]);
  for (const entry of active.trail) await world.audit.append(entry);
  /** A sweep every five minutes, as it is scheduled; how many executions there are after each. */
  const sweepFor = async (seconds: number): Promise<readonly number[]> => {
    const counts: number[] = [];
    for (let past = 0; past < seconds; past += 5 * MINUTE) {
      await world.wait(5 * MINUTE);
      expect((await world.sweep()).defects).toEqual([]);
      counts.push(world.workflow.started.size);
    }
    return counts;
  };
  return { ...world, waiting: { ...waiting, version: 2 }, sweepFor };
};

describe("more time that is to be put before more people", () => {
  it("is looked at by the first sweep after the tier opened", async () => {
    const { waiting, sweepFor, workflow } = await withMoreTimeWaiting();
    expect((await sweepFor(30 * MINUTE)).slice(-2)).toEqual([0, 1]);
    expect([...workflow.started.values()]).toEqual([{ version: 1, requestId: waiting.id, begin: "grant" }]);
  });

  it("is looked at after twice the time again while nobody can be told, and every hour at last", async () => {
    const { sweepFor } = await withMoreTimeWaiting();
    await sweepFor(30 * MINUTE);
    const counts = await sweepFor(205 * MINUTE);
    expect(
      counts.flatMap((count, index) => (count > (counts[index - 1] ?? 1) ? [5 * (index + 1)] : [])),
    ).toEqual([5, 10, 20, 40, 80, 140, 200]);
    const aDayLater = (await sweepFor(DAY)).at(-1) ?? 0;
    expect(aDayLater).toBe(8 + 24);
  });

  it("is looked at soon when the next tier opens, however long the last one took", async () => {
    const { sweepFor, requests, waiting } = await withMoreTimeWaiting();
    await sweepFor(45 * MINUTE);
    const { extension } = waiting;
    const told = { ...extension, approval: { ...extension.approval, tiersAnnounced: 1 } };
    await requests.replace({ ...waiting, version: 3, extension: told }, ["active"]);
    const before = (await sweepFor(10 * MINUTE)).at(-1) ?? 0;
    expect((await sweepFor(5 * MINUTE)).at(-1)).toBe(before + 1);
  });

  it("is looked at as soon as its flow has ended, beside that", async () => {
    const { sweepFor, dependencies, workflow, clock } = await withMoreTimeWaiting();
    await sweepFor(60 * MINUTE);
    const before = workflow.started.size;
    const ended = sweepUnderTest({
      ...dependencies,
      flows: { list: () => Promise.resolve([{ ...aFlow(), active: false }]) },
    });
    await clock.sleep(5 * MINUTE * 1000);
    await ended.sweep();
    expect(workflow.started.size).toBe(before + 1);
  });
});
