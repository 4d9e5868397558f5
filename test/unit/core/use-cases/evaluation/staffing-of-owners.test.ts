import { describe, expect, it } from "vitest";
import type { Party } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { RequestApprover, RequestStep } from "../../../../../lambdas/core/domain/approval-step.ts";
import { staffingOf } from "../../../../../lambdas/core/use-cases/evaluation/eligible-approvers.ts";
import { aPerson, aUserId } from "../../../../support/builders.ts";
import { FakeDirectory } from "../../../../support/fakes/directory.ts";

/*
 * Whether a request can be decided at all is asked as a decision will be judged: one person may speak for several owners, but not
 * for several of those whom allOf names, nor in two steps.
 */

const alice = aPerson("alice");
const user = (name: string): Party => ({ type: "user", id: aUserId(name), name });
const owners = (...sets: readonly (readonly string[])[]): RequestApprover => ({
  type: "owner",
  of: sets.map((names, target) => ({ anyOf: names.map(user), targets: [target], because: "a tag" })),
});
const allOf = (...approvers: RequestApprover[]): RequestStep => ({ allOf: approvers, withinSeconds: 60 });
const anyOf = (...approvers: RequestApprover[]): RequestStep => ({ anyOf: approvers, withinSeconds: 60 });
const nobody: RequestApprover = { type: "nobody", as: "manager", because: "nobody manages her" };

const unstaffed = async (
  steps: readonly RequestStep[],
  people: readonly string[],
  disabled: string[] = [],
) => {
  const directory = new FakeDirectory();
  for (const name of ["alice", ...people, ...disabled]) {
    directory.addUser({ userId: aUserId(name), userName: name, enabled: !disabled.includes(name) });
  }
  const who = {
    requester: alice.userId,
    principal: { type: "USER", id: alice.userId, name: "alice" } as const,
    requesterCanApproveSelf: false,
  };
  const staffing = await staffingOf({ directory })(steps, who);
  if (staffing === undefined) throw new Error("Nobody has looked");
  return staffing.unstaffed;
};

describe("a step of owners can be decided", () => {
  it.each<readonly [string, readonly RequestStep[], readonly string[], string[], number | undefined]>([
    [
      "by one who owns all, another owner being disabled",
      [allOf(owners(["ann"], ["ann", "ben"]))],
      ["ann"],
      ["ben"],
      undefined,
    ],
    ["in anyOf, too", [anyOf(owners(["ann"], ["ann", "ben"]))], ["ann"], ["ben"], undefined],
    [
      "by one for three",
      [allOf(owners(["ann", "ben"], ["ann", "cy"], ["ann"]))],
      ["ann"],
      ["ben", "cy"],
      undefined,
    ],
    [
      "not by one for owners and another of allOf",
      [allOf(owners(["ann"], ["ann"]), user("ann"))],
      ["ann"],
      [],
      0,
    ],
    ["not by one in two steps", [allOf(owners(["ann"], ["ann"])), anyOf(user("ann"))], ["ann"], [], 1],
    [
      "so that who is spared by it decides the next step",
      [allOf(owners(["ann", "ben"], ["ann", "cy"])), anyOf(user("ben")), anyOf(user("cy"))],
      ["ann", "ben", "cy"],
      [],
      undefined,
    ],
    ["not where nobody is left for one of them", [allOf(owners(["ann"], ["ben"]))], ["ann"], ["ben"], 0],
    [
      "by the owners of several where the other one is nobody",
      [anyOf(nobody, owners(["ann"], ["ben"]))],
      ["ann", "ben"],
      [],
      undefined,
    ],
    [
      "by the owners of several where the other one asks",
      [anyOf(owners(["ann"], ["ben"]), user("alice"))],
      ["ann", "ben"],
      [],
      undefined,
    ],
    [
      "by the owners of several where the other one is disabled",
      [anyOf(owners(["ann"], ["ben"]), user("cy"))],
      ["ann", "ben"],
      ["cy"],
      undefined,
    ],
    [
      "by one who owns all where the other one is disabled",
      [anyOf(user("cy"), owners(["ann"], ["ann", "ben"]))],
      ["ann"],
      ["ben", "cy"],
      undefined,
    ],
    [
      "by the owners of several where the next step needs the other one",
      [anyOf(owners(["ann"], ["ben"]), user("cy")), anyOf(user("cy"))],
      ["ann", "ben", "cy"],
      [],
      undefined,
    ],
    [
      "by the other one where the next step needs an owner",
      [anyOf(owners(["ann"], ["ben"]), user("cy")), anyOf(user("ann"))],
      ["ann", "ben", "cy"],
      [],
      undefined,
    ],
    [
      "in each of five steps by whoever is left",
      [
        ...Array.from({ length: 4 }, () => anyOf(owners(["ann"], ["ann"]), user("cy"), user("dan"))),
        anyOf(owners(["ben"], ["eve"]), user("ann")),
      ],
      ["ann", "ben", "cy", "dan", "eve"],
      [],
      3,
    ],
    [
      "neither by the owners of several nor by the other one",
      [anyOf(user("bob")), anyOf(owners(["ann"], ["ben"]), user("cy"))],
      ["bob", "ann"],
      ["ben", "cy"],
      1,
    ],
  ])("%s", async (_, steps, people, disabled, first) => {
    expect(await unstaffed(steps, people, disabled)).toBe(first);
  });

  it("by the owners of several in a late step, before every way of the earlier ones is tried", async () => {
    const chosen = Array.from({ length: 40 }, (_, index) => String(index));
    const steps = chosen.map((n) => anyOf(owners([`a${n}`], [`b${n}`]), user(`c${n}`)));
    const people = chosen.flatMap((n) => [`a${n}`, `b${n}`]);
    const [last] = steps.slice(-1) as [RequestStep];
    const sure = steps.slice(0, -1);
    const alone = chosen.slice(0, -1).map((n) => `c${n}`);
    expect(await unstaffed([...sure, last], [...people, ...alone], ["c39"])).toBeUndefined();
    expect(await unstaffed([last, ...sure], [...people, ...alone], ["c39"])).toBeUndefined();
  });

  it("by one for eighteen, found in a few tries", async () => {
    const sets = Array.from({ length: 18 }, (_, index) => ["ann", `d${String(index)}`]);
    const disabled = sets.flatMap(([, name = ""]) => [name]);
    expect(await unstaffed([allOf(owners(...sets))], ["ann"], disabled)).toBeUndefined();
  });
});
