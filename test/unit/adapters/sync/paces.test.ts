import { beforeEach, describe, expect, it } from "vitest";
import { turnsOf, type WaitForTurn } from "../../../../lambdas/adapters/sync/paces.ts";
import { FakeAdmission } from "../../../support/fakes/provider.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

let clock: VirtualClock;
let admission: FakeAdmission;
let waitForTurn: WaitForTurn;

beforeEach(() => {
  clock = new VirtualClock();
  admission = new FakeAdmission();
  waitForTurn = turnsOf({ clock, admission });
});

/** The seconds in which so many turns of an operation come. */
const secondsOf = async (operation: string, turns: number): Promise<number> => {
  const begin = clock.now().getTime();
  let end = begin;
  const all = Promise.all(
    Array.from({ length: turns }, async () => {
      await waitForTurn(operation);
      end = clock.now().getTime();
    }),
  );
  await clock.runUntilIdle();
  await all;
  return (end - begin) / 1000;
};

describe("the turn of a call", () => {
  it("is sso-admin's admission for what it shares with grants and revokes, as the least urgent", async () => {
    await waitForTurn("sso:ListAccountAssignments");
    await waitForTurn("sso:DescribePermissionSet");
    expect(admission.admitted).toEqual(["sync", "sync"]);
  });

  it.each([
    ["organizations:ListAccounts", 8],
    ["organizations:DescribeAccount", 20],
    ["organizations:ListAccountsForParent", 5],
    ["organizations:ListOrganizationalUnitsForParent", 5],
    ["organizations:ListParents", 5],
    ["organizations:ListRoots", 1],
    ["organizations:ListTagsForResource", 10],
    ["identitystore:ListUsers", 20],
    ["identitystore:ListGroups", 20],
    ["identitystore:ListGroupMemberships", 20],
    ["identitystore:DescribeUser", 20],
    ["identitystore:DescribeGroup", 20],
  ])("comes half as often as AWS allows %s, which is %d times a second", async (operation, rate) => {
    const turns = rate * 5 + 1;
    const seconds = await secondsOf(operation, turns);
    expect(seconds).toBeGreaterThanOrEqual(10);
    // A wait is rounded up to a millisecond.
    expect(seconds).toBeLessThan(10.2);
    expect(admission.admitted).toEqual([]);
  });

  it("of one operation does not wait for another's", async () => {
    await secondsOf("organizations:ListRoots", 1);
    expect(await secondsOf("identitystore:ListUsers", 1)).toBe(0);
  });

  it("comes at once where AWS documents no rate", async () => {
    expect(await secondsOf("iam:ListUsers", 50)).toBe(0);
  });

  it("takes the rates of other services", async () => {
    waitForTurn = turnsOf({ clock, admission, rates: { "resource-explorer-2:ListResources": 3 } });
    expect(await secondsOf("resource-explorer-2:ListResources", 4)).toBeCloseTo(2, 1);
  });
});
