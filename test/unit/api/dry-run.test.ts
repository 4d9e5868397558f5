import { describe, expect, it } from "vitest";
import type { AccessFlow, FlowStep } from "../../../lambdas/core/domain/access-flow.ts";
import { Circumstances } from "../../../lambdas/core/domain/explanation.ts";
import type { FlowName, UserId } from "../../../lambdas/core/domain/ids.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../support/builders.ts";
import { FakeDirectory } from "../../support/fakes/directory.ts";
import { home } from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, carol, mallory, root, type ApiUnderTest } from "./world.ts";

interface Told {
  readonly allowed: boolean;
  readonly code?: string;
  readonly reasons: readonly string[];
  readonly flow?: string;
  readonly steps: readonly {
    readonly people: readonly { readonly userName?: string; readonly because: readonly string[] }[];
    readonly morePeople: number;
    readonly nobody?: string;
  }[];
  readonly limits?: object;
  readonly circumstances: readonly {
    readonly circumstance: string;
    readonly verdict: string;
    readonly detail: string;
  }[];
  readonly considered: readonly {
    readonly flow: string;
    readonly serves: boolean;
    readonly conditions: readonly {
      readonly condition: string;
      readonly verdict: string;
      readonly detail: string;
    }[];
    readonly steps?: Told["steps"];
  }[];
  readonly inEmergency?: string;
  readonly notNamed: number;
}

const dryRun = async ({ call }: ApiUnderTest, body: unknown, as = alice): Promise<Told> => {
  const answer = await call("POST /requests?dryRun=true", { body, as });
  expect(answer.status).toBe(200);
  return answer.body as Told;
};

/** These flows and no others. */
const onlyFlows = async ({ flows }: ApiUnderTest, ...set: readonly AccessFlow[]) => {
  for (const flow of await flows.list()) await flows.delete(flow);
  for (const flow of set) expect(await flows.put(flow)).toBe("written");
};

const named = (name: string, overrides: Partial<AccessFlow> = {}): AccessFlow =>
  aFlow({ name: name as FlowName, ...overrides });

const ofSomebodyElse = named("secret", {
  requestors: { type: "group", id: aGroupId("payments-leads"), name: "payments-leads" },
});

describe("POST /requests?dryRun=true", () => {
  it("writes nothing, starts nothing, and is not kept from anything by an idempotency key", async () => {
    const world = await apiUnderTest();
    const headers = { "idempotency-key": "once" };
    const told = await world.call("POST /requests?dryRun=true", { body: world.ask, headers });
    expect([told.status, told.headers]).toMatchObject([200, {}]);
    expect(told.headers).not.toHaveProperty("location");
    expect([world.requests.all, world.workflow.started.size]).toEqual([[], 0]);
    // The same key with another body: nothing was done under it.
    const real = await world.call("POST /requests", { body: { ...world.ask, duration: "PT2H" }, headers });
    expect(real.status).toBe(201);
  });

  it("asks for it where it does not say true", async () => {
    const { call, ask } = await apiUnderTest();
    expect((await call("POST /requests?dryRun=false", { body: ask })).status).toBe(201);
    expect(problemIn(await call("POST /requests?dryRun=yes", { body: ask }))).toMatchObject({ status: 400 });
  });

  it("says who would decide, by what, and what the access may have", async () => {
    const world = await apiUnderTest();
    const told = await dryRun(world, world.ask);
    expect(told).toMatchObject({
      allowed: true,
      reasons: [],
      flow: "prod-power",
      steps: [
        {
          within: "PT24H",
          people: [
            { userId: bob.userId, userName: "bob", because: ["group payments-leads, whom the flow names"] },
          ],
          morePeople: 0,
        },
      ],
      limits: { duration: "PT1H", maxDuration: "PT8H" },
      notNamed: 0,
    });
    expect(told.code).toBeUndefined();
    expect(told.circumstances.map(({ verdict }) => verdict)).toEqual(Array(Circumstances.length).fill("met"));
    expect(told.considered).toMatchObject([{ flow: "prod-power", serves: true }]);
    expect(told.considered[0]?.conditions).toHaveLength(14);
  });

  it("names the condition that failed of a flow that is for the requester, and only counts what is for others", async () => {
    const world = await apiUnderTest();
    await world.flows.put(ofSomebodyElse);
    const told = await dryRun(world, { ...world.ask, duration: "PT9H" });
    expect(told).toMatchObject({ allowed: false, code: "duration-above-maximum", notNamed: 1 });
    expect(told.considered.map(({ flow }) => flow)).toEqual(["prod-power"]);
    const failed = told.considered[0]?.conditions.filter(({ verdict }) => verdict === "unmet");
    expect(failed).toEqual([{ condition: "duration", verdict: "unmet", detail: "allows at most PT8H" }]);
    expect(JSON.stringify(told)).not.toContain("secret");
  });

  it("tells everything that is in the way, not only what comes first", async () => {
    const world = await apiUnderTest({ guardrails: { neverGrantable: [{ permissionSets: ["PowerUser"] }] } });
    world.organization.setState(anAccountId(2), "SUSPENDED");
    const told = await dryRun(world, { ...world.ask, startAt: "2020-01-01T00:00:00Z" });
    const unmet = told.circumstances.filter(({ verdict }) => verdict === "unmet");
    expect(unmet.map(({ circumstance }) => circumstance)).toEqual(["start", "guardrails", "account-state"]);
    expect([told.code, told.reasons.length]).toEqual(["start-out-of-bounds", 3]);
  });

  it("shows a step that nobody decides as that, with the reason, beside the others", async () => {
    const world = await apiUnderTest();
    const steps: FlowStep[] = [
      { anyOf: [{ type: "user", id: bob.userId, name: "bob" }], withinSeconds: 60 },
      { anyOf: [{ type: "manager" }], withinSeconds: 60 },
    ];
    await onlyFlows(world, aFlow({ approval: { steps } }));
    const told = await dryRun(world, world.ask);
    expect(told).toMatchObject({ allowed: false, code: "no-approver", flow: "prod-power" });
    expect(told.steps[0]?.nobody).toBeUndefined();
    expect(told.steps[1]?.nobody).toContain("names no manager");
    expect(told.circumstances.find(({ circumstance }) => circumstance === "approvers")?.verdict).toBe(
      "unmet",
    );
  });

  it("goes on to the flow that somebody can approve, and says why the one before does not serve", async () => {
    const world = await apiUnderTest();
    const manager = named("a-manager", {
      approval: { steps: [{ anyOf: [{ type: "manager" }], withinSeconds: 60 }] },
    });
    const nobodies = named("b-nobodies", {
      approval: {
        steps: [{ anyOf: [{ type: "user", id: alice.userId, name: "alice" }], withinSeconds: 60 }],
      },
    });
    await onlyFlows(world, manager, nobodies, named("c-leads"), named("d-leads"));
    const told = await dryRun(world, world.ask);
    expect(told).toMatchObject({
      allowed: true,
      flow: "c-leads",
      steps: [{ people: [{ userName: "bob" }] }],
    });
    const approvers = told.considered.map(({ flow, serves, conditions }) => {
      const { condition, verdict, detail } = conditions.at(-1) ?? {};
      return { flow, serves, condition, verdict, detail };
    });
    expect(approvers).toEqual([
      {
        flow: "a-manager",
        serves: false,
        condition: "approvers",
        verdict: "unmet",
        detail: expect.stringContaining("names no manager") as unknown,
      },
      {
        flow: "b-nobodies",
        serves: false,
        condition: "approvers",
        verdict: "unmet",
        detail: expect.stringContaining("no enabled user in it (alice)") as unknown,
      },
      {
        flow: "c-leads",
        serves: true,
        condition: "approvers",
        verdict: "met",
        detail: "has enabled people for every step of its approval",
      },
      {
        flow: "d-leads",
        serves: true,
        condition: "approvers",
        verdict: "met",
        detail: "has enabled people for every step of its approval",
      },
    ]);
  });

  it("says of each flow that would serve who would decide, and by what", async () => {
    const world = await apiUnderTest();
    const byRoot = named("b-root", {
      approval: { steps: [{ anyOf: [{ type: "user", id: root.userId, name: "root" }], withinSeconds: 60 }] },
    });
    const short = named("c-short", { duration: { max: "PT1M", maxSeconds: 60 } });
    await onlyFlows(world, named("a-leads"), byRoot, short);
    const told = await dryRun(world, world.ask);
    expect(told.considered.map(({ flow, serves, steps }) => [flow, serves, steps])).toMatchObject([
      ["a-leads", true, [{ people: [{ userName: "bob" }], morePeople: 0 }]],
      ["b-root", true, [{ people: [{ userName: "root", because: ["user root, whom the flow names"] }] }]],
      ["c-short", false, undefined],
    ]);
    expect(told.steps).toEqual(told.considered[0]?.steps);
  });

  it("says it of a flow behind one that asks nobody, too", async () => {
    const world = await apiUnderTest();
    await onlyFlows(world, named("a-nobody", { approval: { steps: [] } }), named("b-leads"));
    const told = await dryRun(world, world.ask);
    expect(told).toMatchObject({ flow: "a-nobody", steps: [] });
    expect(told.considered).toMatchObject([{ steps: [] }, { steps: [{ people: [{ userName: "bob" }] }] }]);
  });

  it("passes over a flow that gives more than a guardrail allows to whoever says no duration", async () => {
    const world = await apiUnderTest({ guardrails: { neverGrantable: [], maxDurationSeconds: 3600 } });
    const less = { max: "PT8H", maxSeconds: 8 * 3600, default: "PT30M", defaultSeconds: 1800 };
    await onlyFlows(world, named("a"), named("b", { duration: less }));
    const body = { ...world.ask, duration: undefined };
    const told = await dryRun(world, body);
    expect(told).toMatchObject({ allowed: true, flow: "b", limits: { duration: "PT30M" } });
    expect(told.considered[0]?.conditions.find(({ condition }) => condition === "duration")).toEqual({
      condition: "duration",
      verdict: "unmet",
      detail:
        "gives PT8H to whoever says no duration, and nothing lasts longer than PT1H (deploy setting guardrails.maxDuration)",
    });
    const real = await world.call("POST /requests", { body });
    expect(real).toMatchObject({ status: 201, body: { flow: "b", duration: "PT30M" } });
    // Whoever says how long is asked nothing else than before.
    expect(await dryRun(world, world.ask)).toMatchObject({ allowed: true, flow: "a" });
  });

  it("says by which fallback an owner was found", async () => {
    const world = await apiUnderTest();
    await onlyFlows(
      world,
      aFlow({ approval: { steps: [{ anyOf: [{ type: "owner" }], withinSeconds: 60 }] } }),
    );
    const told = await dryRun(world, world.ask);
    expect([told.code, told.steps[0]?.nobody]).toEqual([
      "no-approver",
      expect.stringContaining("integration"),
    ]);
    const ownedBy = { users: [], groups: [{ id: aGroupId("payments-leads"), name: "payments-leads" }] };
    expect(await world.integrations.put({ ...home, version: 1, owner: ownedBy })).toBe("written");
    const owned = await dryRun(world, world.ask);
    expect(owned).toMatchObject({ allowed: true, steps: [{ people: [{ userName: "bob" }] }] });
    expect(owned.steps[0]?.people[0]?.because[0]).toMatch(
      /^the owner \(group payments-leads\): .*integration/,
    );
  });

  it("tells of nobody who is disabled", async () => {
    const world = await apiUnderTest();
    world.directory.setEnabled(bob.userId, false);
    const told = await dryRun(world, world.ask);
    expect(told).toMatchObject({ allowed: false, code: "no-approver", steps: [{ people: [] }] });
  });

  it("names a hundred people, and counts the others", async () => {
    const world = await apiUnderTest();
    for (let index = 0; index < 120; index += 1) {
      const userId = aUserId(`lead-${String(index)}`);
      world.directory.addUser({ userId, userName: `lead-${String(index)}` });
      world.directory.join(userId, aGroupId("payments-leads"));
    }
    const told = await dryRun(world, world.ask);
    expect([told.steps[0]?.people.length, told.steps[0]?.morePeople]).toEqual([100, 21]);
  });

  it("refuses what it cannot make sense of as the request would be", async () => {
    const world = await apiUnderTest();
    const entitlements = [{ account: "nowhere", permissionSet: "PowerUser" }];
    const refused = await world.call("POST /requests?dryRun=true", { body: { ...world.ask, entitlements } });
    expect(problemIn(refused)).toMatchObject({ status: 400, code: "unknown-name" });
  });

  it("looks up what the request does, and besides that a batch and twenty people at most", async () => {
    const directory = new CountingDirectory();
    const world = await apiUnderTest({ directory });
    for (const person of [alice, bob]) {
      directory.addUser({ ...person, email: `${person.userName}@example.com` });
    }
    directory.addGroup({
      groupId: aGroupId("payments-engineers"),
      displayName: "payments-engineers",
      members: [alice.userId],
    });
    const leads = Array.from({ length: 120 }, (_, index) => aUserId(`lead-${String(index)}`));
    for (const userId of leads) directory.addUser({ userId, userName: userId });
    directory.addGroup({
      groupId: aGroupId("payments-leads"),
      displayName: "payments-leads",
      members: leads,
    });
    await world.call("POST /requests", { body: world.ask });
    const ofRequest = directory.calls;
    directory.calls = 0;
    await dryRun(world, world.ask);
    expect(directory.calls - ofRequest).toBeLessThanOrEqual(20);
    expect(ofRequest).toBeLessThan(6);
    // Flows behind the one that serves cost a request nothing; of these an explanation looks up two hundred approvers in all.
    const another = Array.from({ length: 250 }, (_, index) =>
      named(`z-${String(index).padStart(3, "0")}`, {
        approval: {
          steps: [
            {
              anyOf: [{ type: "user", id: aUserId(`lead-z-${String(index)}`), name: "lead" }],
              withinSeconds: 60,
            },
          ],
        },
      }),
    );
    for (const flow of another) await world.flows.put(flow);
    directory.calls = 0;
    await world.call("POST /requests", { body: world.ask });
    expect(directory.calls).toBe(ofRequest);
    directory.calls = 0;
    const told = await dryRun(world, world.ask);
    expect(directory.calls).toBeLessThanOrEqual(ofRequest + 200 + 20);
    expect(told.considered.at(-1)?.conditions.at(-1)).toMatchObject({
      verdict: "unknown",
      detail: "names approvers, and nobody has looked for people among them",
    });
  });
});

/** Counts the calls that cost a call of AWS. */
class CountingDirectory extends FakeDirectory {
  calls = 0;
  override user(id: UserId) {
    this.calls += 1;
    return super.user(id);
  }
  override members(...input: Parameters<FakeDirectory["members"]>) {
    this.calls += 1;
    return super.members(...input);
  }
  override memberships(...input: Parameters<FakeDirectory["memberships"]>) {
    this.calls += 1;
    return super.memberships(...input);
  }
}

const leadsDecide: FlowStep = {
  anyOf: [{ type: "group", id: aGroupId("payments-leads"), name: "payments-leads" }],
  withinSeconds: 3600,
};
const { settings } = aFlow();
const target = (over: object) => [
  {
    accounts: [],
    organizationalUnits: [],
    permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
    ...over,
  },
];

const flowSets: Readonly<Record<string, readonly AccessFlow[]>> = {
  "as it is": [aFlow()],
  nothing: [aFlow({ active: false })],
  automatic: [aFlow({ trigger: "automatic" })],
  "for others": [ofSomebodyElse],
  "by a unit": [
    aFlow({
      targets: target({ organizationalUnits: [{ id: anOrganizationalUnitId("workloads"), name: "/W" }] }),
    }),
  ],
  "every account of the tree": [
    aFlow({ targets: target({ organizationalUnits: [{ id: "r-abcd" as never, name: "/" }] }) }),
  ],
  excluded: [
    aFlow({
      targets: target({
        accounts: [{ id: anAccountId(2), name: "payments-prod" }],
        exclude: { accounts: [{ id: anAccountId(2), name: "payments-prod" }], organizationalUnits: [] },
      }),
    }),
  ],
  "a missing bundle": [aFlow({ targets: [{ bundle: "gone" as never }] })],
  "a missing scope": [aFlow({ targets: [{ accessScope: "gone" as never }] })],
  "break-glass beside it": [
    aFlow(),
    named("in-need", {
      breakGlass: { reviewWithinSeconds: 3600, watchers: [] },
      approval: { steps: [] },
    }),
  ],
  "for anybody": [aFlow({ requestFor: ["self", "others"] })],
  "for reports": [aFlow({ requestFor: ["direct-reports"] })],
  unconfirmed: [aFlow({ unconfirmedEditors: [alice.userId] as never })],
  "at weekends": [
    aFlow({
      timeframe: { days: ["saturday", "sunday"], from: "00:00", to: "24:00", timeZone: "UTC" } as never,
    }),
  ],
  "with more than a password": [aFlow({ settings: { ...settings, mfaRequired: true } })],
  "with a ticket": [aFlow({ settings: { ...settings, ticketPattern: "INC-[0-9]+" } })],
  "with short sessions": [aFlow({ settings: { ...settings, maxSessionSeconds: 60 } })],
  "two that serve": [aFlow(), named("lighter", { approval: { steps: [] } })],
  "two steps": [
    aFlow({ approval: { steps: [leadsDecide, { allOf: leadsDecide.anyOf, withinSeconds: 60 }] } }),
  ],
  "two steps, one person": [
    aFlow({ approval: { steps: [leadsDecide, leadsDecide], sameApproverInSeveralSteps: true } }),
  ],
  "the requester alone, and more steps by others": [
    aFlow({
      approval: {
        steps: [{ anyOf: [{ type: "user", id: alice.userId, name: "alice" }], withinSeconds: 60 }],
      },
    }),
    named("more", {
      approval: { steps: [leadsDecide, leadsDecide], sameApproverInSeveralSteps: true },
    }),
  ],
  "a manager": [aFlow({ approval: { steps: [{ anyOf: [{ type: "manager" }], withinSeconds: 60 }] } })],
  "an owner": [aFlow({ approval: { steps: [{ anyOf: [{ type: "owner" }], withinSeconds: 60 }] } })],
  "the requester": [
    aFlow({
      approval: {
        steps: [{ anyOf: [{ type: "user", id: alice.userId, name: "alice" }], withinSeconds: 60 }],
      },
    }),
  ],
  "the requester, who may": [
    aFlow({
      settings: { ...settings, requesterCanApproveSelf: true },
      approval: {
        steps: [{ anyOf: [{ type: "user", id: alice.userId, name: "alice" }], withinSeconds: 60 }],
      },
    }),
  ],
  "automatically when short": [
    aFlow({ approval: { steps: [leadsDecide], automatic: { type: "duration-below", seconds: 5400 } } }),
  ],
};

const asks: Readonly<Record<string, object>> = {
  "an hour": {},
  "two hours": { duration: "PT2H" },
  "too long": { duration: "PT9H" },
  "what the flow gives": { duration: undefined },
  "without saying why": { justification: undefined },
  "with a ticket": { ticket: "INC-1" },
  "in need": { breakGlass: true },
  "in the past": { startAt: "2020-01-01T00:00:00Z" },
  "on a Saturday": { startAt: "2026-01-03T10:00:00Z" },
  "for carol": { principal: { type: "USER", name: "carol" } },
  "for nobody": { principal: { type: "USER", name: "nobody" } },
  "for a group": { principal: { type: "GROUP", name: "payments-engineers" } },
  "for a group of others": { principal: { type: "GROUP", name: "platform-admins" } },
  "in the management account": { entitlements: [{ account: "management", permissionSet: "PowerUser" }] },
  "in a closed account": { entitlements: [{ account: "payments-old", permissionSet: "PowerUser" }] },
  "in a strange account": { entitlements: [{ account: "444444444444", permissionSet: "PowerUser" }] },
};

describe("a dry run and the request itself", () => {
  const cases = Object.entries(flowSets).flatMap(([flows, set]) =>
    Object.entries(asks).map(([ask, over]) => ({ flows, set, ask, over })),
  );

  const outcomeOf = async (
    guardrails: ApiUnderTest["ports"]["guardrails"],
    set: readonly AccessFlow[],
    over: object,
  ) => {
    const world = await apiUnderTest({ guardrails });
    await onlyFlows(world, ...set);
    world.directory.setAttributes(carol.userId, { manager: alice.userId });
    world.directory.setAttributes(alice.userId, { manager: root.userId });
    const body = { ...world.ask, ...over };
    const told = await dryRun(world, body);
    const real = await world.call("POST /requests", { body });
    return { told, real };
  };

  const agree = ({ told, real }: Awaited<ReturnType<typeof outcomeOf>>) => {
    const body = real.body as {
      code?: string;
      flow?: string;
      approval?: { steps: readonly object[]; automatically?: string };
    };
    const steps = told.steps.map(({ people: _people, morePeople: _more, ...step }) => step);
    if (real.status === 201) {
      expect({ allowed: told.allowed, flow: told.flow, steps }).toEqual({
        allowed: true,
        flow: body.flow,
        steps: body.approval?.steps,
      });
      expect(told).toHaveProperty("limits.duration", (real.body as { duration: string }).duration);
    } else {
      expect([told.allowed, told.code]).toEqual([false, body.code]);
    }
  };

  it.each(cases)("agree: flows $flows, asked $ask", async ({ set, over }) => {
    agree(await outcomeOf({ neverGrantable: [] }, set, over));
  });

  it.each(Object.entries(flowSets))(
    "agree where guardrails are in the way: flows %s",
    async (_flows, set) => {
      const never = [{ permissionSets: ["PowerUser"] }];
      agree(await outcomeOf({ neverGrantable: never, maxDurationSeconds: 60 }, set, {}));
      agree(await outcomeOf({ neverGrantable: [], maxDurationSeconds: 3600 }, set, { duration: "PT2H" }));
      agree(await outcomeOf({ neverGrantable: [], maxDurationSeconds: 3600 }, set, { duration: undefined }));
    },
  );

  it("cover both outcomes, and most reasons", async () => {
    const codes = new Map<string, number>();
    for (const { set, over } of cases) {
      const { told } = await outcomeOf({ neverGrantable: [] }, set, over);
      const code = told.code ?? "allowed";
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(codes.get("allowed")).toBeGreaterThan(50);
    expect([...codes.keys()].toSorted()).toEqual([
      "account-not-active",
      "allowed",
      "duration-above-maximum",
      "flow-unconfirmed",
      "justification-required",
      "management-account",
      "mfa-required",
      "no-approver",
      "no-matching-flow",
      "outside-timeframe",
      "principal-not-allowed",
      "session-too-long",
      "start-out-of-bounds",
      "ticket-required",
    ]);
  });

  it("agree for somebody whom no flow names", async () => {
    const world = await apiUnderTest();
    expect(await dryRun(world, world.ask, mallory)).toMatchObject({
      allowed: false,
      considered: [],
      notNamed: 1,
    });
    expect(problemIn(await world.call("POST /requests", { as: mallory, body: world.ask })).code).toBe(
      "no-matching-flow",
    );
  });
});
