import { describe, expect, it } from "vitest";
import type { FlowStep } from "../../../lambdas/core/domain/access-flow.ts";
import type { Person } from "../../../lambdas/core/domain/principal.ts";
import { aFlow } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, bob, root } from "./world.ts";

/*
 * A request of several steps: what a decision is on is what its sender saw, also where one person may decide several.
 */

const step = (...people: Person[]): FlowStep => ({
  anyOf: people.map(({ userId, userName }) => ({ type: "user", id: userId, name: userName })),
  withinSeconds: 3600,
});

const inSteps = async (steps: FlowStep[], sameApproverInSeveralSteps = true) => {
  const world = await apiUnderTest();
  await world.flows.put({ ...aFlow({ approval: { steps, sameApproverInSeveralSteps } }), version: 2 });
  const id = await world.submit();
  return {
    ...world,
    id,
    approve: (as: Person, more: Readonly<Record<string, unknown>> = {}) =>
      world.call(`POST /requests/${id}/decisions`, { as, body: { decision: "approve", ...more } }),
    view: async () => (await world.call(`GET /requests/${id}`)).body,
  };
};

describe("a decision on one of several steps", () => {
  it("can name the step that waits, as the request shows it", async () => {
    const { approve, view } = await inSteps([step(bob), step(bob)]);
    expect(await view()).toMatchObject({ approval: { currentStep: 1 } });
    expect(await approve(bob, { step: 1 })).toMatchObject({ body: { approval: { currentStep: 2 } } });
    expect(await approve(bob, { step: 2 })).toMatchObject({ body: { status: "approved" } });
    expect(await view()).not.toHaveProperty("approval.currentStep");
  });

  it("that is sent twice decides once, whoever may decide the next step too", async () => {
    const { approve, requests } = await inSteps([step(bob), step(bob)]);
    await approve(bob);
    expect(problemIn(await approve(bob))).toMatchObject({
      status: 400,
      code: "step-required",
      detail:
        'The decision: found no step; expected "step": 2, which waits, as you have decided an earlier one already.',
      errors: [{ pointer: "/step" }],
    });
    expect(requests.all).toMatchObject([{ status: "pending", approval: { decisions: [{ step: 0 }] } }]);
  });

  it("is refused when it names another step than waits, with the one that does", async () => {
    const { approve, requests } = await inSteps([step(bob), step(bob)]);
    expect(problemIn(await approve(bob, { step: 2 }))).toMatchObject({
      status: 409,
      code: "not-pending",
      detail: "The decision is on step 2 of the approval; step 1 of 2 waits.",
    });
    await approve(bob, { step: 1 });
    expect(problemIn(await approve(bob, { step: 1 }))).toMatchObject({
      code: "not-pending",
      detail: "The decision is on step 1 of the approval; step 2 of 2 waits.",
    });
    expect(requests.all).toMatchObject([{ approval: { decisions: [{ step: 0 }] } }]);
  });

  it("needs no name of whoever has said nothing yet, nor where each person decides once", async () => {
    const several = await inSteps([step(bob), step(root)]);
    await several.approve(bob);
    expect(await several.approve(root)).toMatchObject({ body: { status: "approved" } });
    const once = await inSteps([step(bob, root), step(bob, root)], false);
    await once.approve(bob);
    expect(problemIn(await once.approve(bob))).toMatchObject({ code: "already-decided" });
  });

  it("has steps to name only where there are several", async () => {
    const { view } = await inSteps([step(bob)]);
    expect(await view()).not.toHaveProperty("approval.currentStep");
  });
});
