import { beforeEach, describe, expect, it } from "vitest";
import type { Guardrails } from "../../../../lambdas/core/domain/guardrails.ts";
import type { ProtectedAccount } from "../../../../lambdas/core/contracts/environment.ts";
import type { AccessFlow, FlowStep } from "../../../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest, RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import { DomainError } from "../../../../lambdas/core/domain/errors.ts";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import { frozenExtensionHash } from "../../../../lambdas/core/domain/frozen.ts";
import {
  secondsAfter,
  timestamp,
  type FlowName,
  type Timestamp,
} from "../../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import { extendRequest } from "../../../../lambdas/core/use-cases/extend-request.ts";
import type { Idempotency } from "../../../../lambdas/core/use-cases/idempotency.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aPerson,
  aUserId,
  anAccountId,
  aPendingRequest,
  anActiveRequest,
  anEntitlement,
} from "../../../support/builders.ts";
import { FakeCatalogue } from "../../../support/fakes/catalogue.ts";
import { FakeDirectory, FakeOrganization } from "../../../support/fakes/directory.ts";
import { InterruptedStore } from "../../../support/fakes/interrupted-store.ts";
import { FakeAccessFlowStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { rolesHeldBy } from "../../../support/roles.ts";
import { noGuardrails } from "../../../support/guardrails.ts";
import { noPolicies } from "../../../support/policies.ts";

/*
 * Alice's access lasts from midnight until one o'clock. Its flow lets it be extended twice, by two hours at most each time,
 * and payments leads approve that: bob and carol. Root administrates.
 */

const erin = aPerson("erin");
const [alice, bob, carol, root] = [aPerson("alice"), aPerson("bob"), aPerson("carol"), aPerson("root")];
const engineers = { groupId: aGroupId("payments-engineers"), displayName: "payments-engineers" };
const leads = { groupId: aGroupId("payments-leads"), displayName: "payments-leads" };
const made = new Date("2026-01-01T00:00:00.000Z");
const HOUR = 3_600_000;
const active = anActiveRequest();
const { id } = active;
const settings = { requesterCanApproveSelf: false, maxExtensions: 2, extensionSeconds: 2 * 3600 };
const automatic = aFlow({ settings: { ...settings, extensionNeedsApproval: false } });
const more = { duration: "PT1H", justification: "not done yet" };

let clock: VirtualClock;
let requests: InterruptedStore;
let flows: FakeAccessFlowStore;
let catalogue: FakeCatalogue;
let directory: FakeDirectory;
let organization: FakeOrganization;
let protectedAccounts: ProtectedAccount[];
let guardrails: Guardrails;

beforeEach(async () => {
  clock = new VirtualClock(made);
  requests = new InterruptedStore();
  flows = new FakeAccessFlowStore();
  catalogue = new FakeCatalogue();
  directory = new FakeDirectory();
  organization = new FakeOrganization();
  protectedAccounts = [];
  guardrails = noGuardrails;
  for (const { userId, userName } of [alice, bob, carol, root]) directory.addUser({ userId, userName });
  directory.addGroup({ ...engineers, members: [alice.userId] });
  directory.addGroup({ ...leads, members: [bob.userId, carol.userId] });
  organization.addAccount({ id: anAccountId(2), name: "payments-prod" });
  catalogue.knowsPermissionSets([
    {
      arn: aPermissionSetArn("PowerUser"),
      name: "PowerUser",
      sessionDuration: "PT1H",
      inManagementAccount: false,
    },
  ]);
  await clock.advanceBy(HOUR / 2);
});

interface Call {
  readonly flow?: AccessFlow | undefined;
  readonly request?: AccessRequest;
  readonly caller?: Person;
  readonly ask?: typeof more;
  readonly idempotency?: Idempotency;
}
const dependencies = () => ({
  ...noPolicies(),
  requests,
  flows,
  catalogue,
  directory,
  organization,
  protectedAccounts,
  guardrails,
  delegatedAdministrator: false,
  clock,
  rolesOf: rolesHeldBy({ administrator: [root], auditor: [erin] }),
});
const call = ({ caller = alice, ask = more, idempotency }: Call = {}) =>
  extendRequest(dependencies())({ caller, requestId: id, ask, ...(idempotency && { idempotency }) });
const extend = async (options: Call = {}): Promise<RequestIn<"active">> => {
  const { request = active, flow = "flow" in options ? undefined : aFlow({ settings }) } = options;
  expect(await requests.create(request)).toBe("written");
  if (flow !== undefined) await flows.put(flow);
  const extended = await call(options);
  if (extended.status !== "active") throw new Error(`It is ${extended.status}`);
  return extended;
};
/** The whole refusal, once it is sure that nothing was written. */
const refusal = async (options: Call = {}): Promise<readonly unknown[]> => {
  const error: unknown = await extend(options).catch((thrown: unknown) => thrown);
  if (!(error instanceof DomainError)) throw new Error("It was not refused", { cause: error });
  expect(requests.history).toHaveLength(1);
  return [error.code, error.message, error.fields];
};
const withoutTrail = ({ trail: _trail, version: _version, ...rest }: AccessRequest) => rest;
const step = (...people: Person[]): FlowStep => ({
  anyOf: people.map(({ userId, userName }) => ({ type: "user" as const, id: userId, name: userName })),
  withinSeconds: 600,
});
const given = { by: alice, ...more, durationSeconds: 3600 };
const asked = { askedAt: timestamp(made), approval: { ...active.approval, decisions: [] } };

describe("more time that nobody has to approve", () => {
  it("is given at once, from the expiry on, and everything else stays", async () => {
    const extended = await extend({ flow: automatic });
    expect(withoutTrail(extended)).toStrictEqual({
      ...withoutTrail(active),
      expiresAt: "2026-01-01T02:00:00.000Z",
      extensions: [
        { ...given, at: timestamp(clock.now()), expiresAt: "2026-01-01T02:00:00.000Z", decisions: [] },
      ],
    });
    expect(await requests.get(id)).toEqual(extended);
    expect(requests.history).toHaveLength(2);
  });

  it("is its requester's in the trail, with how much, why, by which flow and until when", async () => {
    const { trail } = await extend({ flow: automatic });
    expect(trail.at(-1)).toMatchObject({
      type: "AccessExtended",
      status: "active",
      at: timestamp(clock.now()),
      actor: { type: "user", userId: alice.userId },
    });
    expect(trail.at(-1)?.details).toStrictEqual({
      ...more,
      flow: "prod-power",
      flowVersion: 1,
      expiresAt: "2026-01-01T02:00:00.000Z",
    });
  });

  it("comes after what was given before", async () => {
    const earlier = { ...given, at: timestamp(made), expiresAt: active.expiresAt, decisions: [] };
    const { extensions } = await extend({ flow: automatic, request: { ...active, extensions: [earlier] } });
    expect(extensions).toMatchObject([earlier, { expiresAt: "2026-01-01T02:00:00.000Z" }]);
  });

  it("takes the place of more time that was asked for, and that nobody can give any more", async () => {
    const extension = { ...given, ...asked, deadline: timestamp(clock.now()) };
    expect(await extend({ flow: automatic, request: { ...active, extension } })).not.toHaveProperty(
      "extension",
    );
  });
});

describe("more time that somebody has to approve", () => {
  it("waits beside the access, which ends when it ended before", async () => {
    const extended = await extend();
    const extension = {
      ...given,
      askedAt: timestamp(clock.now()),
      deadline: active.expiresAt,
      approval: {
        steps: aPendingRequest().approval.steps,
        asked: [bob.userId, carol.userId],
        requesterCanApproveSelf: false,
        decisions: [],
      },
    };
    const frozen = { flowVersion: 1, hash: frozenExtensionHash(active, extension, 1) };
    expect(withoutTrail(extended)).toStrictEqual({
      ...withoutTrail(active),
      extension: { ...extension, frozen },
    });
    expect(await requests.get(id)).toEqual(extended);
  });

  it("is its requester's in the trail, with how much, why, by which flow and until when it can be approved", async () => {
    const { trail, extension } = await extend({
      flow: aFlow({ settings, approval: { steps: [step(bob), step(carol)] } }),
    });
    expect(trail.at(-1)).toMatchObject({
      type: "ExtensionRequested",
      status: "active",
      at: timestamp(clock.now()),
      actor: { type: "user", userId: alice.userId },
    });
    expect(trail.at(-1)?.details).toStrictEqual({
      ...more,
      flow: "prod-power",
      flowVersion: 1,
      frozen: extension?.frozen?.hash,
      deadline: secondsAfter(clock.now(), 600),
    });
  });

  it("asks neither the requester nor who gets the access, unless the flow lets them", async () => {
    for (const person of [alice, carol]) {
      directory.join(person.userId, leads.groupId);
      directory.join(person.userId, engineers.groupId);
    }
    const principal = { type: "GROUP" as const, id: engineers.groupId, name: engineers.displayName };
    const request = { ...active, principal };
    expect((await extend({ request })).extension?.approval).toMatchObject({
      asked: [bob.userId],
      requesterCanApproveSelf: false,
    });
    requests = new InterruptedStore();
    flows = new FakeAccessFlowStore();
    const lets = aFlow({ settings: { ...settings, requesterCanApproveSelf: true } });
    expect((await extend({ request, flow: lets })).extension?.approval).toMatchObject({
      asked: [bob.userId, carol.userId, alice.userId],
      requesterCanApproveSelf: true,
    });
  });

  it("is not asked for where nobody could give it", async () => {
    directory.setEnabled(bob.userId, false);
    directory.leave(carol.userId, leads.groupId);
    const [code, message] = await refusal();
    expect(code).toBe("no-approver");
    expect(message).toContain(
      "has nobody who may decide step 1 of its approval: there is no enabled user in it (payments-leads)",
    );
  });
});

describe("asking for more time", () => {
  it.each([bob, root, erin])("is its requester's alone: not $userName's", async (caller) => {
    expect(await refusal({ caller })).toEqual([
      "not-requester",
      "Only its requester may extend a request; you are not.",
      [],
    ]);
  });

  it("says to a stranger that there is nothing", async () => {
    expect(await refusal({ caller: aPerson("mallory") })).toEqual([
      "not-found",
      `There is no access request ${id} that you may see.`,
      [],
    ]);
  });

  it("is answered as before when it is repeated under its key, and refused with another body", async () => {
    const idempotency = { key: "once", body: "hash" };
    const first = await extend({ flow: automatic, idempotency });
    expect(first.answered).toEqual([idempotency]);
    await clock.advanceBy(1000);
    expect(await call({ idempotency })).toEqual(first);
    await expect(call({ idempotency: { key: "once", body: "another" } })).rejects.toMatchObject({
      code: "idempotency-key-reused",
    });
    expect(requests.history).toHaveLength(2);
  });

  it("is answered as before even when the access is over by then", async () => {
    const idempotency = { key: "once", body: "hash" };
    const first = await extend({ flow: automatic, idempotency });
    await clock.advanceBy(24 * HOUR);
    expect(await call({ idempotency })).toEqual(first);
  });

  it("keeps the keys that were answered before", async () => {
    const answered = [{ key: "first", body: "hash" }];
    const idempotency = { key: "second", body: "hash" };
    expect(
      (await extend({ flow: automatic, request: { ...active, answered }, idempotency })).answered,
    ).toEqual([...answered, idempotency]);
  });

  it("fails as a defect when the request is gone between two reads", async () => {
    await requests.create(active);
    const get = requests.get.bind(requests);
    let reads = 0;
    requests.get = (key) => ((reads += 1) === 1 ? get(key) : Promise.resolve(undefined));
    await expect(call()).rejects.toThrow(`Request ${id} has vanished`);
  });
});

describe("whether more time is allowed", () => {
  it.each([
    ["a millisecond before", HOUR / 2 - 1, "active"],
    ["at", HOUR / 2, undefined],
  ])("is asked %s the expiry", async (_, milliseconds, status) => {
    await clock.advanceBy(milliseconds);
    if (status !== undefined) expect(await extend({ flow: automatic })).toMatchObject({ status });
    else {
      expect(await refusal({ flow: automatic })).toEqual([
        "not-active",
        `This request is past its expiry (${active.expiresAt}); only one that is active, before its expiry, can be extended. Ask for new access with POST /requests.`,
        [],
      ]);
    }
  });

  it.each(["flow", "permission set", "memberships", "account"])(
    "is asked again once all is known: not when the expiry passes while its %s is looked up",
    async (what) => {
      const late = <Answer>(answer: Promise<Answer>) => clock.advanceBy(HOUR / 2).then(() => answer);
      const flowOf = flows.get.bind(flows);
      const permissionSetOf = catalogue.permissionSet.bind(catalogue);
      const membershipsOf = directory.memberships.bind(directory);
      const accountOf = organization.account.bind(organization);
      if (what === "flow") flows.get = (name) => late(flowOf(name));
      if (what === "permission set") catalogue.permissionSet = (arn) => late(permissionSetOf(arn));
      if (what === "memberships") directory.memberships = (...asks) => late(membershipsOf(...asks));
      if (what === "account") organization.account = (account) => late(accountOf(account));
      expect((await refusal({ flow: automatic }))[0]).toBe("not-active");
    },
  );

  it("waits for the decision on what was asked for before", async () => {
    const deadline = secondsAfter(clock.now(), 1);
    const request = { ...active, extension: { ...given, ...asked, deadline } };
    expect(await refusal({ request })).toEqual([
      "extension-pending",
      `An extension by PT1H waits for approval until ${deadline}; wait for its decision, or until then.`,
      [],
    ]);
  });

  it("is up to the flow of the request's name as it is now, though another allows the same", async () => {
    await flows.put({ ...automatic, name: "another" as FlowName });
    expect(await refusal({ flow: undefined })).toEqual([
      "extension-not-allowed",
      "Access flow prod-power, which allowed this access, does not exist any more, so that nothing allows more time. Ask for new access with POST /requests.",
      [],
    ]);
  });

  it("says that it is not active before it says that its flow is gone", async () => {
    const request: RequestIn<"revoking"> = { ...active, status: "revoking", ending: { reason: "expired" } };
    expect((await refusal({ request, flow: undefined }))[0]).toBe("not-active");
  });

  it("is up to the flow's rules of extensions", async () => {
    expect((await refusal({ flow: aFlow() }))[0]).toBe("extension-not-allowed");
    requests = new InterruptedStore();
    flows = new FakeAccessFlowStore();
    expect((await refusal({ ask: { ...more, duration: "PT2H1S" } }))[0]).toBe("duration-above-maximum");
  });

  it("counts all of the time against the flow's longest", async () => {
    const request = { ...active, duration: "PT7H", durationSeconds: 7 * 3600 };
    expect((await extend({ request, flow: automatic })).extensions).toHaveLength(1);
    await expect(call({ ask: { ...more, duration: "PT1S" } })).rejects.toMatchObject({
      code: "duration-above-maximum",
    });
  });

  it("is up to the flow's requestors, of now", async () => {
    directory.leave(alice.userId, engineers.groupId);
    expect(await refusal()).toEqual([
      "no-matching-flow",
      "Nothing allows this request: no access flow names you or one of your groups as a requestor.",
      [],
    ]);
  });

  it("is up to the group that has the access: not for who has left it", async () => {
    const principal = { type: "GROUP" as const, id: leads.groupId, name: leads.displayName };
    expect(await refusal({ request: { ...active, principal } })).toEqual([
      "principal-not-allowed",
      `You are not a member of the group ${leads.groupId}.`,
      [],
    ]);
  });

  it("is up to what is protected, by the name that the request knows the account by", async () => {
    protectedAccounts = [{ id: anAccountId(2), reason: "listed" }];
    expect(await refusal()).toEqual([
      "protected-account",
      `Account ${anAccountId(2)} (payments-prod) is listed as protected: nothing is granted there.`,
      [],
    ]);
  });

  it("is up to what is never granted by now", async () => {
    guardrails = { neverGrantable: [{ accounts: [anAccountId(2)] }] };
    expect(await refusal()).toEqual([
      "never-grantable",
      `A guardrail refuses this: PowerUser is never granted in account ${anAccountId(2)} (deploy setting guardrails.neverGrantable).`,
      [],
    ]);
  });

  it("is up to the longest duration of all, which counts what it lasts with this extension", async () => {
    guardrails = { neverGrantable: [], maxDurationSeconds: 2 * 3600 - 1 };
    const detail =
      "it would last PT2H in all, and nothing lasts longer than PT1H59M59S (deploy setting guardrails.maxDuration)";
    expect(await refusal()).toEqual([
      "duration-above-maximum",
      `A guardrail refuses this: ${detail}.`,
      [{ pointer: "/duration", detail }],
    ]);
  });

  it("is up to each account's state", async () => {
    organization.setState(anAccountId(2), "SUSPENDED");
    expect(await refusal()).toEqual([
      "account-not-active",
      `Account ${anAccountId(2)} is SUSPENDED; access is granted only into ACTIVE accounts.`,
      [],
    ]);
  });

  it("is up to every permission set: each must still be there", async () => {
    const [first] = active.entitlements as [AccessRequest["entitlements"][number]];
    const gone = aPermissionSetArn("ReadOnly");
    const second = {
      ...first,
      permissionSetName: "ReadOnly",
      entitlement: anEntitlement({ permissionSetArn: gone, principalId: aUserId("alice") }),
    };
    expect(await refusal({ request: { ...active, entitlements: [first, second] } })).toEqual([
      "extension-not-allowed",
      `Permission set ReadOnly (${gone}) does not exist any more, so that this access cannot be extended.`,
      [],
    ]);
  });
});

describe("more time that others come in between", () => {
  /** The workflow writes that the access begins to end. */
  const revokes = () => {
    const draft = {
      ...commonOf(active),
      activeAt: active.activeAt,
      expiresAt: active.expiresAt,
      ending: { reason: "revoked" as const, by: bob },
    };
    const actor = { type: "user", userId: bob.userId } as const;
    return requests.replace(evolve("RevocationStarted", active, draft, { actor, now: clock.now() }), [
      "active",
    ]);
  };

  it("is decided on what they wrote: there is none for access that ends", async () => {
    requests.meanwhile = revokes;
    await expect(extend({ flow: automatic })).rejects.toMatchObject({
      code: "not-active",
      message:
        "This request is revoking; only one that is active, before its expiry, can be extended. Ask for new access with POST /requests.",
    });
    expect(await requests.get(id)).toMatchObject({ status: "revoking", expiresAt: active.expiresAt });
  });

  it("is added to what another call has just added", async () => {
    requests.meanwhile = () => call({ ask: { ...more, duration: "PT2H" } });
    const extended = await extend({ flow: automatic });
    expect(extended.expiresAt).toBe("2026-01-01T04:00:00.000Z" as Timestamp);
    expect(extended.extensions?.map(({ duration }) => duration)).toEqual(["PT2H", "PT1H"]);
  });
});
