import { describe, expect, it } from "vitest";
import { AccountQueues } from "../../../../lambdas/core/use-cases/account-queues.ts";

const item = (accountId: string, name: string) => ({ accountId, name });
const nobody: ReadonlySet<string> = new Set();

describe("what waits, by account", () => {
  it("comes from the account with the most to do, in the order in which it came there", () => {
    const queues = new AccountQueues<ReturnType<typeof item>>();
    queues.add([item("a", "a1"), item("b", "b1"), item("b", "b2")]);
    queues.add([item("b", "b3"), item("a", "a2")]);
    const order = Array.from({ length: 6 }, () => queues.next(nobody)?.name);
    expect(order).toEqual(["b1", "a1", "b2", "a2", "b3", undefined]);
  });

  it("leaves accounts alone in which something is being done", () => {
    const queues = new AccountQueues<ReturnType<typeof item>>();
    queues.add([item("a", "a1"), item("a", "a2"), item("b", "b1")]);
    expect(queues.next(new Set(["a"]))?.name).toBe("b1");
    expect(queues.next(new Set(["a"]))).toBeUndefined();
    expect(queues.next(new Set(["b"]))?.name).toBe("a1");
  });

  it("takes more for an account that had nothing left to do", () => {
    const queues = new AccountQueues<ReturnType<typeof item>>();
    queues.add([item("a", "a1")]);
    queues.next(nobody);
    queues.add([item("a", "a2")]);
    expect(queues.next(nobody)?.name).toBe("a2");
    expect(queues.next(nobody)).toBeUndefined();
  });
});
