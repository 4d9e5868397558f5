import { beforeEach, describe, expect, it } from "vitest";
import type { ProtectedAccount } from "../../../../../lambdas/core/contracts/environment.ts";
import type { AccessFlow, Party, ResourceTarget } from "../../../../../lambdas/core/domain/access-flow.ts";
import { DomainError } from "../../../../../lambdas/core/domain/errors.ts";
import type { AccountId, FlowName } from "../../../../../lambdas/core/domain/ids.ts";
import {
  assertAccountsActive,
  assertGrantable,
  evaluateRequest,
  type Target,
  type Wanted,
} from "../../../../../lambdas/core/use-cases/evaluation/eligibility.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aPerson,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../../../support/builders.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { noPolicies } from "../../../../support/policies.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const alice = aPerson("alice");
const bob = aPerson("bob");
const engineers = aGroupId("payments-engineers");
const leads = aGroupId("payments-leads");

const target = (digit: number, permissionSet: Partial<Target["permissionSet"]> = {}): Target => ({
  account: { id: anAccountId(digit), name: `account-${String(digit)}` },
  permissionSet: {
    arn: aPermissionSetArn("PowerUser"),
    name: "PowerUser",
    sessionDuration: "PT1H",
    inManagementAccount: false,
    ...permissionSet,
  },
});

/** What was asked of the directory and the organization. */
class CountingDirectory extends FakeDirectory {
  asked = 0;
  override memberships(...asked: Parameters<FakeDirectory["memberships"]>) {
    this.asked += 1;
    return super.memberships(...asked);
  }
  /** Whom and which groups somebody asked for, to find who decides. */
  readonly lookedUp: string[] = [];
  override user(...asked: Parameters<FakeDirectory["user"]>) {
    this.lookedUp.push(asked[0]);
    return super.user(...asked);
  }
  override members(...asked: Parameters<FakeDirectory["members"]>) {
    this.lookedUp.push(asked[0]);
    return super.members(...asked);
  }
}
class CountingOrganization extends FakeOrganization {
  readonly looked: AccountId[] = [];
  readonly located: AccountId[] = [];
  inFlight = 0;
  mostInFlight = 0;
  override account(id: AccountId) {
    this.looked.push(id);
    return this.slowly(super.account(id));
  }
  override ancestorsOf(id: AccountId) {
    this.located.push(id);
    return this.slowly(super.ancestorsOf(id));
  }
  private async slowly<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight -= 1;
    return answer;
  }
}

let directory: CountingDirectory;
let organization: CountingOrganization;

beforeEach(() => {
  directory = new CountingDirectory();
  organization = new CountingOrganization();
  directory.addUser({ userId: alice.userId, userName: "alice" });
  directory.addGroup({ groupId: engineers, displayName: "payments-engineers", members: [alice.userId] });
  directory.addUser({ userId: bob.userId, userName: "bob" });
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  organization.addAccount({ id: anAccountId(2), name: "account-2" });
});

const dependencies = (
  options: {
    readonly protectedAccounts?: readonly ProtectedAccount[];
    readonly delegatedAdministrator?: boolean;
  } = {},
) => ({
  ...noPolicies(),
  clock: new VirtualClock(),
  directory,
  organization,
  protectedAccounts: options.protectedAccounts ?? [],
  delegatedAdministrator: options.delegatedAdministrator ?? false,
});

/** The whole refusal: its code, its sentence and the fields that it is about. */
const refusalOf = async (attempt: () => unknown): Promise<readonly unknown[]> => {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof DomainError) return [error.code, error.message, error.fields];
    throw error;
  }
  throw new Error("It was allowed");
};

describe("what may be granted at all", () => {
  it.each([
    ["management", "management-account", "is the organization's management account"],
    ["lockstep", "lockstep-account", "is the account that Lockstep itself runs in"],
    ["listed", "protected-account", "is listed as protected"],
  ] as const)(
    "is nothing in a protected account (%s), and the refusal says why",
    async (reason, code, why) => {
      const guarded = dependencies({ protectedAccounts: [{ id: anAccountId(3), reason }] });
      expect(
        await refusalOf(() => {
          assertGrantable(guarded, [target(2), target(3)]);
        }),
      ).toEqual([code, `Account ${anAccountId(3)} (account-3) ${why}: nothing is granted there.`, []]);
      assertGrantable(guarded, [target(2)]);
    },
  );

  it("is no permission set of the management account, for a delegated administrator", async () => {
    const targets = [target(2, { inManagementAccount: true })];
    expect(
      await refusalOf(() => {
        assertGrantable(dependencies({ delegatedAdministrator: true }), targets);
      }),
    ).toEqual([
      "managed-from-management-account",
      "Permission set PowerUser is provisioned in the management account, and Lockstep runs in a delegated administrator account, from where AWS does not let anyone manage it.",
      [],
    ]);
    assertGrantable(dependencies(), targets);
    assertGrantable(dependencies({ delegatedAdministrator: true }), [target(2)]);
  });
});

describe("the flow that serves", () => {
  const wanted = (durationSeconds = 3600): Wanted => ({
    caller: alice,
    principal: { type: "USER", id: alice.userId, name: alice.userName },
    requestFor: "self",
    targets: [target(2)],
    durationSeconds,
    now: new Date("2026-01-01T00:00:00.000Z"),
    justification: "incident 42",
    mfa: false,
    breakGlass: false,
  });
  const servingFlow = async (...asked: Parameters<typeof evaluateRequest>): Promise<AccessFlow> =>
    (await evaluateRequest(...asked)).flow;

  it("is asked of the directory only where a flow names a group", async () => {
    const flow = await servingFlow(dependencies(), [aFlow()], wanted());
    expect(flow.name).toBe("prod-power");
    expect(directory.asked).toBe(1);
    const byName = aFlow({ requestors: { anyOf: [{ type: "user", id: alice.userId, name: "alice" }] } });
    await servingFlow(dependencies(), [byName], wanted());
    expect(directory.asked).toBe(1);
  });

  it("is none when nothing allows it, and the refusal gives every reason", async () => {
    const other = aFlow({ name: "other" as FlowName, requestors: { anyOf: [] } });
    const [code, message, fields] = await refusalOf(() => servingFlow(dependencies(), [other], wanted()));
    expect(code).toBe("no-matching-flow");
    expect(message).toBe(
      "Nothing allows this request: no access flow names you or one of your groups as a requestor.",
    );
    expect(fields).toEqual([]);
  });

  it("is none for too long, and the refusal names the field", async () => {
    const [code, message, fields] = await refusalOf(() =>
      servingFlow(dependencies(), [aFlow()], wanted(9 * 3600)),
    );
    expect(code).toBe("duration-above-maximum");
    const [{ detail, pointer }] = fields as [{ pointer: string; detail: string }];
    expect(pointer).toBe("/duration");
    expect(message).toBe(`Nothing allows this request: ${detail}.`);
  });

  it("is none for too long in any flow, and the refusal gives every flow's longest", async () => {
    const shorter = aFlow({ name: "shorter" as FlowName, duration: { max: "PT4H", maxSeconds: 4 * 3600 } });
    const reasons = "access flow prod-power allows at most PT8H; access flow shorter allows at most PT4H";
    expect(
      await refusalOf(() => servingFlow(dependencies(), [aFlow(), shorter], wanted(8 * 3600 + 1))),
    ).toEqual([
      "duration-above-maximum",
      `Nothing allows this request: ${reasons}.`,
      [{ pointer: "/duration", detail: reasons }],
    ]);
    expect((await servingFlow(dependencies(), [shorter, aFlow()], wanted(8 * 3600))).name).toBe("prod-power");
  });

  it("is none for sessions that are too long, which no other duration would help", async () => {
    const strict = aFlow({ settings: { requesterCanApproveSelf: false, maxSessionSeconds: 1800 } });
    expect(await refusalOf(() => servingFlow(dependencies(), [strict], wanted()))).toEqual([
      "session-too-long",
      "Nothing allows this request: access flow prod-power allows sessions of at most PT30M, and permission set PowerUser has sessions of PT1H.",
      [],
    ]);
  });

  it("is none that covers only some of it", async () => {
    const both = { ...wanted(), targets: [target(2), target(3)] };
    expect(await refusalOf(() => servingFlow(dependencies(), [aFlow()], both))).toEqual([
      "no-matching-flow",
      "Nothing allows this request: access flow prod-power does not cover everything that you asked for.",
      [],
    ]);
  });

  it("is one of an organizational unit that the account is in, which is looked up only then", async () => {
    const unit = anOrganizationalUnitId("prod");
    organization.addOrganizationalUnit("/Prod", unit);
    organization.addAccount({ id: anAccountId(3), name: "account-3", ou: "/Prod" });
    const [{ permissionSets }] = aFlow().targets as [ResourceTarget];
    const ofUnit = aFlow({
      name: "by-unit" as FlowName,
      targets: [{ accounts: [], organizationalUnits: [{ id: unit, name: "/Prod" }], permissionSets }],
    });
    await servingFlow(dependencies(), [aFlow()], wanted());
    expect(organization.located).toEqual([]);
    const inUnit = { ...wanted(), targets: [target(3)] };
    expect((await servingFlow(dependencies(), [aFlow(), ofUnit], inUnit)).name).toBe("by-unit");
    expect(organization.located).toEqual([anAccountId(3)]);
    const [code] = await refusalOf(() => servingFlow(dependencies(), [ofUnit], wanted()));
    expect(code).toBe("no-matching-flow");
  });

  it("looks for approvers flow by flow, and no further than the first that somebody approves", async () => {
    const by = (name: string, ...parties: Party[]) =>
      aFlow({ name: name as FlowName, approval: { steps: [{ anyOf: parties, withinSeconds: 3600 }] } });
    const group = (name: string): Party => ({ type: "group", id: aGroupId(name), name });
    const flows = [
      by("c", group("never-asked")),
      by("b", group("nobodies"), group("payments-leads")),
      by("a", group("nobodies"), { type: "user", id: alice.userId, name: "alice" }),
    ];
    expect((await servingFlow(dependencies(), flows, wanted())).name).toBe("b");
    expect(directory.lookedUp).toEqual([aGroupId("nobodies"), leads, bob.userId]);
  });

  it("looks up at most 200 approvers and groups of them over all flows, and takes nothing for known beyond", async () => {
    const by = (name: string): AccessFlow => {
      const members = Array.from({ length: 50 }, (_, index) => aUserId(`${name}-${String(index)}`));
      for (const userId of members) directory.addUser({ userId, userName: userId, enabled: false });
      const group: Party = { type: "group", id: aGroupId(name), name };
      directory.addGroup({ groupId: group.id, displayName: name, members });
      return aFlow({
        name: name as FlowName,
        approval: { steps: [{ anyOf: [group], withinSeconds: 3600 }] },
      });
    };
    const flows = Array.from({ length: 60 }, (_, index) => by(`f${String(index + 10)}`));
    const [code, message] = await refusalOf(() => servingFlow(dependencies(), flows, wanted()));
    expect(directory.lookedUp).toHaveLength(200);
    expect(code).toBe("no-approver");
    expect(message).toContain("access flow f12 has nobody who may decide step 1");
    for (const name of ["f13", "f14", "f69"]) {
      expect(message).toContain(
        `access flow ${name} names approvers, and nobody has looked for people among them`,
      );
    }
    directory.lookedUp.length = 0;
    const served = aFlow({ name: "f115" as FlowName });
    expect((await servingFlow(dependencies(), [...flows, served], wanted())).name).toBe("f115");
  });

  it("looks for no approver where nobody has to approve", async () => {
    const automatic = aFlow({
      name: "automatic" as FlowName,
      approval: {
        steps: [...aFlow().approval.steps, { anyOf: [{ type: "owner" }], withinSeconds: 60 }],
        automatic: { type: "duration-below", seconds: 7200 },
      },
    });
    expect((await servingFlow(dependencies(), [aFlow(), automatic], wanted())).name).toBe("automatic");
    expect(directory.lookedUp).toEqual([]);
  });

  it("looks five accounts up at a time", async () => {
    const [{ permissionSets }] = aFlow().targets as [ResourceTarget];
    const unit = anOrganizationalUnitId("prod");
    organization.addOrganizationalUnit("/Prod", unit);
    const targets = [0, 1, 2, 3, 4, 5, 6].map((digit) => target(digit));
    for (const { account } of targets) organization.addAccount({ ...account, ou: "/Prod" });
    const ofUnit = aFlow({
      targets: [{ accounts: [], organizationalUnits: [{ id: unit, name: "/Prod" }], permissionSets }],
    });
    await servingFlow(dependencies(), [ofUnit], { ...wanted(), targets });
    expect([organization.located.length, organization.mostInFlight]).toEqual([7, 5]);
    organization.mostInFlight = 0;
    await assertAccountsActive(dependencies(), targets);
    expect([organization.looked.length, organization.mostInFlight]).toEqual([7, 5]);
  });
});

describe("an account that is not ACTIVE", () => {
  it.each([
    ["SUSPENDED", "SUSPENDED"],
    ["PENDING_CLOSURE", "PENDING_CLOSURE"],
  ] as const)("is refused as what it is: %s", async (state, found) => {
    organization.addAccount({ id: anAccountId(4), name: "retired", state });
    expect(await refusalOf(() => assertAccountsActive(dependencies(), [target(2), target(4)]))).toEqual([
      "account-not-active",
      `Account ${anAccountId(4)} is ${found}; access is granted only into ACTIVE accounts.`,
      [],
    ]);
  });

  it("is refused when the organization has it no more", async () => {
    expect(await refusalOf(() => assertAccountsActive(dependencies(), [target(9)]))).toEqual([
      "account-not-active",
      `Account ${anAccountId(9)} is not in the organization any more; access is granted only into ACTIVE accounts.`,
      [],
    ]);
  });

  it("is looked for once, however many of its permission sets are asked for", async () => {
    await assertAccountsActive(dependencies(), [target(2), target(2, { name: "ReadOnly" })]);
    expect(organization.looked).toEqual([anAccountId(2)]);
  });
});
