import { expect, it } from "vitest";
import { commonOf, evolve } from "../../../lambdas/core/domain/evolve.ts";
import { aPendingRequest, aRequestId } from "../../support/builders.ts";
import { describeStores } from "./describe-stores.ts";

describeStores("requests, counted by status", (stores) => {
  it("are as many as are in that status now", async () => {
    const { requests, counts } = stores();
    expect(await counts.countOf("pending")).toBe(0);
    for (const name of ["one", "two", "three"])
      await requests.create(aPendingRequest({ id: aRequestId(name) }));
    const one = aPendingRequest({ id: aRequestId("one") });
    const approved = evolve("RequestApproved", one, commonOf(one), {
      actor: { type: "lockstep", name: "workflow" },
      now: new Date(),
    });
    await requests.replace(approved, ["pending"]);
    expect(await counts.countOf("pending")).toBe(2);
    expect(await counts.countOf("approved")).toBe(1);
    expect(await counts.countOf("stuck")).toBe(0);
  });
});
