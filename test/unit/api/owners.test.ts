import { describe, expect, it } from "vitest";
import type { AccessFlow, FlowStep, Party } from "../../../lambdas/core/domain/access-flow.ts";
import { frozenHash } from "../../../lambdas/core/domain/frozen.ts";
import { RequestIdSchema } from "../../../lambdas/core/domain/ids.ts";
import type { Integration } from "../../../lambdas/core/domain/integration.ts";
import type { Person } from "../../../lambdas/core/domain/principal.ts";
import { grantAccess } from "../../../lambdas/core/use-cases/grant-access.ts";
import { aFlow, aRequestId, anAccountId, anActiveRequest } from "../../support/builders.ts";
import { afterMinutes, anAccountFact, seen } from "../../support/facts.ts";
import { FakeProvider } from "../../support/fakes/provider.ts";
import { noGuardrails } from "../../support/guardrails.ts";
import { home } from "../../support/integrations.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob, carol, erin, mallory, root, type CallOptions } from "./world.ts";

/*
 * Who decides is who the tag "owner" of the accounts names: looked up when access is asked for, and again at each decision.
 */

const owners: FlowStep = { anyOf: [{ type: "owner" }], withinSeconds: 86_400 };
const user = ({ userId, userName }: Person): Party => ({ type: "user", id: userId, name: userName });
const security: FlowStep = { anyOf: [user(root)], withinSeconds: 7200 };

/** Payments engineers get PowerUser in the accounts 2 and 6, whose tags name these people. */
const ownedBy = async (
  tags: { readonly two?: Person; readonly six?: Person },
  {
    steps = [owners],
    owner,
    unconfirmedEditors = [],
  }: {
    readonly steps?: FlowStep[];
    readonly owner?: Integration["owner"];
    readonly unconfirmedEditors?: NonNullable<AccessFlow["unconfirmedEditors"]>;
  } = {},
) => {
  const world = await apiUnderTest();
  const [target] = aFlow().targets;
  world.organization.addAccount({ id: anAccountId(6), name: "ledger-prod" });
  world.catalogue.knowsAccounts([
    { id: anAccountId(2), name: "payments-prod" },
    { id: anAccountId(6), name: "ledger-prod" },
  ]);
  const accounts = [
    { id: anAccountId(2), name: "payments-prod" },
    { id: anAccountId(6), name: "ledger-prod" },
  ];
  await world.flows.put({
    ...aFlow({
      targets: [{ organizationalUnits: [], permissionSets: [], ...target, accounts }],
      approval: { steps },
      settings: { requesterCanApproveSelf: false, maxExtensions: 2 },
      unconfirmedEditors,
    }),
    version: 2,
  });
  await world.integrations.put({
    ...home,
    version: 1,
    resourceOwner: { tagKey: "owner", attribute: "userName" },
    ...(owner === undefined ? {} : { owner }),
  });
  let looks = 0;
  const tagged = (digit: 2 | 6, person: Person | undefined) =>
    world.inventory.record(
      seen(anAccountFact(digit, { tags: person === undefined ? {} : { owner: person.userName } }), {
        observedAt: afterMinutes((looks += 1)),
      }),
    );
  await tagged(2, tags.two);
  await tagged(6, tags.six);
  const ask = {
    ...world.ask,
    entitlements: ["payments-prod", "ledger-prod"].map((account) => ({
      account,
      permissionSet: "PowerUser",
    })),
  };
  const decide = (
    id: string,
    as: Person,
    body: Readonly<Record<string, unknown>> = { decision: "approve" },
    options: Omit<CallOptions, "as" | "body"> = {},
  ) => world.call(`POST /requests/${id}/decisions`, { as, body, ...options });
  return {
    ...world,
    tagged,
    decide,
    askForBoth: () => world.submit({ body: ask }),
    refusedBoth: async () => problemIn(await world.call("POST /requests", { body: ask })),
    view: async (id: string) => (await world.call(`GET /requests/${id}`)).body,
    stored: async (id: string) => {
      const found = await world.requests.get(RequestIdSchema.parse(id));
      if (found === undefined) throw new Error("The request is gone");
      return found;
    },
  };
};

describe("owners as approvers", () => {
  it("are one person who owns everything that is asked for: they decide alone", async () => {
    const world = await ownedBy({ two: bob, six: bob });
    const id = await world.askForBoth();
    expect(await world.view(id)).toMatchObject({
      approval: {
        steps: [{ anyOf: [{ type: "owner", of: [{ anyOf: [{ name: "bob" }], entitlements: [0, 1] }] }] }],
      },
    });
    expect(await world.decide(id, bob)).toMatchObject({ body: { status: "approved" } });
  });

  it("are all of them where several own what is asked for: one alone decides nothing", async () => {
    const world = await ownedBy({ two: bob, six: root });
    const id = await world.askForBoth();
    expect(await world.view(id)).toMatchObject({
      approval: {
        steps: [
          {
            anyOf: [
              {
                type: "owner",
                of: [
                  { anyOf: [{ name: "bob" }], entitlements: [0] },
                  { anyOf: [{ name: "root" }], entitlements: [1] },
                ],
              },
            ],
          },
        ],
      },
    });
    expect(await world.decide(id, bob)).toMatchObject({ body: { status: "pending" } });
    expect(await world.decide(id, root)).toMatchObject({ body: { status: "approved" } });
  });

  it("are the integration's owner where no tag names one, and the request says why", async () => {
    const owner = { users: [{ id: bob.userId, name: "bob" }], groups: [] };
    const world = await ownedBy({}, { owner });
    const id = await world.askForBoth();
    expect(await world.view(id)).toMatchObject({
      approval: {
        steps: [
          {
            anyOf: [
              {
                of: [
                  {
                    anyOf: [{ name: "bob" }],
                    because:
                      "neither account 222222222222 nor a unit above it has a tag owner: the owner of integration organization stands in; neither account 666666666666 nor a unit above it has a tag owner: the owner of integration organization stands in",
                  },
                ],
              },
            ],
          },
        ],
      },
    });
    expect(await world.decide(id, bob)).toMatchObject({ body: { status: "approved" } });
  });

  it("that nobody is refuse the request when it is made, and say what was looked for and tried instead", async () => {
    const world = await ownedBy({ two: bob });
    const refused = await world.refusedBoth();
    expect(refused).toMatchObject({ status: 409, code: "no-approver" });
    expect(refused.detail).toContain(
      "neither account 666666666666 nor a unit above it has a tag owner, and integration organization has no owner",
    );
    expect(world.requests.all).toEqual([]);
  });

  it("are those of the moment of the decision: a new owner decides, the old one does not any more", async () => {
    const world = await ownedBy({ two: bob, six: bob });
    const id = await world.askForBoth();
    await world.tagged(2, root);
    await world.tagged(6, root);
    expect(problemIn(await world.decide(id, bob))).toMatchObject({ code: "approver-no-longer-eligible" });
    expect(await world.decide(id, root)).toMatchObject({ body: { status: "approved" } });
    const request = await world.stored(id);
    expect(request.trail.at(-1)?.details).toMatchObject({
      as: [`user:${root.userId}`],
      standsFor: ["owner"],
    });
    expect(request.approval.steps).toMatchObject([{ anyOf: [{ of: [{ anyOf: [{ name: "root" }] }] }] }]);
    expect(request.frozen).toBe(frozenHash(request));
  });

  it("that are looked up anew mend nothing that somebody has changed: the grant refuses it", async () => {
    const world = await ownedBy({ two: bob, six: bob });
    const request = await world.stored(await world.askForBoth());
    const id = aRequestId("changed by hand");
    await world.requests.create({ ...request, id, durationSeconds: 8 * 3600 });
    await world.tagged(2, root);
    await world.tagged(6, root);
    expect(await world.decide(id, root)).toMatchObject({ body: { status: "approved" } });
    const provider = new FakeProvider(world.clock);
    const grant = grantAccess({
      ...world,
      providers: { [provider.kind]: provider },
      admission: { setApart: () => Promise.resolve("ready") },
      protectedAccounts: [],
      guardrails: noGuardrails,
      whyNotBegin: () => Promise.resolve(undefined),
    });
    await grant({ requestId: id, enteredAt: request.createdAt });
    expect(await world.stored(id)).toMatchObject({
      status: "failed",
      ended: { reason: "refused", message: "the request is not what was approved" },
    });
    expect(provider.calls).toEqual([]);
  });

  it("that nobody is at the decision leave it undecided: parties are told why, others nothing", async () => {
    const world = await ownedBy({ two: bob, six: bob });
    const id = await world.askForBoth();
    await world.tagged(2, undefined);
    const told = { status: 409, code: "no-approver" };
    for (const as of [bob, alice, root, erin]) {
      const refused = problemIn(await world.decide(id, as));
      expect(refused).toMatchObject(told);
      expect(refused.detail).toContain("has a tag owner, and integration organization has no owner");
    }
    const unseen = problemIn(await world.decide(id, mallory));
    expect(unseen).toMatchObject({
      status: 404,
      detail: `There is no access request ${id} that you may see.`,
    });
    await world.tagged(2, bob);
    expect(await world.decide(id, bob)).toMatchObject({ body: { status: "approved" } });
  });
});

describe("owners beside others", () => {
  const HALF_AN_HOUR = 1_800_000;
  const escalating: FlowStep = {
    anyOf: [user(erin)],
    withinSeconds: 86_400,
    escalation: { afterSeconds: 1800, tiers: [[{ type: "owner" }]] },
  };

  it("by whose tier the step is decided: each for theirs, not one of them for all", async () => {
    const world = await ownedBy({ two: bob, six: root }, { steps: [escalating] });
    const id = await world.askForBoth();
    await world.clock.advanceBy(HALF_AN_HOUR);
    expect(await world.decide(id, bob)).toMatchObject({ body: { status: "pending" } });
    expect(await world.decide(id, root)).toMatchObject({ body: { status: "approved" } });
  });

  it("whom nobody is when it is asked for, and who are named later, decide then", async () => {
    const steps: FlowStep[] = [{ anyOf: [{ type: "owner" }, user(erin)], withinSeconds: 86_400 }];
    const world = await ownedBy({ two: bob }, { steps });
    const id = await world.askForBoth();
    expect(await world.view(id)).toMatchObject({
      approval: { steps: [{ anyOf: [{ type: "owner", nobody: true }, { name: "erin" }] }] },
    });
    await world.tagged(6, bob);
    expect(await world.decide(id, bob)).toMatchObject({ body: { status: "approved" } });
  });

  it("who are nobody any more leave the step to the tier that is open, and to nobody before", async () => {
    const steps: FlowStep[] = [
      {
        anyOf: [{ type: "owner" }],
        withinSeconds: 86_400,
        escalation: { afterSeconds: 1800, tiers: [[user(erin)]] },
      },
    ];
    const world = await ownedBy({ two: bob, six: bob }, { steps });
    const id = await world.askForBoth();
    await world.tagged(2, undefined);
    expect(problemIn(await world.decide(id, erin))).toMatchObject({ code: "no-approver" });
    await world.clock.advanceBy(HALF_AN_HOUR);
    expect(problemIn(await world.decide(id, bob))).toMatchObject({ code: "approver-no-longer-eligible" });
    expect(await world.decide(id, erin)).toMatchObject({ body: { status: "approved" } });
    const request = await world.stored(id);
    expect(request.trail.at(-1)?.details).toMatchObject({
      as: [`user:${erin.userId}`],
      standsFor: ["user"],
      tiersOpen: 1,
    });
    expect(request.frozen).toBe(frozenHash(request));
  });
});

describe("owners of whom enough have approved by now", () => {
  /*
   * bob and carol own a target each ── bob approves ── carol's target becomes bob's ── nobody is left to be asked, and nothing
   * was written by which the request would go on.
   */
  const allGiven = async (
    steps: FlowStep[] = [owners],
    unconfirmedEditors: NonNullable<AccessFlow["unconfirmedEditors"]> = [],
  ) => {
    const world = await ownedBy({ two: bob, six: carol }, { steps, unconfirmedEditors });
    const id = await world.askForBoth();
    await world.decide(id, bob);
    await world.tagged(6, bob);
    return { ...world, id };
  };

  it("need nobody else: whoever of them approves again carries the request on, and counts once", async () => {
    const { id, decide, stored, requests } = await allGiven();
    const again = () => decide(id, bob, { decision: "approve" }, { headers: { "idempotency-key": "again" } });
    expect(await again()).toMatchObject({ status: 200, body: { status: "approved" } });
    expect(await again()).toMatchObject({ status: 200, body: { status: "approved" } });
    const request = await stored(id);
    expect(request.approval.decisions).toHaveLength(1);
    expect(request.trail.at(-1)).toMatchObject({
      type: "RequestApproved",
      actor: { type: "lockstep", name: "api" },
      details: { step: 0, because: "who has to agree has changed, and what was said before is enough" },
    });
    expect(request.frozen).toBe(frozenHash(request));
    expect(requests.history.map(({ status }) => status)).toEqual(["pending", "pending", "approved"]);
  });

  it("are not joined by who was asked and is no owner any more, though their approval carries it on", async () => {
    const { id, decide, stored } = await allGiven();
    expect(await decide(id, carol)).toMatchObject({ status: 200, body: { status: "approved" } });
    expect((await stored(id)).approval.decisions).toMatchObject([{ by: bob }]);
  });

  it("carry it on to its next step, which somebody of that one decides at once if they name it", async () => {
    const world = await allGiven([owners, security]);
    const second = () =>
      world.decide(
        world.id,
        root,
        { decision: "approve", step: 2 },
        { headers: { "idempotency-key": "second" } },
      );
    expect(await second()).toMatchObject({ status: 200, body: { status: "approved" } });
    expect(await second()).toMatchObject({ status: 200, body: { status: "approved" } });
    const { trail } = await world.stored(world.id);
    expect(trail.slice(-2)).toMatchObject([
      { type: "NextApprovalNeeded", actor: { type: "lockstep" }, details: { step: 0 } },
      { type: "RequestApproved", actor: { type: "user", userId: root.userId }, details: { step: 1 } },
    ]);
  });

  /* carol approves what she sees, which is step 1 ── bob carries it on to step 2 ── carol's write */
  it("decide no step that somebody else carried it on to before their own write", async () => {
    const both: FlowStep = { anyOf: [user(carol), user(root)], withinSeconds: 7200 };
    const world = await allGiven([owners, both]);
    const replace = world.requests.replace.bind(world.requests);
    world.requests.replace = async (...write) => {
      world.requests.replace = replace;
      await world.decide(world.id, bob);
      return replace(...write);
    };
    expect(problemIn(await world.decide(world.id, carol))).toMatchObject({ code: "concurrent-modification" });
    expect((await world.stored(world.id)).approval.decisions).toMatchObject([{ by: bob }]);
  });

  /*
   * bob and carol own a target each, and carol is of security, too ── bob approves ── carol's target becomes bob's ── carol
   * approves what she sees, which is step 1 ── step 2 waits, which she has not seen.
   */
  it.each([[undefined], [1]])(
    "decide no step that their approval (of step %s) was not of, though that is theirs, too",
    async (step) => {
      const both: FlowStep = { anyOf: [user(carol), user(root)], withinSeconds: 7200 };
      const world = await allGiven([owners, both]);
      const approve = () =>
        world.decide(
          world.id,
          carol,
          { decision: "approve", ...(step === undefined ? {} : { step }) },
          { headers: { "idempotency-key": "what she sees" } },
        );
      expect(await approve()).toMatchObject({
        status: 200,
        body: { status: "pending", approval: { currentStep: 2 } },
      });
      expect(await approve()).toMatchObject({ status: 200, body: { status: "pending" } });
      expect((await world.stored(world.id)).approval.decisions).toMatchObject([{ by: bob, step: 0 }]);
      expect(await world.decide(world.id, carol)).toMatchObject({ body: { status: "approved" } });
    },
  );

  it("do not let whoever has changed the flow carry it on, whom nobody has confirmed", async () => {
    const next: FlowStep = { anyOf: [user(root), user(erin)], withinSeconds: 7200 };
    const world = await allGiven([owners, next], [root.userId]);
    expect(problemIn(await world.decide(world.id, root))).toMatchObject({ code: "flow-unconfirmed" });
    expect(await world.stored(world.id)).toMatchObject({ status: "pending", approval: { decisions: [{}] } });
    expect((await world.stored(world.id)).trail.at(-1)?.type).not.toBe("NextApprovalNeeded");
    expect(await world.decide(world.id, erin)).toMatchObject({ body: { approval: { currentStep: 2 } } });
  });

  it("do not either where a tier of the next step alone names them, that is not open yet", async () => {
    const next: FlowStep = {
      anyOf: [user(erin)],
      withinSeconds: 7200,
      escalation: { afterSeconds: 1800, tiers: [[user(root)]] },
    };
    const world = await allGiven([owners, next], [root.userId]);
    expect(problemIn(await world.decide(world.id, root))).toMatchObject({ status: 403 });
    expect((await world.stored(world.id)).trail.at(-1)?.type).not.toBe("NextApprovalNeeded");
  });

  /*
   * bob and carol own a target each, and mallory is alice's manager ── bob approves ── carol's target becomes bob's, and alice has no
   * manager ── step 1 is approved by now, and step 2 waits for its tier.
   */
  it.each([[10], [40]])(
    "carry it on after %i minutes, though nobody may decide the next step yet: its tiers count from then",
    async (minutes) => {
      const tiers = (by: Person) => ({ escalation: { afterSeconds: 1800, tiers: [[user(by)]] } });
      const world = await ownedBy(
        { two: bob, six: carol },
        {
          steps: [
            { ...owners, ...tiers(erin) },
            { anyOf: [{ type: "manager" }], withinSeconds: 86_400, ...tiers(root) },
          ],
        },
      );
      world.directory.setAttributes(alice.userId, { manager: "mallory" });
      const id = await world.askForBoth();
      await world.decide(id, bob);
      await world.tagged(6, bob);
      world.directory.setAttributes(alice.userId, { manager: "nobody" });
      await world.clock.advanceBy(minutes * 60_000);
      expect(await world.decide(id, bob)).toMatchObject({
        body: { status: "pending", approval: { currentStep: 2 } },
      });
      await world.clock.advanceBy(1_800_000 - 1);
      expect(problemIn(await world.decide(id, root))).toMatchObject({ code: "no-approver" });
      await world.clock.advanceBy(1);
      expect(await world.decide(id, root)).toMatchObject({ body: { status: "approved" } });
    },
  );

  it("leave the next step to its own approvers, and begin its time when they are asked", async () => {
    const world = await allGiven([owners, security]);
    await world.clock.advanceBy(3_600_000);
    expect(await world.decide(world.id, bob)).toMatchObject({ status: 200, body: { status: "pending" } });
    expect(problemIn(await world.decide(world.id, bob))).toMatchObject({ code: "already-decided" });
    expect(await world.stored(world.id)).toMatchObject({
      status: "pending",
      deadline: "2026-01-01T03:00:00.000Z",
    });
    const waiting = (await world.call("GET /requests?view=to-approve", { as: root })).body;
    expect(waiting).toMatchObject({ items: [{ id: world.id }] });
  });

  it("are no way round the others: requesters, rejections, strangers and the deadline are as ever", async () => {
    const world = await allGiven();
    expect(problemIn(await world.decide(world.id, alice))).toMatchObject({ code: "self-approval" });
    expect(problemIn(await world.decide(world.id, bob, { decision: "reject" }))).toMatchObject({
      code: "already-decided",
    });
    expect(problemIn(await world.decide(world.id, mallory))).toMatchObject({ code: "not-found" });
    for (const as of [erin, root]) {
      expect(problemIn(await world.decide(world.id, as))).toMatchObject({
        code: "approver-no-longer-eligible",
      });
    }
    await world.clock.advanceBy(86_400_000);
    expect(problemIn(await world.decide(world.id, carol))).toMatchObject({ code: "not-pending" });
    expect(await world.stored(world.id)).toMatchObject({ status: "pending", version: 2 });
  });
});

describe("owners who decide on more time", () => {
  /** Alice has both until 01:00, and asks for an hour more. */
  const extended = async (
    tags: { readonly two: Person; readonly six: Person },
    steps: FlowStep[] = [owners],
  ) => {
    const world = await ownedBy(tags, { steps });
    const [payments] = anActiveRequest().entitlements;
    if (payments === undefined) throw new Error("The request has an entitlement");
    const ledger = {
      ...payments,
      entitlement: { ...payments.entitlement, accountId: anAccountId(6) },
      accountName: "ledger-prod",
    };
    const { id } = anActiveRequest();
    await world.requests.create(anActiveRequest({ entitlements: [payments, ledger] }));
    const asked = await world.call(`POST /requests/${id}/extend`, {
      body: { duration: "PT1H", justification: "not done yet" },
    });
    const { extension } = asked.body as { readonly extension: { readonly askedAt: string } };
    const approve = (as: Person) =>
      world.decide(id, as, { decision: "approve", extension: extension.askedAt });
    return { ...world, id, asked, approve };
  };
  const expiresAt = "2026-01-01T02:00:00.000Z";

  it("are looked up when it is asked for, and anew at the decision", async () => {
    const world = await extended({ two: bob, six: bob });
    expect(world.asked.body).toMatchObject({
      extension: {
        approval: { steps: [{ anyOf: [{ type: "owner", of: [{ anyOf: [{ name: "bob" }] }] }] }] },
      },
    });
    await world.tagged(2, root);
    await world.tagged(6, root);
    expect(problemIn(await world.approve(bob))).toMatchObject({ code: "approver-no-longer-eligible" });
    expect(await world.approve(root)).toMatchObject({ body: { expiresAt } });
  });

  it("anew mend nothing that somebody has changed: the approval gives no more time", async () => {
    const world = await extended({ two: bob, six: bob });
    const stored = await world.stored(world.id);
    if (stored.status !== "active" || stored.extension === undefined) throw new Error("nothing waits");
    const extension = { ...stored.extension, durationSeconds: 7200 };
    const trail = stored.trail.map((entry) => ({ ...entry, sequence: entry.sequence + 1 }));
    await world.requests.replace({ ...stored, extension, version: stored.version + 1, trail }, ["active"]);
    await world.tagged(2, root);
    await world.tagged(6, root);
    expect(problemIn(await world.approve(root))).toMatchObject({ code: "not-pending" });
    expect(await world.stored(world.id)).toMatchObject({ expiresAt: stored.expiresAt });
  });

  it("and have all approved by now give it, by the next approval of anybody who was asked", async () => {
    const world = await extended({ two: bob, six: carol });
    expect(await world.approve(bob)).toMatchObject({ body: { extension: {} } });
    await world.tagged(6, bob);
    expect(await world.approve(carol)).toMatchObject({ body: { expiresAt } });
    expect((await world.stored(world.id)).trail.at(-1)).toMatchObject({
      type: "AccessExtended",
      actor: { type: "lockstep", name: "api" },
      details: { step: 0, duration: "PT1H", expiresAt },
    });
  });

  it("and have all approved by now leave the next step to others", async () => {
    const world = await extended({ two: bob, six: carol }, [owners, security]);
    await world.approve(bob);
    await world.tagged(6, bob);
    expect(await world.approve(bob)).toMatchObject({ status: 200, body: { status: "active" } });
    expect(problemIn(await world.approve(bob))).toMatchObject({ code: "already-decided" });
    expect((await world.stored(world.id)).trail.at(-1)?.type).toBe("NextExtensionApprovalNeeded");
    expect(await world.approve(root)).toMatchObject({ body: { expiresAt } });
  });
});

describe("a tier of an escalation that is nobody when access is asked for", () => {
  const HALF_AN_HOUR = 30 * 60;
  const escalating: FlowStep = {
    anyOf: [user(bob)],
    withinSeconds: 86_400,
    escalation: { afterSeconds: HALF_AN_HOUR, tiers: [[{ type: "owner" }], [user(root)]] },
  };
  const later = async () => {
    const world = await ownedBy({}, { steps: [escalating] });
    return { ...world, id: await world.askForBoth() };
  };

  it("keeps its time: the tier after it opens no earlier", async () => {
    const world = await later();
    await world.clock.advanceBy(HALF_AN_HOUR * 1000);
    expect(problemIn(await world.decide(world.id, root))).toMatchObject({
      code: "approver-no-longer-eligible",
    });
    await world.clock.advanceBy(HALF_AN_HOUR * 1000);
    expect(await world.decide(world.id, root)).toMatchObject({ body: { status: "approved" } });
  });

  it("is shown as nobody, with the reason", async () => {
    const world = await later();
    expect(await world.view(world.id)).toMatchObject({
      approval: {
        steps: [
          {
            escalation: {
              tiers: [
                {
                  anyOf: [
                    {
                      type: "owner",
                      nobody: true,
                      because:
                        "neither account 222222222222 nor a unit above it has a tag owner, and integration organization has no owner",
                    },
                  ],
                },
                { anyOf: [{ name: "root" }] },
              ],
            },
          },
        ],
      },
    });
  });

  it("is whoever it is by the time of the decision, once it is open", async () => {
    const world = await later();
    await world.tagged(2, carol);
    await world.tagged(6, carol);
    expect(problemIn(await world.decide(world.id, carol))).toMatchObject({
      code: "approver-no-longer-eligible",
    });
    await world.clock.advanceBy(HALF_AN_HOUR * 1000);
    expect(await world.decide(world.id, carol)).toMatchObject({ body: { status: "approved" } });
    const request = await world.stored(world.id);
    expect(request.frozen).toBe(frozenHash(request));
  });
});
