import { describe, expect, it } from "vitest";
import {
  accessDenied,
  credentialsExpired,
} from "../../../../../lambdas/core/domain/inventory/problem-words.ts";
import { SourceProblem, type Problem } from "../../../../../lambdas/core/domain/inventory/problem.ts";
import { AccountIdSchema, timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import { writeDifferences } from "../../../../../lambdas/core/use-cases/sync/reconcile.ts";
import {
  RefusedAccounts,
  RefusedAccountsSchema,
} from "../../../../../lambdas/core/use-cases/sync/refused-accounts.ts";
import { EagerClock } from "../../../../support/fakes/eager-clock.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";

const accountId = (number: number) => AccountIdSchema.parse(String(300_000_000_000 + number));
const denied = accessDenied({ action: "sso:ListAccountAssignments" });

const world = () => {
  const clock = new EagerClock();
  const inventory = new FakeInventory();
  const problems: Problem[] = [];
  const deps = {
    inventory,
    write: writeDifferences({ inventory }),
    look: () => {
      void clock.sleep(1);
      return { observedAt: timestamp(clock.now()) };
    },
    progress: {
      met: (problem: Problem) => {
        problems.push(problem);
      },
    },
  };
  return {
    begin: () => new RefusedAccounts(deps),
    /** As another invocation finds it in the checkpoint. */
    goOn: ({ noted }: RefusedAccounts) =>
      new RefusedAccounts(deps, RefusedAccountsSchema.parse(JSON.parse(JSON.stringify(noted)))),
    inventory,
    problems,
    marked: () =>
      inventory.all.flatMap(({ fact }) => (fact.kind === "stale-account" ? [fact.accountId as string] : [])),
    writes: () => inventory.writes,
  };
};

const refuse = (refused: RefusedAccounts, number: number, problem = denied) =>
  refused.ask(accountId(number), () => Promise.reject<string>(new SourceProblem(problem)));
const answer = (refused: RefusedAccounts, number: number) =>
  refused.ask(accountId(number), () => Promise.resolve("seen"));

describe("accounts that are refused", () => {
  it("are marked at once when AWS has answered the call for another one, each once", async () => {
    const { begin, marked, problems } = world();
    const refused = begin();
    refused.callsOfAnotherKind();
    expect(await answer(refused, 1)).toBe("seen");
    expect(await refuse(refused, 2)).toBeUndefined();
    expect(await refuse(refused, 2)).toBeUndefined();
    expect(marked()).toEqual([accountId(2)]);
    expect(problems).toHaveLength(1);
  });

  it("are not marked before it has answered for any, and all of them then", async () => {
    const { begin, goOn, marked } = world();
    const before = begin();
    before.callsOfAnotherKind();
    await refuse(before, 1);
    await refuse(before, 2);
    expect(marked()).toEqual([]);
    const refused = goOn(before);
    await answer(refused, 3);
    expect(marked()).toEqual([accountId(1), accountId(2)]);
  });

  it("are everybody when the first twenty are, and no sooner", async () => {
    const { begin, marked } = world();
    const refused = begin();
    refused.callsOfAnotherKind();
    for (let number = 1; number < 20; number += 1) await refuse(refused, number);
    await refuse(refused, 1);
    await expect(refuse(refused, 20)).rejects.toMatchObject({ problem: denied });
    expect(marked()).toEqual([]);
  });

  it("are everybody when none is answered until the end, or until calls of another kind begin", async () => {
    const { begin } = world();
    for (const end of [
      (refused: RefusedAccounts) => refused.allWereMade(),
      (refused: RefusedAccounts) =>
        Promise.resolve().then(() => {
          refused.callsOfAnotherKind();
        }),
    ]) {
      const refused = begin();
      refused.callsOfAnotherKind();
      await refuse(refused, 1);
      await expect(end(refused)).rejects.toMatchObject({ problem: denied });
    }
  });

  it("are marked beyond a thousand, too, but not remembered: nobody's mark goes then", async () => {
    const { begin, goOn, marked, problems, inventory } = world();
    const observedAt = timestamp(new Date(0));
    await inventory.record({
      fact: { kind: "stale-account", accountId: accountId(5_000), scope: "identity", problem: denied },
      since: observedAt,
      observedAt,
    });
    const before = begin();
    for (let number = 0; number < 1_001; number += 1) await refuse(before, number);
    await refuse(before, 1_000);
    expect(problems).toHaveLength(1_001);
    expect(before.noted.marked).toHaveLength(1_000);
    expect(JSON.stringify(before.noted).length).toBeLessThan(16_000);

    const refused = goOn(before);
    await refused.allWereMade();
    expect(marked()).toHaveLength(1_002);
    expect(refused.notSeen).toBeUndefined();
  });

  it("are all remembered while they are a thousand", async () => {
    const { begin, goOn, marked } = world();
    const before = begin();
    await refuse(before, 5_000);
    await before.allWereMade();
    const refused = begin();
    for (let number = 0; number < 1_000; number += 1) await refuse(refused, number);
    const last = goOn(refused);
    await last.allWereMade();
    expect(last.notSeen?.size).toBe(1_000);
    expect(marked()).toHaveLength(1_000);
  });

  it("are none where something else is wrong than their own permissions", async () => {
    const { begin, marked } = world();
    const refused = begin();
    const keyUnusable: Problem = { ...denied, severity: "error" };
    for (const problem of [credentialsExpired(), keyUnusable]) {
      await expect(refuse(refused, 1, problem)).rejects.toMatchObject({ problem });
    }
    await expect(refused.ask(accountId(1), () => Promise.reject(new Error("defect")))).rejects.toThrow(
      "defect",
    );
    expect(marked()).toEqual([]);
  });

  it("keep the marks that other looks into them left", async () => {
    const { begin, marked, inventory } = world();
    const observedAt = timestamp(new Date(0));
    await inventory.record({
      fact: { kind: "stale-account", accountId: accountId(1), scope: "resources", problem: denied },
      since: observedAt,
      observedAt,
    });
    await begin().allWereMade();
    expect(marked()).toEqual([accountId(1)]);
  });

  it("lose their marks in a pass that saw them, and only then", async () => {
    const { begin, goOn, marked, writes } = world();
    const first = begin();
    await refuse(first, 1);
    await refuse(first, 2);
    await first.allWereMade();
    const written = writes();
    const same = begin();
    await refuse(same, 1);
    await refuse(same, 2);
    await goOn(same).allWereMade();
    expect(writes()).toBe(written);
    const second = begin();
    await refuse(second, 2);
    await goOn(second).allWereMade();
    expect(marked()).toEqual([accountId(2)]);
  });
});
