import { describe, expect, it } from "vitest";
import { evolve, commonOf } from "../../../../../lambdas/core/domain/evolve.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest } from "../../../../../lambdas/core/domain/access-request.ts";
import type { AccessScope } from "../../../../../lambdas/core/domain/access-scope.ts";
import type { Bundle } from "../../../../../lambdas/core/domain/bundle.ts";
import type { Rota } from "../../../../../lambdas/core/domain/rota.ts";
import {
  timestamp,
  type BundleName,
  type FlowName,
  type RotaName,
  type ScopeName,
  type UserId,
} from "../../../../../lambdas/core/domain/ids.ts";
import type {
  AutomaticDependencies,
  AutomaticRun,
} from "../../../../../lambdas/core/use-cases/automatic/run-automatic-flows.ts";
import { anAutomaticFlow, automaticUnderTest } from "../../../../support/automatic.ts";
import {
  aFlow,
  aGroupId,
  anAccountId,
  anActiveRequest,
  aPendingRequest,
  aRequestId,
  anOrganizationalUnitId,
  aPermissionSetArn,
  aPerson,
  aUserId,
} from "../../../../support/builders.ts";
import {
  anAccountFact,
  aPermissionSetFact,
  aUserFact,
  afterMinutes,
  seen,
} from "../../../../support/facts.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { FakeAccessFlowStore, FakeAccessRequestStore } from "../../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../../support/fakes/workflow.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const alice = aPerson("alice");
const engineers = aGroupId("payments-engineers");

/** Alice, bob and carol; alice and bob are payments engineers. Account 2 is payments-prod, and is ACTIVE. */
const world = async (
  flow: AccessFlow = anAutomaticFlow(),
  overrides: Partial<AutomaticDependencies> = {},
) => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const flows = new FakeAccessFlowStore();
  const directory = new FakeDirectory();
  const organization = new FakeOrganization();
  const workflow = new FakeWorkflow();
  for (const name of ["alice", "bob", "carol"]) {
    directory.addUser({ userId: aUserId(name), userName: name, email: `${name}@example.com` });
  }
  directory.addGroup({
    groupId: engineers,
    displayName: "payments-engineers",
    members: ["alice", "bob"].map(aUserId),
  });
  organization.addAccount({ id: anAccountId(2), name: "payments-prod" });
  await flows.put(flow);
  const given = { clock, requests, flows, directory, organization, workflow };
  const automatic = await automaticUnderTest(given, overrides);
  for (const name of ["alice", "bob", "carol"]) await automatic.inventory.record(seen(aUserFact(name)));
  return {
    ...given,
    ...automatic,
    /** Who has a request that was made, in any order. */
    served: (): readonly string[] => requests.all.map(({ requester }) => requester.userName).toSorted(),
    requestOf: (name: string): AccessRequest => {
      const found = requests.all.find(({ requester }) => requester.userName === name);
      if (found === undefined) throw new Error(`${name} has no request`);
      return found;
    },
    /** What the workflow would do at once. */
    grantAll: async () => {
      for (const request of requests.all.filter(({ status }) => status === "approved")) {
        if (request.status !== "approved" || request.automatic === undefined) continue;
        const occasion = { actor: { type: "lockstep", name: "workflow" } as const, now: clock.now() };
        const expiresAt = request.automatic.until;
        const granting = evolve("GrantStarted", request, { ...commonOf(request), expiresAt }, occasion);
        await requests.replace(granting, ["approved"]);
        const draft = { ...commonOf(granting), expiresAt, activeAt: timestamp(clock.now()) };
        await requests.replace(evolve("AccessGranted", granting, draft, occasion), ["granting"]);
      }
    },
  };
};

type World = Awaited<ReturnType<typeof world>>;

const user = (name: string) => ({ type: "user" as const, id: aUserId(name), name });
const group = { type: "group" as const, id: engineers, name: "payments-engineers" };

describe("whom an automatic flow serves", () => {
  it.each<[string, AccessFlow["requestors"], readonly string[], ((world: World) => Promise<void> | void)?]>([
    ["members of a group", { anyOf: [group] }, ["alice", "bob"]],
    ["a user and members of a group", { anyOf: [user("carol"), group] }, ["alice", "bob", "carol"]],
    ["members but one of them", { allOf: [group, { not: user("bob") }] }, ["alice"]],
    ["everybody who is not in the group", { not: group }, ["carol"]],
    [
      "nobody where the group that they must not be in is gone: who would be in it nobody knows",
      { allOf: [user("carol"), { not: { ...group, id: aGroupId("gone") } }] },
      [],
    ],
    [
      "people with an attribute, whoever they are",
      { type: "attribute", attribute: "department", operator: "is", values: ["payments"] },
      ["carol"],
      ({ directory }) => {
        directory.setAttributes(aUserId("carol"), { department: "payments" });
        directory.setAttributes(aUserId("bob"), { department: "sales" });
      },
    ],
    [
      "members with an attribute",
      { allOf: [group, { type: "attribute", attribute: "title", operator: "startsWith", values: ["Sen"] }] },
      ["bob"],
      ({ directory }) => {
        directory.setAttributes(aUserId("carol"), { title: "Senior" });
        directory.setAttributes(aUserId("bob"), { title: "Senior" });
      },
    ],
    [
      "the manager of members of a group",
      { type: "manager-of", of: group },
      ["carol"],
      ({ directory }) => {
        directory.setAttributes(aUserId("alice"), { manager: aUserId("carol") });
      },
    ],
    [
      "whoever is on call",
      { type: "on-call", rota: "payments" as RotaName },
      ["bob"],
      async ({ rotas }) => {
        await rotas.put(aRota("bob"));
      },
    ],
    ["nobody where there is no such rota", { type: "on-call", rota: "payments" as RotaName }, []],
    [
      "nobody who is disabled",
      { anyOf: [group] },
      ["bob"],
      ({ directory }) => {
        directory.setEnabled(aUserId("alice"), false);
      },
    ],
  ])("%s", async (_case, requestors, expected, prepare) => {
    const one = await world(anAutomaticFlow({ requestors }));
    await prepare?.(one);
    await one.run();
    expect(one.served()).toEqual(expected);
  });

  it("is nobody by what they changed themselves, until another administrator has confirmed it", async () => {
    const unconfirmedEditors = [alice.userId];
    const flow = anAutomaticFlow({ unconfirmedEditors });
    const one = await world(flow, { secondAdministrator: true });
    await one.run();
    expect(one.served()).toEqual(["bob"]);
    await one.flows.put({ ...flow, version: 2, unconfirmedEditors: [] });
    await one.run();
    expect(one.served()).toEqual(["alice", "bob"]);
  });

  it.each<[string, Partial<AccessFlow>]>([
    ["a bundle", { targets: [{ bundle: "payments" as BundleName }] }],
    ["an access scope", { targets: [{ accessScope: "payments" as ScopeName }] }],
    ["a rota", { requestors: { anyOf: [{ type: "on-call", rota: "payments" as RotaName }, user("carol")] } }],
  ])("is nobody by %s that they changed themselves either", async (_case, content) => {
    const one = await world(anAutomaticFlow(content), { secondAdministrator: true });
    const unconfirmedEditors = [alice.userId];
    await one.bundles.put({ ...aBundle(), unconfirmedEditors });
    await one.accessScopes.put({ ...aScope(), unconfirmedEditors });
    await one.rotas.put({ ...aRota("alice", "bob"), unconfirmedEditors });
    await one.run();
    expect(one.served()).not.toContain("alice");
    expect(one.served()).toContain("carol" in content ? "carol" : "bob");
  });

  it("goes on having what they had before they changed the flow, to its expiry", async () => {
    const one = await world(anAutomaticFlow(), { secondAdministrator: true });
    await one.run();
    await one.grantAll();
    await one.flows.put(anAutomaticFlow({ version: 2, unconfirmedEditors: [alice.userId] }));
    expect(await one.run()).toMatchObject({ made: 0, ended: 0 });
  });
});

const aRota = (...names: readonly string[]): Rota => ({
  name: "payments" as RotaName,
  version: 1,
  timeZone: "UTC",
  shifts: names.map((name) => ({
    user: { id: aUserId(name), name },
    from: timestamp(new Date("2025-12-31T00:00:00.000Z")),
    to: timestamp(new Date("2026-01-02T00:00:00.000Z")),
  })),
  overrides: [],
  updatedAt: afterMinutes(0),
  updatedBy: "test",
});

const aBundle = (): Bundle => ({
  name: "payments" as BundleName,
  version: 1,
  targets: anAutomaticFlow().targets as Bundle["targets"],
  updatedAt: afterMinutes(0),
  updatedBy: "test",
});

const aScope = (
  query = 'resource_name starts_with "payments" and permission_name = "PowerUser"',
): AccessScope => ({
  name: "payments" as ScopeName,
  version: 1,
  query,
  updatedAt: afterMinutes(0),
  updatedBy: "test",
});

describe("what an automatic flow gives", () => {
  const ofAlice = anAutomaticFlow({ requestors: user("alice") });
  const accountsOf = ({ requests }: World): readonly string[] =>
    requests.all.flatMap(({ entitlements }) => entitlements.map(({ accountName }) => accountName)).toSorted();
  const aResource = {
    accounts: [],
    organizationalUnits: [],
    permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
  };
  const prod = { id: anOrganizationalUnitId("prod"), name: "/prod" };

  const withAccounts = async (
    targets: AccessFlow["targets"],
    overrides: Partial<AutomaticDependencies> = {},
  ) => {
    const one = await world({ ...ofAlice, targets }, overrides);
    one.organization.addOrganizationalUnit("/prod", prod.id);
    for (const [digit, name, ou, env] of [
      [3, "payments-test", "/", "test"],
      [4, "billing-prod", "/prod", "prod"],
    ] as const) {
      const organizationalUnits = ou === "/" ? [] : [prod.id];
      await one.inventory.record(seen(anAccountFact(digit, { name, organizationalUnits, tags: { env } })));
      one.organization.addAccount({ id: anAccountId(digit), name, ou });
    }
    return one;
  };

  it.each<[string, AccessFlow["targets"], readonly string[]]>([
    ["accounts", [{ ...aResource, accounts: [{ id: anAccountId(3), name: "any" }] }], ["payments-test"]],
    ["accounts below a unit", [{ ...aResource, organizationalUnits: [prod] }], ["billing-prod"]],
    ["accounts with a tag", [{ ...aResource, tags: [{ key: "env", values: ["test"] }] }], ["payments-test"]],
    [
      "but not what is excluded",
      [
        {
          ...aResource,
          tags: [{ key: "env" }],
          exclude: { accounts: [], organizationalUnits: [prod] },
        },
      ],
      ["payments-test"],
    ],
    ["what a bundle holds", [{ bundle: "payments" as BundleName }], ["payments-prod"]],
    [
      "what an access scope finds",
      [{ accessScope: "payments" as ScopeName }],
      ["payments-prod", "payments-test"],
    ],
    ["nothing of a bundle that is not there", [{ bundle: "gone" as BundleName }], []],
  ])("is %s", async (_case, targets, expected) => {
    const one = await withAccounts(targets);
    await one.bundles.put(aBundle());
    await one.accessScopes.put(aScope());
    await one.run();
    expect(accountsOf(one)).toEqual(expected);
  });

  it.each<[string, Partial<AutomaticDependencies>]>([
    ["is protected", { protectedAccounts: [{ id: anAccountId(3), reason: "listed" }] }],
    ["is never to be granted", { guardrails: { neverGrantable: [{ accounts: [anAccountId(3)] }] } }],
  ])("is nothing in an account that %s", async (_case, overrides) => {
    const one = await withAccounts([{ ...aResource, tags: [{ key: "env" }] }], overrides);
    await one.run();
    expect(accountsOf(one)).toEqual(["billing-prod"]);
  });

  it("is nothing in an account that is not ACTIVE, by the inventory or by the organization itself", async () => {
    const one = await withAccounts([{ ...aResource, tags: [{ key: "env" }] }]);
    await one.inventory.record({
      ...seen(anAccountFact(3, { state: "SUSPENDED", tags: { env: "test" } })),
      observedAt: afterMinutes(5),
    });
    one.organization.setState(anAccountId(4), "SUSPENDED");
    await one.inventory.record(
      seen(anAccountFact(2, { name: "payments-prod", tags: { env: "prod" } }), {
        observedAt: afterMinutes(5),
      }),
    );
    await one.run();
    // What the flow gives elsewhere does not wait for it.
    expect(accountsOf(one)).toEqual(["payments-prod"]);
  });

  it("is no permission set whose sessions are longer than the flow allows, and none that nobody knows", async () => {
    const settings = { requesterCanApproveSelf: false, maxSessionSeconds: 1800 };
    const one = await world({ ...ofAlice, settings });
    await one.run();
    expect(one.requests.all).toEqual([]);
    const unknown = { id: aPermissionSetArn("Unknown"), name: "Unknown" };
    const accounts = [{ id: anAccountId(2), name: "payments-prod" }];
    const other = await world({
      ...ofAlice,
      targets: [{ ...aResource, accounts, permissionSets: [unknown] }],
    });
    await other.run();
    expect(other.requests.all).toEqual([]);
  });

  it("ends when its account is excluded", async () => {
    const targets = [{ ...aResource, accounts: [{ id: anAccountId(3), name: "payments-test" }] }];
    const one = await withAccounts(targets);
    await one.run();
    await one.grantAll();
    await one.flows.put({
      ...ofAlice,
      version: 2,
      targets: targets.map((target) => ({
        ...target,
        exclude: { accounts: target.accounts, organizationalUnits: [] },
      })),
    });
    expect(await one.run()).toMatchObject({ ended: 1, made: 0 });
  });

  describe("of which one target is excluded", () => {
    const both = ["payments-prod", "payments-test"].map((name, index) => ({
      ...aResource,
      accounts: [{ id: anAccountId(2 + index), name }],
    }));

    /** Alice has both, the flow gives the first alone, and its request is made: the one of both waits for that. */
    const handingOver = async () => {
      const one = await withAccounts(both);
      await one.run();
      await one.grantAll();
      const [lasting] = one.requests.all;
      await one.clock.advanceBy(60_000);
      await one.flows.put({ ...ofAlice, version: 2, targets: both.slice(0, 1) });
      expect(await one.run()).toMatchObject({ made: 1, ended: 0 });
      const taker = one.requests.all.find(({ id }) => id !== lasting?.id);
      if (lasting === undefined || taker?.status !== "approved") throw new Error("It is taken over");
      const statusOf = async () => (await one.requests.get(lasting.id))?.status;
      return { ...one, taker, statusOf };
    };

    describe("and of which something else is not known", () => {
      const asMember = anAutomaticFlow({ version: 2, targets: both });
      const suspended = seen(anAccountFact(3, { name: "payments-test", state: "SUSPENDED" }), {
        observedAt: afterMinutes(5),
      });

      /** Alice and bob have both, and account 3 is suspended. */
      const suspendedMeanwhile = async () => {
        const one = await withAccounts(both, { secondAdministrator: true });
        await one.flows.put(asMember);
        await one.run();
        await one.grantAll();
        await one.inventory.record(suspended);
        return one;
      };

      it("stays where the directory gives no answer in that run, and goes over by the next one that has one", async () => {
        const one = await suspendedMeanwhile();
        const members = one.directory.members.bind(one.directory);
        one.directory.members = () => Promise.reject(new RetryableError("DirectoryUnavailable", "no answer"));
        expect(await one.attempt()).toMatchObject({ made: 0, ended: 0 });
        one.directory.members = members;
        expect(await one.run()).toMatchObject({ made: 2, ended: 0 });
        await one.grantAll();
        expect(await one.run()).toMatchObject({ made: 0, ended: 2 });
        expect(one.requests.all.map(({ status }) => status).toSorted()).toEqual([
          "active",
          "active",
          "revoking",
          "revoking",
        ]);
      });

      it("stays where nobody knows its permission set, but with whoever has left", async () => {
        const one = await suspendedMeanwhile();
        await one.inventory.forget(
          { kind: "permission-set", id: aPermissionSetArn("PowerUser") },
          { observedAt: afterMinutes(6) },
        );
        expect(await one.attempt()).toMatchObject({ made: 0, ended: 0 });
        one.directory.leave(alice.userId, engineers);
        expect(await one.attempt()).toMatchObject({ made: 0, ended: 1 });
        expect([one.requestOf("alice").status, one.requestOf("bob").status]).toEqual(["revoking", "active"]);
      });

      it("ends for whoever changed the flow, and keeps nothing by that which another takes away", async () => {
        const one = await suspendedMeanwhile();
        await one.flows.put({ ...asMember, version: 3, unconfirmedEditors: [alice.userId] });
        expect(await one.run()).toMatchObject({ made: 1, ended: 1 });
        const ended = one.requests.all.filter(({ status }) => status === "revoking");
        expect(ended.map(({ requester }) => requester.userName)).toEqual(["alice"]);
      });
    });

    describe("before any of it is granted", () => {
      const noAnswer = new RetryableError("DirectoryUnavailable", "no answer");

      /** A crash left it made and not begun, and then the flow lost a target. */
      const leftBehind = async () => {
        const one = await withAccounts(both);
        await one.flows.put(anAutomaticFlow({ version: 2, targets: both }));
        await one.run();
        const left = one.requestOf("alice");
        if (left.status !== "approved") throw new Error("It is made, and not granted");
        one.workflow.started.clear();
        await one.clock.advanceBy(60_000);
        await one.flows.put(anAutomaticFlow({ version: 3, targets: both.slice(0, 1) }));
        const statusOf = async () => (await one.requests.get(left.id))?.status;
        return { ...one, left, statusOf };
      };

      it("is cancelled, and the rest is made anew", async () => {
        const one = await leftBehind();
        expect(await one.run()).toMatchObject({ made: 2, ended: 2 });
        expect(await one.statusOf()).toBe("cancelled");
        expect([...one.workflow.started.keys()]).not.toContain(one.left.id);
      });

      it("is cancelled also where the directory gives no answer: nobody loses what nobody has", async () => {
        const one = await leftBehind();
        one.directory.members = () => Promise.reject(noAnswer);
        expect(await one.attempt()).toMatchObject({ made: 0, ended: 2 });
        expect(await one.statusOf()).toBe("cancelled");
        expect([...one.workflow.started.keys()]).not.toContain(one.left.id);
      });

      it("is the next run's where the grant begins while the run looks: what somebody has by then goes over", async () => {
        const one = await leftBehind();
        const members = one.directory.members.bind(one.directory);
        one.directory.members = async (...asked) => {
          await one.grantAll();
          return members(...asked);
        };
        expect(await one.run()).toMatchObject({ made: 2, ended: 0 });
        expect(await one.statusOf()).toBe("active");
        await one.grantAll();
        expect(await one.run()).toMatchObject({ made: 0, ended: 2 });
        expect(await one.statusOf()).toBe("revoking");
      });
    });

    it("stays where the flow is saved again before the rest is made, and goes over by the next run", async () => {
      const one = await withAccounts(both);
      await one.run();
      await one.grantAll();
      await one.flows.put({ ...ofAlice, version: 2, targets: both.slice(0, 1) });
      const get = one.flows.get.bind(one.flows);
      one.flows.get = async (name) => {
        one.flows.get = get;
        await one.flows.put({ ...ofAlice, version: 3, targets: both.slice(0, 1) });
        return get(name);
      };
      expect(await one.run()).toMatchObject({ made: 0, ended: 0 });
      expect(await one.run()).toMatchObject({ made: 1, ended: 0 });
      await one.grantAll();
      expect(await one.run()).toMatchObject({ made: 0, ended: 1 });
    });

    it("keeps the rest until another request has it", async () => {
      const one = await handingOver();
      expect(await one.run()).toMatchObject({ made: 0, ended: 0 });
      await one.grantAll();
      expect(await one.run()).toMatchObject({ made: 0, ended: 1 });
      expect(await one.statusOf()).toBe("revoking");
    });

    it("keeps the rest until another request has it, also where the flow gives too much meanwhile", async () => {
      const one = await handingOver();
      const names = Array.from({ length: 201 }, (_, index) => `Set${String(index)}`);
      for (const name of names) await one.inventory.record(seen(aPermissionSetFact(name)));
      const permissionSets = names.map((name) => ({ id: aPermissionSetArn(name), name }));
      const more = { ...aResource, accounts: [{ id: anAccountId(2), name: "any" }], permissionSets };
      await one.flows.put({ ...ofAlice, version: 3, targets: [...both.slice(0, 1), more] });
      expect(await one.attempt()).toMatchObject({ made: 0, ended: 0, problems: [expect.any(String)] });
      await one.grantAll();
      expect(await one.attempt()).toMatchObject({ made: 0, ended: 1 });
      expect(await one.statusOf()).toBe("revoking");
      expect(await one.requests.get(one.taker.id)).toMatchObject({ status: "active" });
    });

    it("ends by the next run where whoever has it gave up the request that takes the rest over", async () => {
      const one = await handingOver();
      const at = timestamp(one.clock.now());
      const ended = { reason: "cancelled" as const, at, by: alice };
      const occasion = { actor: { type: "user", ...alice } as const, now: one.clock.now() };
      await one.requests.replace(
        evolve("RequestCancelled", one.taker, { ...commonOf(one.taker), ended }, occasion),
        ["approved"],
      );
      expect(await one.run()).toMatchObject({ made: 0, withheld: 1, ended: 1 });
      expect(await one.statusOf()).toBe("revoking");
    });

    it("ends by the next run where the rest could not be granted", async () => {
      const one = await handingOver();
      const ended = { reason: "refused" as const, at: timestamp(one.clock.now()) };
      const occasion = { actor: { type: "lockstep", name: "workflow" } as const, now: one.clock.now() };
      await one.requests.replace(
        evolve("RequestRefused", one.taker, { ...commonOf(one.taker), ended }, occasion),
        ["approved"],
      );
      expect(await one.run()).toMatchObject({ made: 0, withheld: 1, ended: 1 });
      expect(await one.statusOf()).toBe("revoking");
    });

    it("stays where no answer comes when the rest is made, and goes over by the next run that has one", async () => {
      const one = await withAccounts(both);
      await one.run();
      await one.grantAll();
      await one.flows.put({ ...ofAlice, version: 2, targets: both.slice(0, 1) });
      const account = one.organization.account.bind(one.organization);
      one.organization.account = () =>
        Promise.reject(new RetryableError("DirectoryUnavailable", "no answer"));
      expect(await one.attempt()).toMatchObject({ made: 0, ended: 0, problems: ["no answer"] });
      one.organization.account = account;
      expect(await one.run()).toMatchObject({ made: 1, ended: 0 });
      await one.grantAll();
      expect(await one.run()).toMatchObject({ made: 0, ended: 1 });
    });

    const noAnswer = new RetryableError("DirectoryUnavailable", "no answer");
    it.each<[string, Error | undefined, Partial<AutomaticRun>]>([
      ["waits for both that take the rest over", undefined, { made: 2, ended: 0, problems: [] }],
      ["stays where no answer comes about one of the two", noAnswer, { made: 1, ended: 0 }],
      ["ends where one of the two cannot be made", new Error("denied"), { made: 1, ended: 1 }],
    ])("%s", async (_case, error, expected) => {
      const names = Array.from({ length: 11 }, (_, index) => `Power${String(index)}`);
      const permissionSets = names.map((name) => ({ id: aPermissionSetArn(name), name }));
      const elevenIn = (digit: number) => ({
        ...aResource,
        accounts: [{ id: anAccountId(digit), name: "any" }],
        permissionSets,
      });
      const [excluded] = permissionSets;
      if (excluded === undefined) throw new Error("There are eleven");
      const one = await withAccounts([elevenIn(3), { ...elevenIn(4), permissionSets: [excluded] }]);
      for (const name of names)
        await one.inventory.record(seen(aPermissionSetFact(name, { sessionDuration: "PT1H" })));
      expect(await one.run()).toMatchObject({ made: 1 });
      await one.grantAll();
      const [lasting] = one.requests.all;
      // 22 are two requests: twenty, of which nine are of account 3, and its other two.
      await one.flows.put({ ...ofAlice, version: 2, targets: [elevenIn(2), elevenIn(3)] });
      const account = one.organization.account.bind(one.organization);
      one.organization.account = (id) =>
        id === anAccountId(2) && error !== undefined ? Promise.reject(error) : account(id);
      expect(await one.attempt()).toMatchObject(expected);
      const { status } = one.requests.all.find(({ id }) => id === lasting?.id) ?? {};
      expect(status).toBe(expected.ended === 1 ? "revoking" : "active");
    });
  });

  describe("by a flow that has come to more than 200 targets", () => {
    const permissionSets = Array.from({ length: 201 }, (_, index) => {
      const name = `Set${String(index)}`;
      return { id: aPermissionSetArn(name), name };
    });
    const narrow: AccessFlow["targets"] = [2, 3].map((digit) => ({
      ...aResource,
      accounts: [{ id: anAccountId(digit), name: "any" }],
    }));
    const wide: AccessFlow["targets"] = [
      ...narrow,
      { ...aResource, accounts: [{ id: anAccountId(4), name: "any" }], permissionSets },
    ];
    const problems = [
      expect.stringMatching(/^access flow engineers-power: it gives more than 200 permission sets/) as string,
    ];

    /** Alice and bob have PowerUser in two accounts, and the flow gives 201 permission sets more by now. */
    const widened = async () => {
      const one = await withAccounts(narrow);
      await one.flows.put(anAutomaticFlow({ version: 2, targets: narrow }));
      await one.run();
      await one.grantAll();
      for (const { name } of permissionSets) await one.inventory.record(seen(aPermissionSetFact(name)));
      await one.flows.put(anAutomaticFlow({ version: 3, targets: wide }));
      const statusOf = (name: string) => one.requestOf(name).status;
      return { ...one, statusOf };
    };

    it("is nothing new, and stays with whom it was given to; which is said", async () => {
      const one = await widened();
      one.directory.join(aUserId("carol"), engineers);
      expect(await one.attempt()).toMatchObject({ made: 0, ended: 0, problems, defects: [] });
      // Nor does it go on: there is no next period.
      await one.clock.advanceBy(7.75 * 3_600_000);
      expect(await one.attempt()).toMatchObject({ made: 0, ended: 0, problems });
      expect(one.served()).toEqual(["alice", "bob"]);
    });

    it("ends for whoever the flow is not for any more", async () => {
      const one = await widened();
      one.directory.leave(alice.userId, engineers);
      expect(await one.attempt()).toMatchObject({ made: 0, ended: 1, problems });
      expect([one.statusOf("alice"), one.statusOf("bob")]).toEqual(["revoking", "active"]);
    });

    it.each<[string, (one: World) => Promise<unknown>]>([
      ["the flow", ({ flows }) => flows.put(anAutomaticFlow({ version: 4, targets: wide.slice(1) }))],
      [
        "the state of its account",
        ({ inventory }) => {
          const fact = anAccountFact(3, { name: "payments-test", state: "SUSPENDED" });
          return inventory.record(seen(fact, { observedAt: afterMinutes(5) }));
        },
      ],
    ])(
      "ends where %s does not let it be given any more, and what it still gives goes over",
      async (_case, lose) => {
        const one = await widened();
        const before = one.requests.all.map(({ id }) => id).toSorted();
        const [lasting] = one.requests.all;
        await one.clock.advanceBy(3_600_000);
        await lose(one);
        one.directory.join(aUserId("carol"), engineers);
        expect(await one.attempt()).toMatchObject({ made: 2, ended: 0, problems });
        await one.grantAll();
        expect(await one.attempt()).toMatchObject({ made: 0, ended: 2, problems });
        const idsIn = (wanted: string) =>
          one.requests.all.filter(({ status }) => status === wanted).map(({ id }) => id);
        expect(idsIn("revoking").toSorted()).toEqual(before);
        const takers = one.requests.all.filter(({ status }) => status === "active");
        // To the people who had it, no more than the flow still gives of it, and for no longer: there is no next period.
        expect(takers.map(({ requester }) => requester.userName).toSorted()).toEqual(["alice", "bob"]);
        for (const { entitlements, automatic } of takers) {
          expect(entitlements).toHaveLength(1);
          expect(automatic).toEqual(lasting?.automatic);
        }
      },
    );

    it("goes on without a gap once it is narrowed, from what went over as well", async () => {
      const one = await widened();
      await one.clock.advanceBy(7.25 * 3_600_000);
      // What both still have of it goes over, to the same end.
      await one.flows.put(anAutomaticFlow({ version: 4, targets: wide.slice(1) }));
      expect(await one.attempt()).toMatchObject({ made: 2 });
      await one.grantAll();
      await one.attempt();
      await one.flows.put(anAutomaticFlow({ version: 5, targets: narrow.slice(1) }));
      const ends = one.requests.all.flatMap(({ automatic }) => automatic?.until ?? []);
      for (let minutes = 0; minutes < 40; minutes += 5) {
        await one.clock.advanceBy(5 * 60_000);
        await one.run();
        await one.grantAll();
      }
      const lasting = one.requests.all.filter(
        ({ status, automatic }) => status === "active" && (automatic?.until ?? "") > (ends[0] ?? ""),
      );
      expect(lasting.map(({ requester }) => requester.userName).toSorted()).toEqual(["alice", "bob"]);
    });

    it("ends nothing where the directory gives no answer either", async () => {
      const one = await widened();
      one.directory.leave(alice.userId, engineers);
      one.directory.members = () => Promise.reject(new RetryableError("DirectoryUnavailable", "no answer"));
      expect(await one.attempt()).toMatchObject({ made: 0, ended: 0 });
    });

    it("is given again by the run after somebody has narrowed it", async () => {
      const one = await widened();
      one.directory.join(aUserId("carol"), engineers);
      await one.attempt();
      await one.flows.put(anAutomaticFlow({ version: 4, targets: narrow }));
      expect(await one.run()).toMatchObject({ made: 1, ended: 0 });
      expect(one.served()).toEqual(["alice", "bob", "carol"]);
    });

    it("keeps nobody else waiting: another flow's people get theirs", async () => {
      const one = await widened();
      await one.flows.put(anAutomaticFlow({ name: "carol" as FlowName, requestors: user("carol") }));
      expect(await one.attempt()).toMatchObject({ made: 1, ended: 0, problems });
      expect(one.served()).toEqual(["alice", "bob", "carol"]);
    });

    it("is not made where a run planned it, and the flow was widened before it came to it", async () => {
      const one = await withAccounts(narrow);
      for (const { name } of permissionSets) await one.inventory.record(seen(aPermissionSetFact(name)));
      const userOf = one.directory.user.bind(one.directory);
      one.directory.user = async (id) => {
        await one.flows.put({ ...ofAlice, version: 2, targets: wide });
        return userOf(id);
      };
      expect(await one.run()).toMatchObject({ made: 0 });
      expect(await one.attempt()).toMatchObject({ made: 0, problems });
    });
  });
});

describe("what alice has by an automatic flow", () => {
  const byUser = anAutomaticFlow({ requestors: user("alice") });
  const byGroup = anAutomaticFlow();
  const byBundle = anAutomaticFlow({ targets: [{ bundle: "payments" as BundleName }] });
  const byScope = anAutomaticFlow({ targets: [{ accessScope: "payments" as ScopeName }] });
  const byRota = anAutomaticFlow({ requestors: { type: "on-call", rota: "payments" as RotaName } });
  const later = { observedAt: afterMinutes(5) };

  /** Alice has what the flow gives, and then `change` happens. */
  const changed = async (
    flow: AccessFlow,
    change: (world: World) => unknown,
    settings: Partial<AutomaticDependencies> = {},
  ) => {
    const one = await world(flow);
    await one.bundles.put(aBundle());
    await one.accessScopes.put(aScope());
    await one.rotas.put(aRota("alice"));
    await one.run();
    await one.grantAll();
    expect(one.requestOf("alice").status).toBe("active");
    await change(one);
    return { ...one, ...(await automaticUnderTest(one, { ...one.dependencies, ...settings })) };
  };
  const nothing = () => undefined;

  it.each<[string, AccessFlow, (world: World) => unknown, Partial<AutomaticDependencies>?]>([
    [
      "she leaves its group",
      byGroup,
      ({ directory }) => {
        directory.leave(alice.userId, engineers);
      },
    ],
    [
      "its group is deleted",
      byGroup,
      ({ directory }) => {
        directory.deleteGroup(engineers);
      },
    ],
    [
      "she is deleted, and so is no member of its group any more",
      byGroup,
      ({ directory }) => {
        directory.deleteUser(alice.userId);
      },
    ],
    ["its rota comes to somebody else", byRota, ({ rotas }) => rotas.put({ ...aRota("bob"), version: 2 })],
    ["the flow is deleted", byGroup, ({ flows }) => flows.delete(byGroup)],
    ["it is deactivated", byGroup, ({ flows }) => flows.put({ ...byGroup, version: 2, active: false })],
    [
      "it takes requests instead",
      byGroup,
      ({ flows }) => flows.put({ ...byGroup, version: 2, trigger: undefined }),
    ],
    [
      "it is for others",
      byGroup,
      ({ flows }) => flows.put({ ...byGroup, version: 2, requestors: user("bob") }),
    ],
    [
      "its bundle holds something else",
      byBundle,
      ({ bundles }) =>
        bundles.put({
          ...aBundle(),
          version: 2,
          targets: [
            {
              accounts: [{ id: anAccountId(3), name: "payments-test" }],
              organizationalUnits: [],
              permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
            },
          ],
        }),
    ],
    [
      "its access scope finds something else",
      byScope,
      ({ accessScopes }) =>
        accessScopes.put({ ...aScope('resource_name = "x" and permission_name = "PowerUser"'), version: 2 }),
    ],
    [
      "its account is suspended",
      byGroup,
      ({ inventory }) =>
        inventory.record(seen(anAccountFact(2, { name: "payments-prod", state: "SUSPENDED" }), later)),
    ],
    [
      "its account is protected",
      byGroup,
      nothing,
      { protectedAccounts: [{ id: anAccountId(2), reason: "listed" }] },
    ],
    [
      "its account is never to be granted",
      byGroup,
      nothing,
      { guardrails: { neverGrantable: [{ accounts: [anAccountId(2)] }] } },
    ],
    [
      "its sessions become longer than the flow allows",
      { ...byGroup, settings: { requesterCanApproveSelf: false, maxSessionSeconds: 3600 } },
      ({ inventory }) =>
        inventory.record(seen(aPermissionSetFact("PowerUser", { sessionDuration: "PT8H" }), later)),
    ],
  ])("ends with the next run when %s", async (_case, flow, change, settings) => {
    const one = await changed(flow, change, settings);
    await one.run();
    expect(one.requestOf("alice")).toMatchObject({
      status: "revoking",
      ending: { reason: "context-ended" },
    });
  });

  it.each<[string, AccessFlow, (world: World) => unknown]>([
    [
      "she is disabled",
      byGroup,
      ({ directory }) => {
        directory.setEnabled(alice.userId, false);
      },
    ],
    [
      "she is deleted, and the flow names her",
      byUser,
      ({ directory }) => {
        directory.deleteUser(alice.userId);
      },
    ],
    [
      "its permission set is deleted",
      byGroup,
      ({ inventory }) =>
        inventory.forget({ kind: "permission-set", id: aPermissionSetArn("PowerUser") }, later),
    ],
    [
      "its account is in no organization any more",
      byGroup,
      ({ inventory }) => inventory.forget({ kind: "account", id: anAccountId(2) }, later),
    ],
    ["its access scope is gone", byScope, async ({ accessScopes }) => accessScopes.delete(aScope())],
  ])("goes on to its expiry, and no further, when %s", async (_case, flow, change) => {
    const one = await changed(flow, change);
    expect(await one.run()).toMatchObject({ ended: 0 });
    expect(one.requestOf("alice").status).toBe("active");
    for (let minutes = 0; minutes < 8 * 60; minutes += 10) {
      await one.clock.advanceBy(10 * 60_000);
      await one.run();
    }
    expect(one.served().filter((name) => name === "alice")).toHaveLength(1);
  });
});

describe("what cannot be looked up", () => {
  const unavailable = () => Promise.reject(new RetryableError("DirectoryUnavailable", "no answer"));

  it("gives nothing and ends nothing, and is tried again", async () => {
    const one = await world();
    await one.run();
    await one.grantAll();
    const members = one.directory.members.bind(one.directory);
    one.directory.members = unavailable;
    one.directory.leave(alice.userId, engineers);
    expect(await one.attempt()).toMatchObject({
      made: 0,
      ended: 0,
      problems: ["access flow engineers-power: no answer"],
    });
    one.directory.members = members;
    expect(await one.run()).toMatchObject({ made: 0, ended: 1 });
  });

  it("keeps nobody else waiting: another flow's people get theirs", async () => {
    const one = await world();
    const other = anAutomaticFlow({ name: "carol" as FlowName, requestors: user("carol") });
    await one.flows.put(other);
    one.directory.members = unavailable;
    await one.attempt();
    expect(one.served()).toEqual(["carol"]);
  });

  it("does not keep from ending it for whoever has left where nobody knows who changed a rota", async () => {
    const one = await world(
      anAutomaticFlow({ requestors: { allOf: [group, { type: "on-call", rota: "payments" as RotaName }] } }),
      { onCall: { onCall: () => Promise.resolve([alice.userId, aUserId("bob"), aUserId("carol")]) } },
    );
    await one.run();
    await one.grantAll();
    one.rotas.get = unavailable;
    one.directory.leave(alice.userId, engineers);
    one.directory.join(aUserId("carol"), engineers);
    expect(await one.attempt()).toMatchObject({ made: 0, ended: 1 });
    expect([one.requestOf("alice").status, one.requestOf("bob").status]).toEqual(["revoking", "active"]);
  });

  it("does not keep what is known from ending it: a closed timeframe, a deactivated flow", async () => {
    const one = await world();
    await one.run();
    await one.grantAll();
    one.directory.members = unavailable;
    await one.flows.put(anAutomaticFlow({ version: 2, active: false }));
    expect(await one.run()).toMatchObject({ ended: 2 });
  });
});

describe("a run", () => {
  it("makes nothing twice, whatever of it was done before", async () => {
    const one = await world();
    expect(await one.run()).toMatchObject({ made: 2, ended: 0, withheld: 0, left: 0, problems: [] });
    expect(await one.run()).toMatchObject({ made: 0 });
    await one.grantAll();
    expect(await one.run()).toMatchObject({ made: 0 });
    expect(one.requests.all).toHaveLength(2);
  });

  it("makes nothing twice where the list does not show yet what an earlier one made", async () => {
    const one = await world();
    one.workflow.unavailable = true;
    await one.attempt();
    one.workflow.unavailable = false;
    one.requests.listAutomatic = () => Promise.resolve({ items: [] });
    one.requests.listByRequester = () => Promise.resolve({ items: [] });
    expect(await one.run()).toMatchObject({ made: 0 });
    expect(one.requests.all).toHaveLength(2);
    // And starts what it finds.
    expect([...one.workflow.started.keys()].toSorted()).toEqual(
      one.requests.all.map(({ id }) => id).toSorted(),
    );
  });

  it("is one at a time: another one leaves at once", async () => {
    const one = await world();
    const [first, second] = await Promise.all([one.attempt(), one.attempt()]);
    expect([first?.made, second]).toEqual([2, undefined]);
    // And gives its turn back.
    expect(await one.attempt()).toMatchObject({ made: 0 });
  });

  it("comes to the same where two run at once all the same, each with a turn of its own", async () => {
    const one = await world();
    const everybodys = {
      take: () =>
        Promise.resolve({ name: "automatic" as const, id: "any", until: afterMinutes(0), inherited: false }),
      keep: () => Promise.resolve(undefined),
      end: () => Promise.resolve(),
    };
    const other = await automaticUnderTest(one, { ...one, turns: everybodys });
    const runs = await Promise.all([other.run(), other.run()]);
    expect(runs.reduce((sum, { made }) => sum + made, 0)).toBe(2);
    expect(one.requests.all).toHaveLength(2);
    expect(new Set(one.workflow.started.keys()).size).toBe(2);
  });

  it("starts what an earlier one wrote and did not come to start", async () => {
    const one = await world(anAutomaticFlow({ requestors: user("alice") }));
    one.workflow.unavailable = true;
    expect(await one.attempt()).toMatchObject({ problems: ["no answer"] });
    expect(one.requests.all).toMatchObject([{ status: "approved" }]);
    one.workflow.unavailable = false;
    expect(await one.run()).toMatchObject({ made: 0 });
    const { id } = one.requestOf("alice");
    expect([...one.workflow.started]).toEqual([[id, { version: 1, begin: "grant", requestId: id }]]);
  });

  it("does not make what is not so any more when it comes to it: somebody left meanwhile", async () => {
    const one = await world(anAutomaticFlow());
    const members = one.directory.members.bind(one.directory);
    one.directory.members = async (id) => {
      const found = await members(id);
      one.directory.leave(alice.userId, engineers);
      return found;
    };
    await one.run();
    expect(one.served()).toEqual(["bob"]);
  });

  it("does not make what a flow does not give any more when it comes to it: it was deactivated meanwhile", async () => {
    const one = await world();
    const members = one.directory.members.bind(one.directory);
    one.directory.members = async (id) => {
      await one.flows.put(anAutomaticFlow({ version: 2, active: false }));
      return members(id);
    };
    await one.run();
    expect(one.requests.all).toEqual([]);
  });

  it("ends what is being granted when the attempt has ended, and cancels what has not begun", async () => {
    const one = await world();
    await one.run();
    const [waiting, begun] = [one.requestOf("alice"), one.requestOf("bob")];
    if (begun.status !== "approved" || begun.automatic === undefined) throw new Error("It is approved");
    const occasion = { actor: { type: "lockstep", name: "workflow" } as const, now: one.clock.now() };
    const draft = { ...commonOf(begun), expiresAt: begun.automatic.until };
    await one.requests.replace(evolve("GrantStarted", begun, draft, occasion), ["approved"]);
    one.directory.deleteGroup(engineers);
    expect(await one.run()).toMatchObject({ ended: 2 });
    expect(await one.requests.get(waiting.id)).toMatchObject({
      status: "cancelled",
      ended: { reason: "context-ended" },
    });
    expect(await one.requests.get(begun.id)).toMatchObject({
      status: "granting",
      revocation: { reason: "context-ended" },
    });
    // It is on its way already.
    expect(await one.run()).toMatchObject({ ended: 0 });
  });

  describe("whose look at one flow takes all of its time", () => {
    /** Alice and bob have what the first flow gives, carol what the second does; each look at a group takes long. */
    const slow = async () => {
      const one = await world();
      const others = aGroupId("others");
      one.directory.addGroup({ groupId: others, displayName: "others", members: [aUserId("carol")] });
      const requestors = { type: "group" as const, id: others, name: "others" };
      await one.flows.put(anAutomaticFlow({ name: "others-power" as FlowName, requestors }));
      await one.run();
      await one.grantAll();
      const members = one.directory.members.bind(one.directory);
      one.directory.members = async (id) => {
        const found = await members(id);
        await one.clock.advanceBy(170_000);
        return found;
      };
      return { ...one, others };
    };

    it("ends all the same what it knows of to be over, and says what it did not look at", async () => {
      const one = await slow();
      one.directory.leave(alice.userId, engineers);
      one.directory.leave(aUserId("carol"), one.others);
      const first = await one.attempt();
      expect(first).toMatchObject({ ended: 1 });
      expect(first?.problems).toEqual([
        expect.stringMatching(/^access flows \S+: there was no time left to look at them$/),
      ]);
      // The next one begins with the other flow.
      await one.clock.advanceBy(130_000);
      expect(await one.attempt()).toMatchObject({ ended: 1 });
      expect(one.requests.all.filter(({ status }) => status === "revoking")).toHaveLength(2);
    });

    it("ends first what a flow gave that gives nothing any more", async () => {
      const one = await slow();
      await one.flows.put(anAutomaticFlow({ name: "others-power" as FlowName, version: 2, active: false }));
      const members = one.directory.members.bind(one.directory);
      const ended: string[] = [];
      one.directory.members = (id) => {
        ended.push(...one.requests.all.flatMap(({ id, status }) => (status === "revoking" ? [id] : [])));
        return members(id);
      };
      await one.attempt();
      expect(ended).toEqual([one.requestOf("carol").id]);
    });

    it("says what of the ends it did not come to", async () => {
      const one = await slow();
      one.directory.deleteGroup(engineers);
      one.directory.deleteGroup(one.others);
      one.directory.members = async () => {
        await one.clock.advanceBy(250_000);
        return [];
      };
      const ran = await one.attempt();
      expect(ran?.ended).toBe(0);
      expect(ran?.problems).toContainEqual(
        expect.stringMatching(/^\d requests whose access is to end: there was no time left for them$/),
      );
    });
  });

  it("asks AWS Organizations of an account once, however many people get something in it", async () => {
    const one = await world();
    const account = one.organization.account.bind(one.organization);
    const asked: string[] = [];
    one.organization.account = (id) => {
      asked.push(id);
      return account(id);
    };
    expect(await one.run()).toMatchObject({ made: 2 });
    expect(asked).toEqual([anAccountId(2)]);
  });

  it("stops in time, and leaves the rest to the next one", async () => {
    const one = await world();
    const names = Array.from({ length: 20 }, (_, index) => `engineer-${String(index)}`);
    for (const name of names) {
      one.directory.addUser({ userId: aUserId(name), userName: name });
      one.directory.join(aUserId(name), engineers);
    }
    const userOf = one.directory.user.bind(one.directory);
    one.directory.user = async (id: UserId) => {
      await one.clock.advanceBy(100_000);
      return userOf(id);
    };
    const first = await one.run();
    expect(first.left).toBeGreaterThan(0);
    expect(first.made + first.left).toBe(22);
    const second = await one.run();
    expect(second.made).toBeGreaterThan(0);
  });

  describe("after somebody else revoked what alice had", () => {
    /** Of a flow with periods of eight hours; tara revoked it, and `count` requests of alice's own are newer. */
    const revoked = async (count: number) => {
      const one = await world(anAutomaticFlow({ requestors: user("alice") }));
      await one.run();
      const request = one.requestOf("alice");
      if (request.status !== "approved") throw new Error("It is approved");
      const tara = aPerson("tara");
      const ended = { reason: "cancelled" as const, at: timestamp(one.clock.now()), by: tara };
      const occasion = { actor: { type: "user", ...tara } as const, now: one.clock.now() };
      await one.requests.replace(
        evolve("RequestCancelled", request, { ...commonOf(request), ended }, occasion),
        ["approved"],
      );
      await one.clock.advanceBy(60_000);
      const createdAt = timestamp(one.clock.now());
      for (let made = 0; made < count; made += 1)
        await one.requests.create(
          aPendingRequest({ id: aRequestId(`own ${String(made)}`), requester: alice, createdAt }),
        );
      return one;
    };

    it("gives it again when its period is over, however many requests she makes meanwhile", async () => {
      const one = await revoked(150);
      // By then a request for the same would be another one, with an id of its own.
      await one.clock.advanceBy(6 * 3_600_000);
      expect(await one.run()).toMatchObject({ made: 0, withheld: 1 });
      await one.clock.advanceBy(2 * 3_600_000);
      expect(await one.run()).toMatchObject({ made: 1, withheld: 0 });
    });

    it("gives it again when a period would be over that is as long as the flow says by now", async () => {
      const one = await revoked(0);
      const duration = { max: "PT1H", maxSeconds: 3600 };
      await one.flows.put(anAutomaticFlow({ requestors: user("alice"), version: 2, duration }));
      expect(await one.run()).toMatchObject({ made: 0, withheld: 1 });
      await one.clock.advanceBy(3_600_000);
      expect(await one.run()).toMatchObject({ made: 1 });
    });

    it("reads no further than a period back", async () => {
      const one = await world(anAutomaticFlow({ requestors: user("alice") }));
      const createdAt = timestamp(one.clock.now());
      for (let made = 0; made < 250; made += 1)
        await one.requests.create(
          aPendingRequest({ id: aRequestId(`old ${String(made)}`), requester: alice, createdAt }),
        );
      await one.clock.advanceBy(10 * 3_600_000);
      const listByRequester = one.requests.listByRequester.bind(one.requests);
      let pages = 0;
      one.requests.listByRequester = (...asked) => {
        pages += 1;
        return listByRequester(...asked);
      };
      expect(await one.run()).toMatchObject({ made: 1 });
      expect(pages).toBe(1);
    });

    it("gives nothing where there are more than anybody looks through, and says so", async () => {
      const one = await revoked(0);
      const items = [aPendingRequest({ requester: alice, createdAt: timestamp(one.clock.now()) })];
      one.requests.listByRequester = () => Promise.resolve({ items, cursor: "and so on" });
      expect(await one.attempt()).toMatchObject({
        made: 0,
        problems: [expect.stringContaining("more than 10000 requests since")],
        defects: [],
      });
    });
  });

  it("tries what could not be granted again after an hour", async () => {
    const one = await world(anAutomaticFlow({ requestors: user("alice") }));
    await one.run();
    const request = one.requestOf("alice");
    if (request.status !== "approved") throw new Error("It is approved");
    const at = timestamp(one.clock.now());
    const ended = { reason: "refused" as const, at };
    const occasion = { actor: { type: "lockstep", name: "workflow" } as const, now: one.clock.now() };
    await one.requests.replace(evolve("RequestRefused", request, { ...commonOf(request), ended }, occasion), [
      "approved",
    ]);
    await one.clock.advanceBy(59 * 60_000);
    expect(await one.run()).toMatchObject({ made: 0, withheld: 1 });
    await one.clock.advanceBy(60_000);
    expect(await one.run()).toMatchObject({ made: 1, withheld: 0 });
  });
});

describe("a run where no flow gives anything", () => {
  it("asks for the flows and for what automatic flows gave, and for nothing else, whatever people have", async () => {
    const one = await world(aFlow());
    for (let number = 0; number < 150; number += 1)
      await one.requests.create(anActiveRequest({ id: aRequestId(String(number)) }));
    const listAutomatic = one.requests.listAutomatic.bind(one.requests);
    const read: number[] = [];
    one.requests.listAutomatic = async (...asked) => {
      const page = await listAutomatic(...asked);
      read.push(page.items.length);
      return page;
    };
    one.requests.listByStatus = () => Promise.reject(new Error("Among all requests"));
    expect(await one.run()).toMatchObject({ flows: 0, live: 0, made: 0, ended: 0 });
    expect(read).toEqual([0]);
  });
});

describe("a run over 1,000 people, of whom nobody comes or goes", () => {
  it("lists requests by pages and the group once, and asks of no person by themselves", async () => {
    const one = await world();
    const names = Array.from({ length: 998 }, (_, index) => `engineer-${String(index)}`);
    for (const name of names) {
      one.directory.addUser({ userId: aUserId(name), userName: name });
      one.directory.join(aUserId(name), engineers);
    }
    await one.run();
    await one.grantAll();
    const calls: string[] = [];
    const counted = <Port extends object>(port: Port, name: string): Port =>
      new Proxy(port, {
        get: (target, property) => {
          const value = Reflect.get(target, property) as unknown;
          if (typeof value !== "function") return value;
          return (...input: readonly unknown[]) => {
            calls.push(`${name}.${String(property)}`);
            return (value as (...input: readonly unknown[]) => unknown).apply(target, [...input]);
          };
        },
      });
    const { dependencies } = one;
    const watched = await automaticUnderTest(one, {
      ...dependencies,
      requests: counted(dependencies.requests, "requests"),
      flows: counted(dependencies.flows, "flows"),
      directory: counted(dependencies.directory, "directory"),
      organization: counted(dependencies.organization, "organization"),
      inventory: counted(dependencies.inventory, "inventory"),
      workflow: counted(dependencies.workflow, "workflow"),
      turns: counted(dependencies.turns, "turns"),
    });
    expect(await watched.run()).toMatchObject({ live: 1000, made: 0, ended: 0 });
    const counts = Object.fromEntries(
      [...Map.groupBy(calls, (call) => call)].map(([call, all]) => [call, all.length]),
    );
    expect(counts).toEqual({
      "turns.take": 1,
      "turns.end": 1,
      "flows.list": 1,
      // Ten pages of a hundred.
      "requests.listAutomatic": 10,
      // Ten pages of a hundred members, to AWS.
      "directory.members": 1,
      "inventory.getAll": 1,
    });
  });
});
