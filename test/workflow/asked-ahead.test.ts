import { describe, expect, it } from "vitest";
import type {
  AccessFlow,
  AutomaticApprovalCondition,
  ResourceTarget,
} from "../../lambdas/core/domain/access-flow.ts";
import { RetryableError } from "../../lambdas/core/domain/errors.ts";
import { secondsAfter, timestamp, type FlowName, type RotaName } from "../../lambdas/core/domain/ids.ts";
import type { Rota } from "../../lambdas/core/domain/rota.ts";
import type { Rule } from "../../lambdas/core/domain/rule.ts";
import { aFlow, anAccountId, anOrganizationalUnitId } from "../support/builders.ts";
import { anAccountFact, seen } from "../support/facts.ts";
import {
  DAY,
  HOUR,
  alice,
  bob,
  carol,
  engineers,
  leads,
  lockstepUnderTest,
  type LockstepUnderTest,
} from "../support/lockstep-under-test.ts";

/* Access that is asked for ahead. The virtual clock begins on 2026-01-01 at midnight; the access is to begin two days later. */

const startAt = "2026-01-03T00:00:00.000Z";
const primary = "primary" as RotaName;
const onCall = { type: "on-call", rota: primary } as const;
const isSandbox: AutomaticApprovalCondition = { type: "target-tag", key: "env", values: ["sandbox"] };

/** Nobody is asked where the rule is met. */
const automaticallyIf = (automatic: Rule<AutomaticApprovalCondition>): AccessFlow =>
  aFlow({ approval: { ...aFlow().approval, automatic } });

/** Who is on call on which day of the month. */
const aRota = (days: Readonly<Record<string, typeof alice>>, overrides: Partial<Rota> = {}): Rota => ({
  name: primary,
  version: 1,
  updatedAt: aFlow().updatedAt,
  updatedBy: "test",
  timeZone: "UTC",
  shifts: Object.entries(days).map(([day, { userId, userName }]) => {
    const from = new Date(`2026-01-0${day}T00:00:00.000Z`);
    return {
      user: { id: userId, name: userName },
      from: timestamp(from),
      to: secondsAfter(from, DAY / 1000),
    };
  }),
  overrides: [],
  ...overrides,
});

const tagged = (lockstep: LockstepUnderTest, env: string, at: Date) =>
  lockstep.policies.inventory.record(
    seen(anAccountFact(2, { tags: { env } }), { observedAt: timestamp(at) }),
  );

/** Asks ahead, lets `meanwhile` happen a day later, and says how it stands when it should have begun. */
const askedAhead = async (
  lockstep: LockstepUnderTest,
  meanwhile: () => unknown,
  ask: Parameters<LockstepUnderTest["submit"]>[1] = {},
) => {
  const id = await lockstep.submit(alice, { startAt, ...ask });
  if ((await lockstep.request(id)).status === "pending") await lockstep.decide(id);
  expect((await lockstep.request(id)).status).toBe("scheduled");
  await lockstep.clock.advanceBy(DAY);
  await meanwhile();
  await lockstep.clock.advanceTo(new Date(Date.parse(startAt) + HOUR / 2));
  return lockstep.request(id);
};
const refusedFor = (message: string) => ({ status: "failed", ended: { reason: "refused", message } });

describe("access that was asked for ahead, when it is to begin", () => {
  it("is given where all is still as it was, whatever the flow says by now", async () => {
    const lockstep = await lockstepUnderTest();
    const request = await askedAhead(lockstep, () =>
      lockstep.flows.put(
        aFlow({ version: 2, requestors: { type: "group", id: leads, name: "payments-leads" } }),
      ),
    );
    expect(request.status).toBe("active");
    expect(lockstep.has()).toBe(true);
  });

  it("is not for somebody who has left the group, though people approved it", async () => {
    const lockstep = await lockstepUnderTest();
    const request = await askedAhead(lockstep, () => {
      lockstep.directory.leave(alice.userId, engineers);
    });
    expect(request).toMatchObject(
      refusedFor("access flow prod-power is for group payments-engineers, as its requester is not any more"),
    );
    expect(lockstep.provider.calls).toEqual([]);
    expect(request.trail.at(-1)).toMatchObject({ type: "RequestRefused" });
  });

  it("is not judged by a flow that was made for whoever left", async () => {
    const lockstep = await lockstepUnderTest();
    const request = await askedAhead(lockstep, async () => {
      lockstep.directory.leave(alice.userId, engineers);
      const { userId, userName } = alice;
      await lockstep.flows.put(
        aFlow({ version: 2, requestors: { type: "user", id: userId, name: userName } }),
      );
    });
    expect(request).toMatchObject({ status: "failed", ended: { reason: "refused" } });
  });

  it("is not where it is not known whether the group's members are still those", async () => {
    const group = { type: "group", id: engineers, name: "payments-engineers" } as const;
    const stranger = { type: "group", id: leads, name: "payments-leads" } as const;
    const lockstep = await lockstepUnderTest({
      flow: aFlow({ requestors: { allOf: [group, { not: stranger }] } }),
    });
    const request = await askedAhead(lockstep, () => {
      lockstep.directory.deleteGroup(leads);
    });
    expect(request).toMatchObject(
      refusedFor(
        "access flow prod-power is for (group payments-engineers and not group payments-leads), and whether its requester still is that is not known",
      ),
    );
  });

  it.each([
    [
      "disabled",
      (lockstep: LockstepUnderTest) => {
        lockstep.directory.setEnabled(alice.userId, false);
      },
    ],
    [
      "deleted",
      (lockstep: LockstepUnderTest) => {
        lockstep.directory.deleteUser(alice.userId);
      },
    ],
  ])("is not of a requester who was %s", async (_how, happens) => {
    const lockstep = await lockstepUnderTest();
    const request = await askedAhead(lockstep, () => {
      happens(lockstep);
    });
    expect(request).toMatchObject(
      refusedFor("its requester (alice) is not an enabled user of the directory any more"),
    );
  });

  it("is not for a group that its requester has left", async () => {
    const lockstep = await lockstepUnderTest({
      flow: aFlow({ requestors: { type: "user", id: alice.userId, name: "alice" } }),
    });
    const principal = { type: "GROUP", name: "payments-engineers" } as const;
    const request = await askedAhead(
      lockstep,
      () => {
        lockstep.directory.leave(alice.userId, engineers);
      },
      { principal },
    );
    expect(request).toMatchObject({ status: "failed", ended: { reason: "refused" } });
  });

  it("is not for a report who has another manager by now", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow({ requestFor: ["direct-reports"] }) });
    lockstep.directory.setAttributes(carol.userId, { manager: alice.userName });
    const request = await askedAhead(
      lockstep,
      () => {
        lockstep.directory.setAttributes(carol.userId, { manager: bob.userName });
      },
      { principal: { type: "USER", name: "carol" } },
    );
    expect(request).toMatchObject(
      refusedFor("access flow prod-power does not let its requester ask for whoever would get it any more"),
    );
    expect(lockstep.has(carol)).toBe(false);
  });

  it("waits while the directory does not answer, and is judged by its answer", async () => {
    const lockstep = await lockstepUnderTest();
    const { directory } = lockstep;
    const user = directory.user.bind(directory);
    const request = await askedAhead(lockstep, () => {
      directory.leave(alice.userId, engineers);
      let failures = 2;
      directory.user = (id) => {
        failures -= 1;
        return failures < 0
          ? user(id)
          : Promise.reject(new RetryableError("DirectoryUnavailable", "throttled"));
      };
    });
    expect(request).toMatchObject({ status: "failed", ended: { reason: "refused" } });
    expect(lockstep.provider.calls).toEqual([]);
  });
});

describe("access that nobody was asked for, and that begins later", () => {
  it("is whose turn on call it is then, and not whose it is when they ask", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticallyIf(onCall) });
    await lockstep.policies.rotas.put(aRota({ 1: alice, 3: carol }));
    const ofAlice = await lockstep.submit(alice, { startAt });
    expect((await lockstep.request(ofAlice)).status).toBe("pending");
    const ofCarol = await lockstep.submit(carol, { startAt });
    expect((await lockstep.request(ofCarol)).status).toBe("scheduled");
  });

  it("is refused to whoever asks ahead for when they are not on call, where only they may ask", async () => {
    const lockstep = await lockstepUnderTest({ flow: aFlow({ requestors: onCall }) });
    await lockstep.policies.rotas.put(aRota({ 1: alice, 3: carol }));
    await expect(lockstep.submit(alice, { startAt })).rejects.toMatchObject({ code: "no-matching-flow" });
    await expect(lockstep.submit(alice)).resolves.toBeDefined();
  });

  it("is refused when the turn was swapped meanwhile", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticallyIf(onCall) });
    await lockstep.policies.rotas.put(aRota({ 3: alice }));
    const request = await askedAhead(lockstep, () =>
      lockstep.policies.rotas.put(aRota({ 3: carol }, { version: 2 })),
    );
    expect(request).toMatchObject(
      refusedFor("access flow prod-power asked nobody as on call by rota primary, which is not so any more"),
    );
    expect(lockstep.has()).toBe(false);
  });

  it("is refused by a rota that its requester has changed since, until somebody else confirms", async () => {
    const flow = automaticallyIf(onCall);
    const lockstep = await lockstepUnderTest({ flow, secondAdministrator: true });
    await lockstep.policies.rotas.put(aRota({ 3: alice }));
    const request = await askedAhead(lockstep, () =>
      lockstep.policies.rotas.put(aRota({ 3: alice }, { version: 2, unconfirmedEditors: [alice.userId] })),
    );
    expect(request).toMatchObject({ status: "failed", ended: { reason: "refused" } });
    expect((request as { ended: { message: string } }).ended.message).toContain("rota primary");
  });

  it("is given by a rota that somebody else has changed", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticallyIf(onCall), secondAdministrator: true });
    await lockstep.policies.rotas.put(aRota({ 3: alice }));
    const request = await askedAhead(lockstep, () =>
      lockstep.policies.rotas.put(aRota({ 3: alice }, { version: 2, unconfirmedEditors: [carol.userId] })),
    );
    expect(request.status).toBe("active");
  });

  const forGroup = { type: "GROUP", name: "payments-engineers" } as const;
  const forCarol = { type: "USER", name: "carol" } as const;
  it.each([
    ["a member of the group that would get it", carol, forGroup, "failed"],
    ["nobody of the group that would get it", bob, forGroup, "active"],
    ["the person whom it is for", carol, forCarol, "failed"],
    ["neither who asks nor whom it is for", bob, forCarol, "active"],
  ] as const)("goes by a rota that was changed since by %s", async (_who, editor, principal, status) => {
    const flow = { ...automaticallyIf(onCall), requestFor: ["self", "others"] } satisfies AccessFlow;
    const lockstep = await lockstepUnderTest({ flow, secondAdministrator: true });
    await lockstep.policies.rotas.put(aRota({ 3: alice }));
    const unconfirmedEditors = [editor.userId];
    const request = await askedAhead(
      lockstep,
      () => lockstep.policies.rotas.put(aRota({ 3: alice }, { version: 2, unconfirmedEditors })),
      { principal },
    );
    expect(request.status).toBe(status);
    if (status === "failed")
      expect(request).toMatchObject(
        refusedFor(
          "rota primary, by which access flow prod-power gives it, was changed by whoever would get it, and no other administrator has confirmed that",
        ),
      );
  });

  it.each([
    ["49", "failed", HOUR],
    ["48", "active", 0],
  ])("goes by tags that were seen %s hours before: %s", async (_hours, status, before) => {
    const lockstep = await lockstepUnderTest({ flow: automaticallyIf(isSandbox) });
    await tagged(lockstep, "sandbox", new Date(lockstep.clock.now().getTime() - before));
    const request = await askedAhead(lockstep, () => undefined);
    expect(request.status).toBe(status);
  });

  it.each([
    ["prod", "failed"],
    ["sandbox", "active"],
  ])("goes by the account's tags of then: %s is %s", async (env, status) => {
    const lockstep = await lockstepUnderTest({ flow: automaticallyIf(isSandbox) });
    await tagged(lockstep, "sandbox", lockstep.clock.now());
    const request = await askedAhead(lockstep, () => tagged(lockstep, env, lockstep.clock.now()));
    expect(request.status).toBe(status);
  });

  it("is not asked of the tags again where people approved it", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticallyIf(isSandbox) });
    await tagged(lockstep, "prod", lockstep.clock.now());
    expect((await askedAhead(lockstep, () => undefined)).status).toBe("active");
  });
});

describe("access that nobody approved, and that begins later", () => {
  const withoutSteps = { ...aFlow().approval, steps: [] };
  const [powerUserInProd] = aFlow().targets as [ResourceTarget];
  const givenBy = (target: Partial<ResourceTarget>): AccessFlow =>
    aFlow({ approval: withoutSteps, targets: [{ ...powerUserInProd, accounts: [], ...target }] });
  const sandbox = { id: anOrganizationalUnitId("sandbox"), name: "/Sandbox" };
  const moved = (lockstep: LockstepUnderTest, ou: string) => {
    const { id, name } = powerUserInProd.accounts[0] ?? { id: anAccountId(2), name: "" };
    lockstep.organization.addOrganizationalUnit("/Sandbox", sandbox.id);
    lockstep.organization.addAccount({ id, name, ou });
  };

  it.each([
    ["by tags", { tags: [{ key: "env", values: ["sandbox"] }] }],
    [
      "by tags that exclude",
      {
        accounts: powerUserInProd.accounts,
        exclude: { accounts: [], organizationalUnits: [], tags: [{ key: "env", values: ["prod"] }] },
      },
    ],
  ])("goes by the account's tags of then, where the flow gives it %s", async (_how, target) => {
    const retagged = async (env: string) => {
      const lockstep = await lockstepUnderTest({ flow: givenBy(target) });
      await tagged(lockstep, "sandbox", lockstep.clock.now());
      const request = await askedAhead(lockstep, () => tagged(lockstep, env, lockstep.clock.now()));
      return { request, calls: lockstep.provider.calls.length };
    };
    const { request, calls } = await retagged("prod");
    expect(request).toMatchObject(
      refusedFor("access flow prod-power does not give PowerUser in payments-prod any more"),
    );
    expect(calls).toBe(0);
    expect((await retagged("sandbox")).request.status).toBe("active");
  });

  it("is not given by tags that nobody has seen for days", async () => {
    const lockstep = await lockstepUnderTest({ flow: givenBy({ tags: [{ key: "env" }] }) });
    await tagged(lockstep, "sandbox", new Date(lockstep.clock.now().getTime() - HOUR));
    expect(await askedAhead(lockstep, () => undefined)).toMatchObject(
      refusedFor("whether access flow prod-power still gives PowerUser in payments-prod is not known"),
    );
  });

  it.each([
    ["/", "failed"],
    ["/Sandbox", "active"],
  ])("goes by the unit that the account is in then: in %s it is %s", async (ou, status) => {
    const lockstep = await lockstepUnderTest({ flow: givenBy({ organizationalUnits: [sandbox] }) });
    moved(lockstep, "/Sandbox");
    const request = await askedAhead(lockstep, () => {
      moved(lockstep, ou);
    });
    expect(request.status).toBe(status);
    expect(lockstep.has()).toBe(status === "active");
  });

  it.each([
    ["was deactivated", (flow: AccessFlow) => ({ ...flow, version: 2, active: false })],
    [
      "takes no requests any more",
      (flow: AccessFlow) => ({ ...flow, version: 2, trigger: "automatic" as const }),
    ],
  ])("is not given by a flow that %s", async (became, changed) => {
    const flow = aFlow({ approval: withoutSteps });
    const lockstep = await lockstepUnderTest({ flow });
    const request = await askedAhead(lockstep, () => lockstep.flows.put(changed(flow)));
    expect(request).toMatchObject(refusedFor(`access flow prod-power ${became}`));
    expect(lockstep.provider.calls).toEqual([]);
  });

  it("is given by the targets that the flow had when they asked", async () => {
    const flow = aFlow({ approval: withoutSteps });
    const lockstep = await lockstepUnderTest({ flow });
    const request = await askedAhead(lockstep, () =>
      lockstep.flows.put({ ...givenBy({ tags: [{ key: "env" }] }), version: 2 }),
    );
    expect(request.status).toBe("active");
  });

  it("is given all the same where people approved it", async () => {
    const { targets } = givenBy({ tags: [{ key: "env", values: ["sandbox"] }] });
    const flow = aFlow({ targets });
    const lockstep = await lockstepUnderTest({ flow });
    await tagged(lockstep, "sandbox", lockstep.clock.now());
    const request = await askedAhead(lockstep, async () => {
      await tagged(lockstep, "prod", lockstep.clock.now());
      await lockstep.flows.put({ ...flow, version: 2, active: false });
    });
    expect(request.status).toBe("active");
  });
});

it("nothing is looked up for access that begins when it is asked for", async () => {
  const lockstep = await lockstepUnderTest({
    flow: automaticallyIf({ type: "duration-below", seconds: 7200 }),
  });
  const { directory } = lockstep;
  let asked = 0;
  const { submit } = lockstep;
  const user = directory.user.bind(directory);
  directory.user = (id) => {
    asked += 1;
    return user(id);
  };
  const id = await submit();
  expect((await lockstep.request(id)).status).toBe("active");
  expect(asked).toBe(0);
});

it("a condition that is taken out of a scheduled request is seen: it is not what was approved", async () => {
  const lockstep = await lockstepUnderTest({ flow: aFlow({ name: "prod-power" as FlowName }) });
  const id = await lockstep.submit(alice, { startAt });
  await lockstep.decide(id);
  const scheduled = await lockstep.request(id);
  if (scheduled.status !== "scheduled") throw new Error(`Expected scheduled, found ${scheduled.status}`);
  const { atStart: _conditions, ...without } = scheduled;
  const version = scheduled.version + 1;
  const trail = scheduled.trail.map((entry) => ({ ...entry, sequence: entry.sequence + 1 }));
  await lockstep.requests.replace({ ...without, version, trail }, ["scheduled"]);
  await lockstep.clock.advanceTo(new Date(Date.parse(startAt) + HOUR / 2));
  expect(await lockstep.request(id)).toMatchObject(refusedFor("the request is not what was approved"));
});
