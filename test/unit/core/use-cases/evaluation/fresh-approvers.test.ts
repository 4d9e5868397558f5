import { expect, it } from "vitest";
import { withFreshApprovers } from "../../../../../lambdas/core/use-cases/evaluation/fresh-approvers.ts";
import type { Party } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { RequestStep } from "../../../../../lambdas/core/domain/approval-step.ts";
import type { Timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import { aPendingRequest, aPerson } from "../../../../support/builders.ts";
import { FakeDirectory } from "../../../../support/fakes/directory.ts";
import { noPolicies } from "../../../../support/policies.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const [mia, noah] = [aPerson("mia"), aPerson("noah")];
const user = ({ userId, userName }: typeof mia): Party => ({ type: "user", id: userId, name: userName });
const manager = (by: typeof mia) => ({ type: "manager" as const, user: user(by) });
const managed = (by: typeof mia): RequestStep => ({
  anyOf: [manager(by)],
  withinSeconds: 3600,
});
const named: RequestStep = { anyOf: [user(noah)], withinSeconds: 3600 };

/** Alice's manager was mia when she asked, and is noah by now. */
const fresh = async (
  steps: RequestStep[],
  decisions: { step: number; by: typeof mia; as: Party[] }[] = [],
  began?: string,
) => {
  const directory = new FakeDirectory();
  for (const { userId, userName } of [aPerson("alice"), mia, noah]) directory.addUser({ userId, userName });
  directory.setAttributes(aPerson("alice").userId, { manager: noah.userName });
  const request = aPendingRequest();
  const said = decisions.map(({ step, by, as }) => ({
    step,
    by,
    decision: "approve" as const,
    as: as.map(({ type, id }) => `${type}:${id}` as const),
    at: request.createdAt,
  }));
  const since = began === undefined ? {} : { since: began as Timestamp, tiersAnnounced: 1 };
  const approval = { ...request.approval, steps, decisions: said, ...since };
  const found = await withFreshApprovers(
    { ...noPolicies(), directory, clock: new VirtualClock() },
    request,
    approval,
    new Date(request.createdAt),
  );
  return { found, isUntouched: found === approval };
};

it("looks up the step that waits, and leaves those after it until they wait", async () => {
  const { found } = await fresh([managed(mia), managed(mia)]);
  expect(found.steps).toEqual([managed(noah), managed(mia)]);
});

it("goes on to the next step where what was said is enough for one by now", async () => {
  const both: RequestStep = {
    allOf: [manager(mia), user(aPerson("olga"))],
    withinSeconds: 3600,
  };
  const olga = { step: 0, by: aPerson("olga"), as: [user(aPerson("olga"))] };
  const early = { step: 0, by: noah, as: [user(noah)] };
  const { found } = await fresh([both, managed(mia)], [olga, early]);
  expect(found.steps).toEqual([{ ...both, allOf: [manager(noah), user(aPerson("olga"))] }, managed(noah)]);
});

const escalating = (step: RequestStep): RequestStep => ({
  ...step,
  escalation: { afterSeconds: 1800, tiers: [[user(mia)], [user(aPerson("olga"))]] },
});
const longAgo = "2025-12-31T23:15:00.000Z";

it("leaves the moment from which the tiers of the step that waits count", async () => {
  const { found } = await fresh([escalating(managed(mia))], [], longAgo);
  expect(found).toMatchObject({ since: longAgo, tiersAnnounced: 1 });
});

it("counts the tiers of a step that it goes on to from now, and says that nobody was told of them", async () => {
  const early = { step: 0, by: noah, as: [user(noah)] };
  const both: RequestStep = { allOf: [manager(mia)], withinSeconds: 3600 };
  const { found } = await fresh([escalating(both), escalating(managed(mia))], [early], longAgo);
  expect(found.since).toBe(aPendingRequest().createdAt);
  expect(found).not.toHaveProperty("tiersAnnounced");
});

it("looks up nobody for a step that names users and groups alone", async () => {
  expect((await fresh([named, managed(mia)])).isUntouched).toBe(true);
});
