import { describe, expect, it } from "vitest";
import { pacedAdmission, SHARES } from "../../lambdas/adapters/admission.ts";
import { sharedAdmission } from "../../lambdas/adapters/shared-admission.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Admission, CallPurpose } from "../../lambdas/core/ports/provider.ts";
import { FakePaceItem } from "../support/fakes/pace-item.ts";
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
    const meanwhile = moments.filter(isTaken);
    expect(mostInASecond(meanwhile)).toBe(1);
    expect(meanwhile.length).toBeGreaterThan(35);
    expect(mostInASecond(moments.filter((at) => at >= begin + 60_000))).toBeGreaterThan(8);
    expect(mostInASecond(moments)).toBeLessThanOrEqual(10);
  });

  it("are ten, or one beside removals, of three processes together, and AWS throttles nobody", async () => {
    const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
    const { clock } = under;
    const turns = removalTurns(clock);
    under.world.removalsTaken = () => isDuringOneOf(turns, clock.now().getTime());
    const others = othersOf(under);
    const wholly = { from: clock.now().getTime(), until: turns.at(-1)?.end ?? 0 };
    const granting = sharedAdmission({ pace: new FakePaceItem(), share: SHARES.grant, clock });
    const beside = [
      ...turns.flatMap(({ begin, end }) => [
        others.call(pacedAdmission({ clock, share: SHARES.revoke }), "revoke", { from: begin, until: end }),
        // Three seconds in which nobody grants are followed by a burst, from two requests.
        ...[1, 2].map(() =>
          others.call(granting, "grant", { from: begin + 3_000, until: begin + BETWEEN_TURNS }),
        ),
      ]),
      others.call(pacedAdmission({ clock, share: SHARES.sweep }), "observe", wholly),
    ];
    const readers = [under.anotherProcess(), under.anotherProcess()].flatMap((process) =>
      // A batch of events is looked at side by side.
      [1, 2].map(() => others.call(process, "sync", wholly)),
    );
    expect(await under.pass()).toMatchObject({ status: "finished", throttles: 0 });
    await under.inTime(Promise.all([...beside, ...readers]));

    const reads = [...momentsOf(under), ...others.madeFor("sync")].toSorted((a, b) => a - b);
    expect(others.madeFor("sync").length).toBeGreaterThan(50);
    expect(mostInASecond(reads)).toBe(SHARES.sync.perSecond);
    const besideRemovals = reads.filter((at) => isDuringOneOf(turns, at));
    expect(mostInASecond(besideRemovals)).toBe(SHARES.syncBesideRemovals.perSecond);
    // Somebody is always waiting, and gets on: in each turn of ten seconds but for the first second.
    expect(besideRemovals.length).toBeGreaterThanOrEqual(turns.length * 8);

    expect(others.madeFor("revoke").length).toBeGreaterThan(400);
    const all = [...reads, ...others.madeBesideSyncs()].toSorted((a, b) => a - b);
    expect(mostInASecond(all)).toBe(20);
    expect(mostInASecond(all.filter((at) => !isDuringOneOf(turns, at)))).toBeLessThanOrEqual(17);
    expect(others.refused).toEqual([]);
    expect(under.aws.throttled).toEqual([]);
  });
});

interface Turn {
  readonly begin: number;
  readonly end: number;
}

/** From the beginning of a turn to that of the next. */
const BETWEEN_TURNS = 15_000;

/** Four turns of ten seconds, with five seconds between them. */
const removalTurns = (clock: Pick<Clock, "now">): readonly Turn[] =>
  [0, 1, 2, 3].map((turn) => {
    const begin = clock.now().getTime() + 5_000 + turn * BETWEEN_TURNS;
    return { begin, end: begin + 10_000 };
  });

const isDuringOneOf = (turns: readonly Turn[], at: number): boolean =>
  turns.some(({ begin, end }) => at >= begin && at < end);

/** Others who call sso-admin of the same account, each as often as they are let. */
const othersOf = ({ aws, clock }: SyncUnderTest) => {
  const caller = {
    accessKeyId: "AKIATESTOTHERS",
    principalArn: "arn:aws:iam::111111111111:role/others",
    accountId: "111111111111",
    region: "eu-west-1",
  };
  const made: { readonly purpose: CallPurpose; readonly at: number }[] = [];
  const refused: unknown[] = [];
  const madeAt = (isWanted: (purpose: CallPurpose) => boolean): readonly number[] =>
    made.filter(({ purpose }) => isWanted(purpose)).map(({ at }) => at);
  return {
    refused,
    madeFor: (wanted: CallPurpose) => madeAt((purpose) => purpose === wanted),
    madeBesideSyncs: () => madeAt((purpose) => purpose !== "sync"),
    call: async (
      admission: Admission,
      purpose: CallPurpose,
      { from, until }: { readonly from: number; readonly until: number },
    ): Promise<void> => {
      await clock.sleep(from - clock.now().getTime());
      while (clock.now().getTime() < until) {
        await admission.admit(purpose);
        made.push({ purpose, at: clock.now().getTime() });
        try {
          await aws.limited.identityCenter.operations["ListAccountAssignmentDeletionStatus"]?.(
            { InstanceArn: aws.instanceArn },
            caller,
          );
        } catch (error) {
          refused.push(error);
        }
        await clock.sleep(40);
      }
    },
  };
};
