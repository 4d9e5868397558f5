import { expect, it } from "vitest";
import { withFreshApprovers } from "../../../../../lambdas/core/use-cases/evaluation/fresh-approvers.ts";
import type { Party } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { RequestStep } from "../../../../../lambdas/core/domain/approval-step.ts";
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
  const approval = { ...request.approval, steps, decisions: said };
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

it("looks up nobody for a step that names users and groups alone", async () => {
  expect((await fresh([named, managed(mia)])).isUntouched).toBe(true);
});
