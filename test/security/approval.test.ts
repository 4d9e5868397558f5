import { ListInstancesCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { MEMBER_ROLE } from "../../lambdas/core/contracts/connector-roles.ts";
import { putMemberRoles } from "../../local/iam-sts/connector-roles.ts";
import { connectedAccounts } from "../support/connected-accounts.ts";
import { describe, expect, it } from "vitest";
import type { AccessRequest, AskedExtension, RequestIn } from "../../lambdas/core/domain/access-request.ts";
import { awsClients } from "../../lambdas/adapters/aws-clients.ts";
import { entitlementKey } from "../../lambdas/core/domain/entitlement.ts";
import { Routes } from "../../lambdas/core/contracts/routes.ts";
import { aFlow, aGroupId, aPermissionSetArn, anAccountId, anEntitlement } from "../support/builders.ts";
import { DAY, HOUR, lockstepUnderTest, type LockstepUnderTest } from "../support/lockstep-under-test.ts";
import { alice, apiUnderTest, bob, carol, leads, mallory, root } from "../unit/api/world.ts";

/** What somebody would send along who would like to have been approved. */
const spoofs: Readonly<Record<string, unknown>> = {
  status: "approved",
  approver: "bob",
  approvers: [{ user: "alice" }],
  approverId: bob.userId,
  approval: { steps: [], decisions: [{ by: bob, decision: "approve", step: 0 }] },
  decisions: [{ by: bob, decision: "approve" }],
  approved: true,
  by: bob,
  requester: bob,
  requesterId: bob.userId,
  expiresAt: "2099-01-01T00:00:00.000Z",
  deadline: "2099-01-01T00:00:00.000Z",
  flow: "automatic",
  requesterCanApproveSelf: true,
  version: 7,
  frozen: "0".repeat(64),
  id: "r-aaaaaaaaaaaaaaaaaaaaaaaaaa",
  answered: [],
  trail: [],
};

describe("CVE-2025-1969 approval spoofing", () => {
  it.each(Object.entries(spoofs))(
    "CVE-2025-1969 approval spoofing: a client-sent %s is refused with its name, and nothing is made",
    async (field, value) => {
      const { call, ask, requests, workflow } = await apiUnderTest();
      const answer = await call("POST /requests", { body: { ...ask, [field]: value } });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: "unknown-field", errors: [{ pointer: `/${field}` }] },
      });
      expect(requests.history).toEqual([]);
      expect(workflow.started.size).toBe(0);
    },
  );

  it("CVE-2025-1969 approval spoofing: a decision is its token's, whoever the body, query or headers name", async () => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const line = `POST /requests/${id}/decisions`;
    for (const [field, value] of Object.entries({ ...spoofs, step: 0, as: "bob" })) {
      const answer = await call(line, { as: alice, body: { decision: "approve", [field]: value } });
      expect(answer.status, field).toBe(400);
    }
    const headers = { "x-approver": "bob@example.com", "x-forwarded-email": "bob@example.com" };
    const own = { as: alice, headers, body: { decision: "approve" } };
    expect(await call(line, own)).toMatchObject({ status: 403, body: { code: "self-approval" } });
    expect((await call(`${line}?by=${bob.userId}`, own)).status).toBe(400);
    expect(requests.history).toHaveLength(1);
    expect(await call(line, { as: bob, body: { decision: "approve" } })).toMatchObject({
      body: { approval: { decisions: [{ by: { userId: bob.userId } }] } },
    });
  });

  it("CVE-2025-1969 approval spoofing: no route edits a request", () => {
    const onRequests = Routes.filter(({ path }) => path.startsWith("/requests"));
    expect(onRequests.filter(({ method }) => !["GET", "POST"].includes(method))).toEqual([]);
  });

  it("CVE-2025-1969 approval spoofing: an approver of yesterday does not decide today", async () => {
    const { call, submit, directory } = await apiUnderTest();
    const id = await submit();
    directory.leave(bob.userId, leads);
    const decision = { as: bob, body: { decision: "approve" } };
    expect((await call(`POST /requests/${id}/decisions`, decision)).status).toBe(403);
    directory.join(bob.userId, leads);
    directory.setEnabled(bob.userId, false);
    expect((await call(`POST /requests/${id}/decisions`, decision)).status).toBe(403);
    directory.setEnabled(bob.userId, true);
    expect((await call(`POST /requests/${id}/decisions`, decision)).status).toBe(200);
  });
});

describe("GHSA-76cc-p55w-63g3 owner widens own access", () => {
  const forEverybody = {
    requestors: { anyOf: [{ user: "mallory" }] },
    targets: [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }],
    duration: { max: "P180D" },
  };

  it("GHSA-76cc-p55w-63g3 owner widens own access: an approver writes no flow", async () => {
    const { call, flows } = await apiUnderTest();
    const before = await flows.list();
    for (const as of [alice, bob, mallory]) {
      for (const name of ["prod-power", "another"]) {
        expect((await call(`PUT /access-flows/${name}`, { as, body: forEverybody })).status).toBe(403);
        expect((await call(`DELETE /access-flows/${name}`, { as })).status).toBe(403);
      }
    }
    expect(await flows.list()).toEqual(before);
  });

  it("GHSA-76cc-p55w-63g3 owner widens own access: a decision carries nothing but yes or no and a reason", async () => {
    const { call, submit, requests } = await apiUnderTest();
    const id = await submit();
    const wider = {
      entitlements: [{ account: "management", permissionSet: "PowerUser" }],
      duration: "P180D",
      principal: { type: "USER", id: bob.userId },
      startAt: "2026-01-02T00:00:00.000Z",
      justification: "wider",
    };
    for (const [field, value] of Object.entries(wider)) {
      const body = { decision: "approve", [field]: value };
      expect(await call(`POST /requests/${id}/decisions`, { as: bob, body })).toMatchObject({
        status: 400,
        body: { code: "unknown-field" },
      });
    }
    expect(requests.history).toHaveLength(1);
  });

  it("GHSA-76cc-p55w-63g3 owner widens own access: a flow that changes does not change who decides on what was asked", async () => {
    const { call, submit, flows } = await apiUnderTest();
    const id = await submit();
    const widened = aFlow({
      version: 2,
      approval: {
        steps: [{ anyOf: [{ type: "user", id: mallory.userId, name: "mallory" }], withinSeconds: 60 }],
      },
      settings: { ...aFlow().settings, requesterCanApproveSelf: true },
    });
    await flows.put(widened);
    const decide = (as: typeof alice) =>
      call(`POST /requests/${id}/decisions`, { as, body: { decision: "approve" } });
    expect((await decide(alice)).status).toBe(403);
    expect((await decide(mallory)).status).toBe(404);
    expect((await decide(bob)).status).toBe(200);
  });

  it("GHSA-76cc-p55w-63g3 owner widens own access: an administrator decides nothing, and a flow says who wrote it", async () => {
    const { call, submit, flows } = await apiUnderTest();
    const id = await submit();
    const decision = { as: root, body: { decision: "approve" } };
    expect((await call(`POST /requests/${id}/decisions`, decision)).status).toBe(403);
    await call("PUT /access-flows/another", { as: root, body: forEverybody });
    expect(await flows.get("another")).toMatchObject({ updatedBy: root.userId });
  });
});

/** Every part of a request that its approvers saw, changed by somebody who can write to the table. */
const edits: Readonly<Record<string, (request: AccessRequest) => Partial<AccessRequest>>> = {
  "the account": ({ entitlements }) => ({
    entitlements: entitlements.map((one) => ({
      ...one,
      entitlement: { ...one.entitlement, accountId: anAccountId(4) },
    })),
  }),
  "the permission set": ({ entitlements }) => ({
    entitlements: entitlements.map((one) => ({
      ...one,
      entitlement: { ...one.entitlement, permissionSetArn: aPermissionSetArn("Administrator") },
    })),
  }),
  "who gets it": ({ entitlements }) => ({
    entitlements: entitlements.map((one) => ({
      ...one,
      entitlement: { ...one.entitlement, principalId: mallory.userId },
    })),
  }),
  "one entitlement more": ({ entitlements }) => ({
    entitlements: entitlements.flatMap((one) => [
      one,
      { ...one, entitlement: { ...one.entitlement, accountId: anAccountId(4) } },
    ]),
  }),
  "the principal": () => ({ principal: { type: "USER", id: mallory.userId, name: "mallory" } }),
  "the requester": () => ({ requester: mallory }),
  "the duration": () => ({ durationSeconds: 180 * 24 * 3600 }),
  "the start": () => ({ startAt: "2026-01-01T12:00:00.000Z" as never }),
  "the justification": () => ({ justification: "something else" }),
  "the flow": ({ flow }) => ({ flow: { ...flow, version: flow.version + 1 } }),
  "the approvers": ({ approval }) => ({
    approval: {
      ...approval,
      steps: [{ anyOf: [{ type: "user", id: mallory.userId, name: "mallory" }], withinSeconds: 60 }],
    },
  }),
  "who may approve themselves": ({ approval }) => ({
    approval: { ...approval, requesterCanApproveSelf: true },
  }),
};

const approvedForTomorrow = async (lockstep: LockstepUnderTest) => {
  const id = await lockstep.submit(undefined, { startAt: "2026-01-02T00:00:00.000Z" });
  await lockstep.decide(id);
  return id;
};

describe("CVE-2026-5712 requester edits what was approved", () => {
  it.each(Object.entries(edits))(
    "CVE-2026-5712 requester edits what was approved: %s does not change after the approval",
    async (_what, edit) => {
      const lockstep = await lockstepUnderTest();
      const id = await approvedForTomorrow(lockstep);
      const approved = await lockstep.request(id);
      const version = approved.version + 1;
      const trail = approved.trail.map((entry) => ({ ...entry, sequence: entry.sequence + 1 }));
      const edited = { ...approved, ...edit(approved), version, trail } as AccessRequest;
      expect(await lockstep.requests.replace(edited, ["scheduled"])).toBe("written");
      await lockstep.clock.advanceBy(2 * DAY);
      expect(await lockstep.request(id)).toMatchObject({ status: "failed", ended: { reason: "refused" } });
      expect(lockstep.provider.calls).toEqual([]);
    },
  );

  it("CVE-2026-5712 requester edits what was approved: what was not touched is granted", async () => {
    const lockstep = await lockstepUnderTest();
    await approvedForTomorrow(lockstep);
    await lockstep.clock.advanceBy(DAY);
    expect(lockstep.has()).toBe(true);
  });
});

/** Every part of more time that its approvers see, changed by somebody who can write to the table. */
const editsOfMoreTime: Readonly<Record<string, (asked: AskedExtension) => Partial<AskedExtension>>> = {
  "how much": () => ({ durationSeconds: 180 * 24 * 3600 }),
  "how much, in words": () => ({ duration: "PT1M" }),
  "the justification": () => ({ justification: "something else" }),
  "who asked": () => ({ by: mallory }),
  "the approvers": ({ approval }) => ({
    approval: {
      ...approval,
      steps: [{ anyOf: [{ type: "user", id: bob.userId, name: "bob" }], withinSeconds: 60 }],
    },
  }),
  "who may approve themselves": ({ approval }) => ({
    approval: { ...approval, requesterCanApproveSelf: true },
  }),
  "the version of the flow": ({ frozen }) => (frozen ? { frozen: { ...frozen, flowVersion: 7 } } : {}),
};

describe("CVE-2026-5712 requester edits what was approved, of more time", () => {
  type Extended = RequestIn<"active"> & { readonly extension: AskedExtension };
  const step = aFlow().approval.steps[0] ?? { anyOf: [], withinSeconds: 60 };
  const admins = { type: "user", id: carol.userId, name: "carol" } as const;

  const waiting = async (steps = [step]) => {
    const settings = { requesterCanApproveSelf: false, maxExtensions: 1 };
    const lockstep = await lockstepUnderTest({ flow: aFlow({ settings, approval: { steps } }) });
    const id = await lockstep.submit();
    for (const by of [bob, carol].slice(0, steps.length)) await lockstep.decide(id, "approve", by);
    await lockstep.extend(id);
    return { lockstep, id };
  };

  const edit = async (
    { lockstep, id }: Awaited<ReturnType<typeof waiting>>,
    change: (request: Extended) => Partial<Extended>,
  ): Promise<Extended> => {
    const asked = (await lockstep.request(id)) as Extended;
    const trail = asked.trail.map((entry) => ({ ...entry, sequence: entry.sequence + 1 }));
    const edited = { ...asked, ...change(asked), version: asked.version + 1, trail } as Extended;
    expect(await lockstep.requests.replace(edited, ["active"])).toBe("written");
    return edited;
  };

  const givesNothing = async ({ lockstep, id }: Awaited<ReturnType<typeof waiting>>, by = bob) => {
    const before = (await lockstep.request(id)) as Extended;
    const { askedAt } = before.extension;
    await expect(lockstep.decide(id, "approve", by, askedAt)).rejects.toMatchObject({
      code: "not-pending",
      message:
        "Your approval gave no more time: what waited is not what was asked for. The access goes on until the expiry that it has.",
    });
    const after = await lockstep.request(id);
    expect(after).toMatchObject({ status: "active", expiresAt: before.expiresAt });
    expect(after).not.toHaveProperty("extension");
    expect(after).not.toHaveProperty("extensions");
    expect(after.trail.at(-1)).toMatchObject({
      type: "ExtensionWithdrawn",
      actor: { type: "lockstep", name: "api" },
    });
  };

  it.each(Object.entries(editsOfMoreTime))(
    "CVE-2026-5712 requester edits what was approved, of more time: %s does not change before the approval",
    async (_what, change) => {
      const asked = await waiting();
      await edit(asked, ({ extension }) => ({ extension: { ...extension, ...change(extension) } }));
      await givesNothing(asked);
    },
  );

  it("CVE-2026-5712 requester edits what was approved, of more time: neither does whose access it is, to what, and until when", async () => {
    for (const what of ["the account", "the permission set", "one entitlement more", "the principal"]) {
      const asked = await waiting();
      await edit(asked, (request) => edits[what]?.(request) as Partial<Extended>);
      await givesNothing(asked);
    }
    const asked = await waiting();
    await edit(asked, () => ({ expiresAt: "2026-01-02T00:00:00.000Z" as never }));
    await givesNothing(asked);
  });

  it("CVE-2026-5712 requester edits what was approved, of more time: nor between two steps", async () => {
    const asked = await waiting([step, { anyOf: [admins], withinSeconds: 3600 }]);
    await asked.lockstep.decideExtension(asked.id);
    await edit(asked, ({ extension }) => ({ extension: { ...extension, durationSeconds: 7200 } }));
    await givesNothing(asked, carol);
  });

  it("CVE-2026-5712 requester edits what was approved, of more time: what was not touched is given, and says by what", async () => {
    const { lockstep, id } = await waiting();
    const asked = (await lockstep.request(id)) as Extended;
    await lockstep.decideExtension(id);
    const given = (await lockstep.request(id)) as RequestIn<"active">;
    expect(Date.parse(given.expiresAt) - Date.parse(asked.expiresAt)).toBe(HOUR);
    const { frozen } = asked.extension;
    expect(frozen?.flowVersion).toBe(aFlow().version);
    expect(given.extensions).toMatchObject([{ frozen }]);
    expect(given.trail.slice(-2).map(({ details }) => details)).toMatchObject([
      { flowVersion: frozen?.flowVersion, frozen: frozen?.hash },
      { flowVersion: frozen?.flowVersion, frozen: frozen?.hash },
    ]);
  });

  it("CVE-2026-5712 requester edits what was approved, of more time: what was asked for before this was kept is decided as it was", async () => {
    const asked = await waiting();
    const before = (await asked.lockstep.request(asked.id)) as Extended;
    await edit(asked, ({ extension: { frozen: _none, ...extension } }) => ({ extension }));
    await asked.lockstep.decideExtension(asked.id);
    const given = (await asked.lockstep.request(asked.id)) as RequestIn<"active">;
    expect(Date.parse(given.expiresAt) - Date.parse(before.expiresAt)).toBe(HOUR);
    expect(given.extensions).toMatchObject([{ durationSeconds: 3600 }]);
    expect(given.extensions?.[0]).not.toHaveProperty("frozen");
  });
});

describe("CVE-2025-11621, CVE-2025-59048 same name elsewhere", () => {
  it("CVE-2025-11621, CVE-2025-59048 same name elsewhere: an account's name that two accounts have is refused", async () => {
    const { call, ask, requests } = await apiUnderTest();
    const body = { ...ask, entitlements: [{ account: "sandbox", permissionSet: "PowerUser" }] };
    expect(await call("POST /requests", { body })).toMatchObject({
      status: 400,
      body: { code: "ambiguous-name" },
    });
    const other = { ...ask, entitlements: [{ account: anAccountId(4), permissionSet: "PowerUser" }] };
    expect(await call("POST /requests", { body: other })).toMatchObject({
      body: { code: "no-matching-flow" },
    });
    expect(requests.history).toEqual([]);
  });

  it("CVE-2025-11621, CVE-2025-59048 same name elsewhere: a flow's permission set is its ARN, not its name", async () => {
    const { call, ask, catalogue, requests } = await apiUnderTest();
    // The set was deleted, and another one was made under its name.
    const again = { arn: aPermissionSetArn("PowerUser, again"), name: "PowerUser" };
    catalogue.knowsPermissionSets([{ ...again, sessionDuration: "PT1H", inManagementAccount: false }]);
    expect(await call("POST /requests", { body: ask })).toMatchObject({ body: { code: "no-matching-flow" } });
    expect(requests.history).toEqual([]);
  });

  it("CVE-2025-11621, CVE-2025-59048 same name elsewhere: a group made again under its name decides nothing", async () => {
    const { call, submit, directory } = await apiUnderTest();
    const id = await submit();
    directory.deleteGroup(leads);
    const members = [mallory.userId, carol.userId];
    directory.addGroup({ groupId: aGroupId("leads again"), displayName: "payments-leads", members });
    for (const as of [mallory, carol]) {
      const decision = { as, body: { decision: "approve" } };
      expect((await call(`POST /requests/${id}/decisions`, decision)).status).toBe(404);
    }
  });

  it("CVE-2025-11621, CVE-2025-59048 same name elsewhere: clients and records are kept by account and full ARN", () => {
    const clientsFor = awsClients({ homeAccount: "222222222222" });
    expect(() => clientsFor(anAccountId(4), "grant")).toThrow("reaches only its own account");
    const elsewhere = [
      anEntitlement(),
      anEntitlement({ accountId: anAccountId(4) }),
      anEntitlement({ permissionSetArn: aPermissionSetArn("PowerUser, again") }),
      anEntitlement({ principalType: "GROUP" }),
      anEntitlement({ principalId: mallory.userId }),
    ].map(entitlementKey);
    expect(new Set(elsewhere).size).toBe(elsewhere.length);
  });

  it("CVE-2025-11621, CVE-2025-59048 same name elsewhere: roles of one name in two accounts share no session", async () => {
    const world = connectedAccounts();
    const externalId = "9f86d081884c7d659a2feaa0c55ad015";
    const trust = { lockstepAccountId: world.home, trustedRoles: ["lockstep-sync"], externalId };
    for (const account of [3, 4]) putMemberRoles(world.store, anAccountId(account), trust);
    const members = { memberRoleName: MEMBER_ROLE, externalId };
    const clientsFor = world.clientsOf(
      "lockstep-sync",
      { members },
      "organization.resources.20261121T210000Z",
    );
    for (const account of [3, 4, 3])
      await clientsFor(anAccountId(account), "sync")
        .client(SSOAdminClient)
        .send(new ListInstancesCommand({}));
    const [third, fourth, thirdAgain] = world.calls.map(({ accessKeyId }) => accessKeyId);
    expect(thirdAgain).toBe(third);
    expect(fourth).not.toBe(third);
    await expect(
      clientsFor(anAccountId(5), "sync").client(SSOAdminClient).send(new ListInstancesCommand({})),
    ).rejects.toMatchObject({ problem: { code: "member-role-missing", accountId: anAccountId(5) } });
  });
});
