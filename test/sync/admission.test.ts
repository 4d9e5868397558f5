import { describe, expect, it } from "vitest";
import { pacedAdmission, SHARES } from "../../lambdas/adapters/admission.ts";
import { account, anOrganization, group, numbered, permissionSet, user } from "./organizations.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

const sets = numbered(30, "Set");
const names = numbered(30, "account");

/** Some 600 calls of sso-admin: a minute of them. */
const organization = () =>
  anOrganization({
    accounts: names.map((name, index) => account(String(300_000_000_000 + index), name, "/")),
    users: [user("ada"), user("bela")],
    groups: [group("oncall", "ada")],
    permissionSets: sets.map(permissionSet),
    assignments: names.flatMap((name, index) =>
      Array.from({ length: 14 }, (_, more) => ({
        account: name,
        permissionSet: sets[(index + more) % sets.length] ?? "",
        group: "oncall",
      })),
    ),
  });

const SSO_ADMIN =
  /^(?:ListPermissionSets|DescribePermissionSet|List.*InPermissionSet|GetInlinePolicy.*|List.*Provisioned.*|ListAccountAssignments|ListInstances)/;

/** When sso-admin was called. */
const momentsOf = ({ aws }: SyncUnderTest): readonly number[] =>
  aws.calls
    .filter(({ operation, input }) => SSO_ADMIN.test(operation) || "InstanceArn" in input)
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);

/** The most of them that any second has. */
const mostInASecond = (moments: readonly number[]): number =>
  moments.reduce(
    (most, begin, index) => Math.max(most, moments.slice(index).filter((at) => at < begin + 1000).length),
    0,
  );

describe("calls of sso-admin", () => {
  it("are at most ten in any second, and hardly fewer, while nobody removes", async () => {
    const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
    expect(await under.pass()).toMatchObject({ status: "finished", throttles: 0 });
    const moments = momentsOf(under);
    expect(moments.length).toBeGreaterThan(500);
    expect(mostInASecond(moments)).toBeLessThanOrEqual(10);
    const pairs = under.aws.calls.filter(({ operation }) => operation === "ListAccountAssignments");
    const seconds = ((pairs.at(-1)?.at ?? 0) - (pairs[0]?.at ?? 0)) / 1000;
    expect(pairs.length / seconds).toBeGreaterThan(9);
  });

  it("are at most ten in any second after one of them waited for AWS", async () => {
    const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
    let calls = 0;
    under.aws.plan.insteadOf = async ({ operation }) => {
      if (!SSO_ADMIN.test(operation)) return undefined;
      calls += 1;
      if (calls % 37 === 0) await under.clock.sleep(9_000);
      return undefined;
    };
    await under.pass();
    expect(mostInASecond(momentsOf(under))).toBeLessThanOrEqual(10);
  });

  it("are one a second while somebody removes, and ten again afterwards", async () => {
    const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
    const begin = under.clock.now().getTime();
    const isTaken = (at: number) => at >= begin + 20_000 && at < begin + 60_000;
    under.world.removalsTaken = () => isTaken(under.clock.now().getTime());
    expect(await under.pass()).toMatchObject({ status: "finished", throttles: 0 });
    const moments = momentsOf(under);
    // What had been let through before the turn was taken is on its way.
    const meanwhile = moments.filter((at) => at >= begin + 21_000 && at < begin + 60_000);
    expect(mostInASecond(meanwhile)).toBe(1);
    expect(meanwhile.length).toBeGreaterThan(35);
    expect(mostInASecond(moments.filter((at) => at >= begin + 60_000))).toBeGreaterThan(8);
    expect(mostInASecond(moments)).toBeLessThanOrEqual(10);
  });

  it("are never more than 20 in any second with removals at their full share, and AWS throttles nobody", async () => {
    const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
    const { limited, administrator: _administrator, instanceArn } = under.aws;
    const caller = {
      accessKeyId: "AKIATESTREMOVALS",
      principalArn: "arn:aws:iam::111111111111:role/removals",
      accountId: "111111111111",
      region: "eu-west-1",
    };
    const removals: number[] = [];
    const refused: unknown[] = [];
    let taken = false;
    under.world.removalsTaken = () => taken;
    /** As many calls as removals may make, in turns of ten seconds with five seconds between them. */
    const remove = async () => {
      for (let turn = 0; turn < 4; turn += 1) {
        await under.clock.sleep(5_000);
        taken = true;
        const admission = pacedAdmission({ clock: under.clock, share: SHARES.revoke });
        const until = under.clock.now().getTime() + 10_000;
        while (under.clock.now().getTime() < until) {
          await admission.admit("revoke");
          removals.push(under.clock.now().getTime());
          try {
            await limited.identityCenter.operations["ListAccountAssignmentDeletionStatus"]?.(
              { InstanceArn: instanceArn },
              caller,
            );
          } catch (error) {
            refused.push(error);
          }
        }
        taken = false;
      }
    };
    const removing = remove();
    expect(await under.pass()).toMatchObject({ status: "finished", throttles: 0 });
    await removing;
    expect(refused).toEqual([]);
    expect(under.aws.throttled).toEqual([]);
    expect(removals.length).toBeGreaterThan(400);
    const all = [...removals, ...momentsOf(under)].toSorted((a, b) => a - b);
    expect(mostInASecond(all)).toBeLessThanOrEqual(20);
  });
});
