import { beforeEach, describe, expect, it } from "vitest";
import {
  isResourceTarget,
  type AccessFlow,
  type Party,
} from "../../../../lambdas/core/domain/access-flow.ts";
import type { FlowName } from "../../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import { describeCaller } from "../../../../lambdas/core/use-cases/describe-caller.ts";
import {
  aFlow,
  aGroupId,
  anAccountId,
  anOrganizationalUnitId,
  aPendingRequest,
  aPerson,
  aRequestId,
} from "../../../support/builders.ts";
import { anAccountFact, seen } from "../../../support/facts.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import { FakeInventory } from "../../../support/fakes/inventory.ts";
import { FakeAccessFlowStore, FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { rolesHeldBy } from "../../../support/roles.ts";
import { noPolicies } from "../../../support/policies.ts";

const erin = aPerson("erin");
const [alice, bob, root] = [aPerson("alice"), aPerson("bob"), aPerson("root")];
const engineers = { groupId: aGroupId("payments-engineers"), displayName: "payments-engineers" };
const leads = { groupId: aGroupId("payments-leads"), displayName: "payments-leads" };

let clock: VirtualClock;
let directory: FakeDirectory;
let flows: FakeAccessFlowStore;
let requests: FakeAccessRequestStore;
let inventory: FakeInventory;

beforeEach(() => {
  clock = new VirtualClock();
  directory = new FakeDirectory();
  flows = new FakeAccessFlowStore();
  requests = new FakeAccessRequestStore();
  inventory = new FakeInventory();
  directory.addGroup({ ...engineers, members: [alice.userId] });
  directory.addGroup({ ...leads, members: [bob.userId] });
});

const describes = async (person: Person) => {
  const {
    accountsBelow: _accountsBelow,
    bundles: _bundles,
    ...described
  } = await describeCaller({
    ...noPolicies(),
    directory,
    flows,
    requests,
    clock,
    inventory,
    rolesOf: rolesHeldBy({ administrator: [root], auditor: [root, erin] }),
    requestable: () => Promise.resolve(() => ({ accounts: [], more: false })),
  })(person);
  return described;
};
const flow = async (name: string, ...anyOf: Party[]): Promise<AccessFlow> => {
  const made = aFlow({ name: name as FlowName, requestors: { anyOf } });
  await flows.put(made);
  return made;
};
const byGroup = ({ groupId: id, displayName: name }: typeof leads) => ({ type: "group", id, name }) as const;
const byUser = ({ userId: id, userName: name }: Person) => ({ type: "user", id, name }) as const;

describe("a person's view of Lockstep", () => {
  it("says who they are, and nothing else of somebody who has to do with nothing", async () => {
    await flow("others", byGroup(leads));
    await requests.create(aPendingRequest());
    const mallory = aPerson("mallory");
    expect(await describes(mallory)).toEqual({
      person: mallory,
      roles: new Set(),
      groups: [],
      flows: [],
      toApprove: [],
    });
  });

  it("says which groups they are in now, and the roles that these give them", async () => {
    expect(await describes(alice)).toMatchObject({
      person: alice,
      roles: new Set(),
      groups: [engineers],
    });
    directory.join(alice.userId, leads.groupId);
    expect((await describes(alice)).groups).toEqual([engineers, leads]);
    expect(await describes(root)).toMatchObject({
      roles: new Set(["administrator", "auditor"]),
      groups: [],
    });
    expect(await describes(erin)).toMatchObject({ roles: new Set(["auditor"]) });
  });

  it("shows the flows, by name, that name them or one of their groups, among others", async () => {
    const [own, shared] = [
      await flow("b-own", byUser(bob), byUser(alice)),
      await flow("a-shared", byGroup(leads), byGroup(engineers)),
    ];
    await flow("c-others", byGroup(leads), byUser(bob));
    await flow("d-nobody");
    expect((await describes(alice)).flows).toEqual([shared, own]);
    directory.leave(alice.userId, engineers.groupId);
    expect((await describes(alice)).flows).toEqual([own]);
  });

  it("offers no account that is left out of Lockstep, and nothing that is empty without it", async () => {
    const prod = { id: anAccountId(2), name: "payments-prod" };
    const staging = { id: anAccountId(3), name: "payments-staging" };
    const [target] = aFlow().targets.filter(isResourceTarget);
    if (target === undefined) throw new Error("A flow has a target");
    const unit = { id: anOrganizationalUnitId("payments"), name: "/Payments" };
    const over = async (name: string, targets: AccessFlow["targets"]) =>
      flows.put(aFlow({ name: name as FlowName, requestors: { anyOf: [byUser(alice)] }, targets }));
    await over("both", [{ ...target, accounts: [prod, staging] }]);
    await over("staging", [{ ...target, accounts: [staging] }]);
    await over("units", [{ ...target, accounts: [staging], organizationalUnits: [unit] }]);
    await inventory.record(
      seen({ kind: "excluded-account", accountId: staging.id, name: "payments-staging" }),
    );
    const offered = async () =>
      (await describes(alice)).flows.map(({ name, targets }) => [
        name,
        ...targets
          .filter(isResourceTarget)
          .flatMap(({ accounts }) => accounts.map((account) => account.name)),
      ]);
    expect(await offered()).toEqual([["both", "payments-prod"], ["units"]]);
    // It is back, and its mark stays until the sync is through.
    await inventory.record(seen(anAccountFact(3)));
    expect(await offered()).toEqual([
      ["both", "payments-prod", "payments-staging"],
      ["staging", "payments-staging"],
      ["units", "payments-staging"],
    ]);
  });

  it("shows what waits for their decision, and until when it does", async () => {
    const request = aPendingRequest();
    await requests.create(request);
    expect((await describes(alice)).toApprove).toEqual([]);
    expect((await describes(bob)).toApprove).toEqual([request]);
    await clock.advanceTo(new Date(request.deadline));
    expect((await describes(bob)).toApprove).toEqual([]);
  });

  it("shows at most a hundred of those, the newest", async () => {
    const made = Array.from({ length: 101 }, (_, index) =>
      aPendingRequest({ id: aRequestId(`number ${index}`) }, new Date(clock.now().getTime() + index)),
    );
    for (const request of made) await requests.create(request);
    const { toApprove } = await describes(bob);
    expect(toApprove.map(({ id }) => id)).toEqual(
      made
        .slice(1)
        .map(({ id }) => id)
        .toReversed(),
    );
  });
});
