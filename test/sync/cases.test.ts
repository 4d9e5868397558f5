import { describe, expect, it } from "vitest";
import { peopleWith } from "../../lambdas/core/domain/inventory/effective-access.ts";
import type { AccountFact } from "../../lambdas/core/domain/inventory/facts.ts";
import { TimestampSchema } from "../../lambdas/core/domain/ids.ts";
import { answered, refusal } from "./aws-under-test.ts";
import {
  account,
  anOrganization,
  group,
  MANAGEMENT,
  numbered,
  permissionSet,
  small,
  user,
} from "./organizations.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

const byUser = (a: { readonly userId: string }, b: { readonly userId: string }) =>
  a.userId < b.userId ? -1 : 1;

const PROD = "200000000001";
const DEV = "200000000002";

/** So many passes, however far apart they are. */
const passes = async (under: SyncUnderTest, count: number): Promise<void> => {
  const last = (under.syncs.all.at(-1)?.turn ?? 0) + count;
  for (let hour = 0; hour < count * 24 * 7; hour += 1) {
    if ((await under.nextHour()).turn === last) return;
  }
  throw new Error(`There were not ${String(count)} passes`);
};

const timestampAfter = (moment: string, milliseconds: number) =>
  TimestampSchema.parse(new Date(Date.parse(moment) + milliseconds).toISOString());

const accountTagCalls = ({ aws }: SyncUnderTest): number =>
  aws.calls.filter(
    ({ operation, input }) =>
      operation === "ListTagsForResource" && /^\d{12}$/.test(String(input["ResourceId"])),
  ).length;

describe("a pass over an organization", () => {
  it("brings everything that AWS holds into the inventory, and says how much of it there is", async () => {
    const under = await syncUnderTest({ organization: small() });
    const sync = await under.pass();
    expect(sync).toMatchObject({ status: "finished", baseline: true, problems: [], throttles: 0 });
    expect(under.everything()).toEqual(await under.aws.everything());
    expect(sync.counts).toEqual({
      "organizational-unit": 3,
      account: 3,
      user: 2,
      group: 1,
      "permission-set": 2,
      provisioning: 3,
      assignment: 4,
    });
    expect(await under.machine.statuses()).toEqual(["SUCCEEDED"]);
  });

  it("writes nothing but its own record, and now and then that tags were seen, when nothing has changed", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    const before = under.inventory.writes;
    for (let hour = 0; hour < 30; hour += 1) {
      const sync = await under.nextHour();
      expect(sync).toMatchObject({ status: "finished", changes: { appeared: 0, changed: 0, vanished: 0 } });
    }
    // Of three accounts in 30 hours once or twice, and of three units in every twelve of them.
    const written = under.inventory.writes - before;
    expect(written).toBeGreaterThanOrEqual(3 + 3 * 2);
    expect(written).toBeLessThanOrEqual(3 * 2 + 3 * 2);
    expect(under.inventory.announced).toEqual([]);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("marks what the first one finds as the baseline, and what a later one finds as new", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    expect(under.inventory.all.every(({ baseline }) => baseline === true)).toBe(true);
    await under.aws.administrator.assign({ account: "dev", permissionSet: "Power", user: "ada" });
    const sync = await under.nextHour();
    expect(sync.baseline).toBe(false);
    expect(sync.changes.appeared).toBeGreaterThan(0);
    const added = under.inventory.all.filter(
      ({ fact }) => fact.kind === "assignment" && fact.accountId === DEV && fact.principalType === "USER",
    );
    expect(added).toHaveLength(1);
    expect(added[0]?.baseline).toBeUndefined();
  });

  it.each(["PT1H", "PT3H", "PT6H", "P1D", "P7D"])(
    "reads an account's tags when the account is new, and every account's once a day, as far as there are passes: one every %s",
    async (identity) => {
      const under = await syncUnderTest({
        organization: small(),
        integration: { syncEvery: { identity } },
      });
      await under.pass();
      const tagsOf = (account: string) => under.facts("account").find(({ id }) => id === account)?.tags;
      expect(tagsOf(PROD)).toEqual({ team: "ledger" });
      for (const ResourceId of [MANAGEMENT, PROD, DEV]) {
        await under.aws.administrator.organizations("TagResource", {
          ResourceId,
          Tags: [{ Key: "team", Value: "payments" }],
        });
      }
      const calls = accountTagCalls(under);
      const passesADay = { PT1H: 24, PT3H: 8, PT6H: 4 }[identity] ?? 1;
      await passes(under, passesADay);
      for (const account of [MANAGEMENT, PROD, DEV]) expect(tagsOf(account)).toEqual({ team: "payments" });
      expect(accountTagCalls(under) - calls).toBe(3);
    },
  );

  it("asks for every account's tags when passes failed for days, and its turn did not come", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    await under.clock.advanceBy(36 * 3_600_000);
    const calls = accountTagCalls(under);
    await under.nextHour();
    expect(accountTagCalls(under) - calls).toBe(3);
  });

  it("reads the tags of an account that is known without them, and of one that nobody knows when they were seen of", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    const forgetTagsOf = async (account: string, tags: Partial<Pick<AccountFact, "tags">>) => {
      const known = await under.inventory.get("account", account);
      if (known === undefined) throw new Error(`Account ${account} is not known`);
      const { tagsSeenAt: _seen, ...observed } = known;
      const { tags: _tags, ...fact } = known.fact;
      await under.inventory.record({
        ...observed,
        fact: { ...fact, ...tags },
        observedAt: timestampAfter(known.observedAt, 1),
      });
    };
    await forgetTagsOf(PROD, {});
    // As it was written before it was noted when tags are seen: without tags by whoever found it, or with what it had.
    await forgetTagsOf(DEV, { tags: {} });
    const calls = accountTagCalls(under);
    await under.nextHour();
    const observed = under.inventory.all.filter(({ fact }) => fact.kind === "account");
    expect(observed.every(({ tagsSeenAt }) => tagsSeenAt !== undefined)).toBe(true);
    expect(under.facts("account").find(({ id }) => id === PROD)?.tags).toEqual({ team: "ledger" });
    expect(accountTagCalls(under) - calls).toBe(2);
    // Nothing has changed: it is known better.
    expect(under.inventory.announced.filter(({ type }) => type === "AccountChanged")).toEqual([]);
  });

  it.each(["PT1H", "PT6H", "P1D"])(
    "reads the policies of every permission set in six passes: one every %s",
    async (identity) => {
      const under = await syncUnderTest({
        organization: anOrganization({ permissionSets: numbered(6, "Set").map(permissionSet) }),
        integration: { syncEvery: { identity } },
      });
      await under.pass();
      for (const { arn } of under.facts("permission-set")) {
        await under.aws.administrator.identityCenter("PutInlinePolicyToPermissionSet", {
          PermissionSetArn: arn,
          InlinePolicy: "{}",
        });
      }
      const calls = under.callsOf("GetInlinePolicyForPermissionSet");
      await passes(under, 6);
      expect(under.facts("permission-set").map(({ inlinePolicy }) => inlinePolicy)).toEqual(
        Array.from({ length: 6 }, () => "{}"),
      );
      expect(under.callsOf("GetInlinePolicyForPermissionSet") - calls).toBe(6);
    },
  );
});

describe("what a pass sees", () => {
  it("of a suspended account: its state, and who has access there still", async () => {
    const under = await syncUnderTest({
      organization: anOrganization({
        accounts: [account(PROD, "prod", "/Old", { state: "SUSPENDED" })],
        users: [user("ada")],
        permissionSets: [permissionSet("Read")],
        assignments: [{ account: "prod", permissionSet: "Read", user: "ada" }],
      }),
    });
    expect(await under.pass()).toMatchObject({ status: "finished", problems: [] });
    expect(under.facts("account").find(({ id }) => id === PROD)).toMatchObject({ state: "SUSPENDED" });
    expect(under.facts("assignment")).toHaveLength(1);
  });

  it("of an organization with zero assignments: everything else", async () => {
    const under = await syncUnderTest({
      organization: { ...small(), identityCenter: { ...small().identityCenter, assignments: [] } },
    });
    expect(await under.pass()).toMatchObject({ status: "finished", counts: { assignment: 0 } });
    expect(under.facts("assignment")).toEqual([]);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("of an organization without anything but its management account", async () => {
    const under = await syncUnderTest({ organization: anOrganization() });
    expect(await under.pass()).toMatchObject({ status: "finished", counts: { account: 1, user: 0 } });
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("of 26 permission sets in one account: each of them", async () => {
    const sets = numbered(26, "Set");
    const under = await syncUnderTest({
      organization: anOrganization({
        accounts: [account(PROD, "prod", "/")],
        users: [user("ada")],
        permissionSets: sets.map(permissionSet),
        assignments: sets.map((name) => ({ account: "prod", permissionSet: name, user: "ada" })),
      }),
      mayAskByPrincipal: false,
    });
    await under.pass();
    expect(under.facts("permission-set")).toHaveLength(26);
    expect(under.facts("assignment")).toHaveLength(26);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it.each([true, false])(
    "of assignments over two pages: all of them (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const people = numbered(105, "reader");
      const under = await syncUnderTest({
        organization: anOrganization({
          accounts: [account(PROD, "prod", "/")],
          users: people.map((name) => user(name)),
          permissionSets: [permissionSet("Read")],
          assignments: people.map((name) => ({ account: "prod", permissionSet: "Read", user: name })),
        }),
        mayAskByPrincipal,
      });
      await under.pass();
      expect(under.facts("assignment")).toHaveLength(105);
    },
  );

  it("of one principal's assignments over two pages: all of them", async () => {
    const sets = numbered(105, "Set");
    const under = await syncUnderTest({
      organization: anOrganization({
        accounts: [account(PROD, "prod", "/")],
        users: [user("ada")],
        permissionSets: sets.map(permissionSet),
        assignments: sets.map((name) => ({ account: "prod", permissionSet: name, user: "ada" })),
      }),
    });
    const sync = await under.pass();
    expect(under.facts("assignment")).toHaveLength(105);
    expect(sync.method?.chosen).toBe("by-principal");
  });

  it("of a group with two members that has an assignment: two people with access", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    const members = under.facts("membership").map(({ userId }) => userId);
    const [assignment] = under.facts("assignment").filter(({ accountId }) => accountId === DEV);
    const people = assignment === undefined ? [] : peopleWith(assignment, members);
    expect(people.map(({ userId, through }) => ({ userId, through })).sort(byUser)).toEqual(
      [under.aws.ids.user("ada"), under.aws.ids.user("bela")]
        .map((userId) => ({ userId, through: under.aws.ids.group("oncall") }))
        .sort(byUser),
    );
  });

  it("of a disabled user: that they are, and what they have", async () => {
    const organization = small();
    const under = await syncUnderTest({
      organization: {
        ...organization,
        identityCenter: {
          ...organization.identityCenter,
          users: [user("ada", { status: "DISABLED" }), user("bela")],
        },
      },
    });
    await under.pass();
    const byName = Object.fromEntries(
      under.facts("user").map(({ userName, enabled }) => [userName, enabled]),
    );
    expect(byName).toEqual({ ada: false, bela: true });
    expect(
      under.facts("assignment").some(({ principalId }) => principalId === under.aws.ids.user("ada")),
    ).toBe(true);
  });
});

describe("what an integration excludes", () => {
  const nested = () =>
    anOrganization({
      accounts: [
        account(PROD, "prod", "/Workloads/Secret/Deeper"),
        account(DEV, "dev", "/Workloads"),
        account("200000000003", "vault", "/"),
      ],
      users: [user("ada")],
      permissionSets: [permissionSet("Read")],
      assignments: ["prod", "dev", "vault", "management"].map((name) => ({
        account: name,
        permissionSet: "Read",
        user: "ada",
      })),
    });

  it.each([true, false])(
    "is not seen: a unit with the units below it, and single accounts (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const first = await syncUnderTest({ organization: nested(), mayAskByPrincipal });
      const under = await syncUnderTest({
        organization: nested(),
        mayAskByPrincipal,
        integration: {
          exclude: {
            organizationalUnits: [first.aws.ids.unit("/Workloads/Secret")],
            accounts: [first.aws.ids.account("vault")],
          },
        },
      });
      await under.pass();
      await under.nextHour();
      expect(under.facts("account").map(({ id }) => id)).toEqual([MANAGEMENT, DEV]);
      expect(under.facts("assignment").map(({ accountId }) => accountId)).toEqual([MANAGEMENT, DEV]);
    },
  );

  it.each([true, false])(
    "leaves the inventory when it is excluded later (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const under = await syncUnderTest({ organization: nested(), mayAskByPrincipal });
      await under.pass();
      expect(under.facts("assignment")).toHaveLength(4);
      await under.integrations.put({
        ...under.integration,
        version: 2,
        exclude: { organizationalUnits: [under.aws.ids.unit("/Workloads/Secret")], accounts: [] },
      });
      expect(await under.nextHour()).toMatchObject({ status: "finished" });
      expect(under.facts("account").map(({ id }) => id)).not.toContain(PROD);
      expect(under.facts("assignment").map(({ accountId }) => accountId)).not.toContain(PROD);
      expect(under.facts("provisioning").map(({ accountId }) => accountId)).not.toContain(PROD);
    },
  );

  it.each([true, false])(
    "may be the management account, of which only its permission sets are known (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const exclude = { organizationalUnits: [], accounts: [] as never[] };
      const under = await syncUnderTest({
        organization: nested(),
        mayAskByPrincipal,
        integration: { exclude },
      });
      await under.integrations.put({
        ...under.integration,
        version: 2,
        exclude: { organizationalUnits: [], accounts: [under.aws.ids.account("management")] },
      });
      expect((await under.pass()).counts).toMatchObject({ assignment: 3 });
      for (let pass = 0; pass < 8; pass += 1) {
        const before = under.inventory.writes;
        expect((await under.nextHour()).counts).toMatchObject({ assignment: 3 });
        expect(under.inventory.writes).toBe(before);
      }
      expect(under.facts("account").map(({ id }) => id)).not.toContain(MANAGEMENT);
      expect(under.facts("assignment").map(({ accountId }) => accountId)).not.toContain(MANAGEMENT);
      expect(under.facts("provisioning").map(({ accountId }) => accountId)).toContain(MANAGEMENT);
    },
  );
});

describe("two instances of Identity Center", () => {
  const instance = (arn: string, store: string, owner: string) => ({
    InstanceArn: arn,
    IdentityStoreId: store,
    OwnerAccountId: owner,
    Status: "ACTIVE",
  });

  it("are told of, and the organization's own is read", async () => {
    const under = await syncUnderTest({ organization: small() });
    under.aws.plan.insteadOf = ({ operation }) =>
      operation === "ListInstances"
        ? answered({
            Instances: [
              instance("arn:aws:sso:::instance/ssoins-00000000000000aa", "d-00000000aa", DEV),
              instance(under.aws.instanceArn, under.aws.identityStoreId, MANAGEMENT),
            ],
          })
        : undefined;
    const sync = await under.pass();
    expect(sync).toMatchObject({
      status: "finished",
      problems: [{ code: "two-identity-center-instances", severity: "warning" }],
    });
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("of which none is the organization's end the pass before anything is read, and nothing vanishes", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    const before = under.everything();
    const calls = under.aws.calls.length;
    under.aws.plan.insteadOf = ({ operation }) =>
      operation === "ListInstances"
        ? answered({
            Instances: [instance("arn:aws:sso:::instance/ssoins-00000000000000aa", "d-00000000aa", DEV)],
          })
        : undefined;
    expect(await under.nextHour()).toMatchObject({
      status: "failed",
      reason: { code: "identity-center-not-found" },
    });
    expect(under.aws.calls).toHaveLength(calls + 1);
    expect(under.everything()).toEqual(before);
  });
});

describe("what changes while a pass reads", () => {
  it("a group that is deleted between list and read has no members, and is gone with the next pass", async () => {
    const organization = anOrganization({
      accounts: [account(PROD, "prod", "/")],
      users: [user("ada")],
      groups: [group("kept", "ada"), group("doomed", "ada")],
      permissionSets: [permissionSet("Read")],
      assignments: [{ account: "prod", permissionSet: "Read", group: "kept" }],
    });
    const under = await syncUnderTest({ organization });
    await under.pass();
    expect(under.facts("membership")).toHaveLength(2);
    let deleted = false;
    under.aws.plan.insteadOf = async ({ operation }) => {
      if (operation === "ListGroupMemberships" && !deleted) {
        deleted = true;
        await under.aws.administrator.identityStore("DeleteGroup", {
          GroupId: under.aws.ids.group("doomed"),
        });
      }
      return undefined;
    };
    expect(await under.nextHour()).toMatchObject({ status: "finished", problems: [] });
    expect(under.facts("membership").map(({ groupId }) => groupId)).toEqual([under.aws.ids.group("kept")]);
    await under.nextHour();
    expect(under.facts("group").map(({ displayName }) => displayName)).toEqual(["kept"]);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it.each([true, false])(
    "somebody who is deleted keeps what AWS keeps, and not longer (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const under = await syncUnderTest({
        organization: small(),
        mayAskByPrincipal,
        ...(mayAskByPrincipal ? { countsBefore: { provisioning: 1_000, assignment: 1 } } : {}),
      });
      await under.pass();
      const ada = under.aws.ids.user("ada");
      const hasAccess = () => under.facts("assignment").some(({ principalId }) => principalId === ada);
      await under.aws.administrator.identityStore("DeleteUser", { UserId: ada });
      for (let hour = 0; hour < 2; hour += 1) {
        expect((await under.nextHour()).method?.chosen === "by-principal").toBe(mayAskByPrincipal);
        expect(hasAccess()).toBe(true);
      }
      const pair = { AccountId: PROD, PermissionSetArn: under.aws.ids.permissionSet("Power") };
      under.aws.plan.insteadOf = ({ operation, input }) =>
        operation === "ListAccountAssignments" &&
        input["AccountId"] === PROD &&
        input["PermissionSetArn"] === pair.PermissionSetArn
          ? answered({
              AccountAssignments: [
                { ...pair, PrincipalType: "GROUP", PrincipalId: under.aws.ids.group("oncall") },
              ],
            })
          : undefined;
      expect(await under.nextHour()).toMatchObject({ status: "finished", changes: { vanished: 1 } });
      expect(hasAccess()).toBe(false);
    },
  );

  it("a permission set that is deleted between list and read is left out", async () => {
    const organization = small();
    const under = await syncUnderTest({
      organization: {
        ...organization,
        identityCenter: {
          ...organization.identityCenter,
          permissionSets: [...organization.identityCenter.permissionSets, permissionSet("Doomed")],
        },
      },
    });
    let deleted = false;
    under.aws.plan.insteadOf = async ({ operation }) => {
      if (operation === "DescribePermissionSet" && !deleted) {
        deleted = true;
        await under.aws.administrator.identityCenter("DeletePermissionSet", {
          PermissionSetArn: under.aws.ids.permissionSet("Doomed"),
        });
      }
      return undefined;
    };
    expect(await under.pass()).toMatchObject({ status: "finished", counts: { "permission-set": 2 } });
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  const joinsWith = async (under: Awaited<ReturnType<typeof syncUnderTest>>) => {
    await under.aws.administrator.organizations("CreateAccount", {
      AccountName: "joiner",
      Email: "joiner@example.com",
    });
    const { Accounts } = await under.aws.administrator.organizations("ListAccounts", {});
    return (Accounts as readonly { readonly Id: string; readonly Name: string }[]).find(
      ({ Name }) => Name === "joiner",
    )?.Id;
  };

  it("an account that joins during the pass is there with the next one at the latest", async () => {
    const under = await syncUnderTest({ organization: small() });
    let joined: string | undefined;
    under.aws.plan.insteadOf = async ({ operation }) => {
      if (operation === "ListUsers" && joined === undefined) joined = await joinsWith(under);
      return undefined;
    };
    expect(await under.pass()).toMatchObject({ status: "finished" });
    expect(joined).toBeDefined();
    expect(await under.nextHour()).toMatchObject({ status: "finished" });
    expect(under.facts("account").map(({ id }) => id)).toContain(joined);
  });

  it.each([true, false])(
    "an account that leaves during the pass is gone with the next one, and all that was in it (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const under = await syncUnderTest({ organization: small(), mayAskByPrincipal });
      await under.pass();
      let left = false;
      under.aws.plan.insteadOf = async ({ operation }) => {
        if (operation === "ListUsers" && !left) {
          left = true;
          await under.aws.administrator.organizations("RemoveAccountFromOrganization", { AccountId: DEV });
        }
        return undefined;
      };
      expect(await under.nextHour()).toMatchObject({ status: "finished" });
      expect(left).toBe(true);
      expect(await under.nextHour()).toMatchObject({ status: "finished" });
      expect(under.facts("account").map(({ id }) => id)).not.toContain(DEV);
      expect(under.facts("assignment").map(({ accountId }) => accountId)).not.toContain(DEV);
      expect(under.facts("provisioning").map(({ accountId }) => accountId)).not.toContain(DEV);
    },
  );
});

describe("a pass that AWS hinders", () => {
  it("reads, throttled mid-way, what an unthrottled one reads", async () => {
    const whole = await syncUnderTest({ organization: small() });
    await whole.pass();
    const under = await syncUnderTest({ organization: small() });
    let calls = 0;
    under.aws.plan.insteadOf = () => {
      calls += 1;
      return calls % 3 === 0 ? refusal("ThrottlingException") : undefined;
    };
    const sync = await under.pass();
    expect(sync).toMatchObject({ status: "finished", throttles: Math.floor(calls / 3) });
    expect(sync.throttles).toBeGreaterThan(10);
    expect(under.everything()).toEqual(whole.everything());
  });

  it("loses its credentials mid-way and deletes nothing; the next one goes on where it was", async () => {
    const under = await syncUnderTest({ organization: small(), mayAskByPrincipal: false });
    await under.pass();
    const before = under.everything();
    under.aws.plan.insteadOf = ({ operation }) =>
      operation === "DescribePermissionSet" ? refusal("ExpiredTokenException") : undefined;
    const failed = await under.nextHour();
    expect(failed).toMatchObject({
      status: "failed",
      reason: { code: "credentials-expired", severity: "error" },
      checkpoint: { phase: "permission-sets" },
    });
    expect(under.everything()).toEqual(before);
    under.aws.plan.insteadOf = undefined;
    const users = under.callsOf("ListUsers");
    const again = await under.nextHour();
    expect(again).toMatchObject({
      id: failed.id,
      status: "finished",
      failedBefore: { code: "credentials-expired" },
    });
    expect(under.callsOf("ListUsers")).toBe(users);
    expect(under.everything()).toEqual(await under.aws.everything());
  });
});
