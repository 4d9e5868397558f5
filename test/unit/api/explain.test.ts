import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import type { FlowName, RotaName } from "../../../lambdas/core/domain/ids.ts";
import { aFlow, aGroupId, anAccountId } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, carol, erin, frank, mallory, root, type ApiUnderTest } from "./world.ts";

const entitlement = { account: "payments-prod", permissionSet: "PowerUser" };

const worldWithSecret = async () => {
  const world = await apiUnderTest();
  await world.flows.put(
    aFlow({
      name: "secret" as FlowName,
      requestors: { type: "group", id: aGroupId("payments-leads"), name: "payments-leads" },
    }),
  );
  return world;
};

const explained = async ({ call }: ApiUnderTest, body: object, as = alice): Promise<object> => {
  const answer = await call("POST /explain", { body, as });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as object;
};

describe("POST /explain", () => {
  it("tells people of themselves, and only counts the flows that are for others", async () => {
    const world = await worldWithSecret();
    const mine = await explained(world, { entitlement });
    expect(mine).toMatchObject({
      allowed: true,
      requester: alice,
      flow: "prod-power",
      considered: [{ flow: "prod-power", serves: true }],
      notNamed: 1,
      steps: [{ people: [{ userName: "bob" }] }],
    });
    expect(await explained(world, { user: "alice", entitlement })).toEqual(mine);
    expect(await explained(world, { user: alice.userId, entitlements: [entitlement] })).toEqual(mine);
    expect(world.requests.all).toEqual([]);
  });

  it.each([
    ["an auditor", erin],
    ["a policy author", frank],
    ["an administrator", root],
  ])("tells %s of anybody, with every flow by its name", async (_role, reader) => {
    const world = await worldWithSecret();
    const told = await explained(world, { user: "mallory", entitlement }, reader);
    expect(told).toMatchObject({
      allowed: false,
      code: "no-matching-flow",
      requester: mallory,
      considered: [{ flow: "prod-power" }, { flow: "secret" }],
      notNamed: 0,
    });
  });

  it("speaks to whoever it is about, and names them to somebody else", async () => {
    const world = await apiUnderTest();
    const gone = { type: "group" as const, id: aGroupId("gone"), name: "gone" };
    const flow = aFlow();
    const also = (name: string, overrides: Partial<AccessFlow>) =>
      world.flows.put({ ...flow, ...overrides, name: name as FlowName });
    await also("changed", { unconfirmedEditors: [carol.userId] });
    await also("elsewhere", { targets: [] });
    await also("not-known", { requestors: { not: gone } });
    const group = { type: "GROUP", name: "platform-admins" };
    const asks = [
      { entitlement },
      { entitlement, principal: group },
      { entitlement, principal: { type: "USER", name: "nobody" } },
    ];
    const sentences = async (user: string, as: typeof erin) =>
      JSON.stringify(await Promise.all(asks.map((ask) => explained(world, { user, ...ask }, as))));
    const ofCarol = await sentences("carol", erin);
    expect(ofCarol).not.toMatch(/\byour?(self|s)?\b/i);
    for (const words of [
      "as carol is",
      "and whether carol is that is not known",
      "does not cover everything that carol asked for",
      "was changed by carol or whom carol asks for",
      "serves carol whoever changed it",
      "carol is not a member of the group platform-admins",
      "carol can ask for themselves",
    ])
      expect(ofCarol).toContain(words);
    expect(await sentences("mallory", erin)).toContain("as mallory is not (");
    const own = await sentences("carol", carol);
    expect(own).not.toContain("carol is");
    expect(own).toContain("as you are");
    expect(own).toContain("You are not a member of the group platform-admins");
    const nobody = await apiUnderTest();
    expect(await explained(nobody, { user: "mallory", entitlement }, erin)).toMatchObject({
      reasons: ["no access flow names mallory or one of their groups as a requestor"],
    });
  });

  it("takes somebody by id and by email, too", async () => {
    const world = await apiUnderTest();
    for (const user of [carol.userId, "carol@example.com"]) {
      expect(await explained(world, { user, entitlement }, erin)).toMatchObject({
        allowed: true,
        requester: carol,
        principal: { id: carol.userId },
      });
    }
  });

  it("tells nobody else of others", async () => {
    const { call } = await apiUnderTest();
    const refused = await call("POST /explain", { body: { user: "carol", entitlement }, as: alice });
    expect(problemIn(refused)).toMatchObject({ status: 403, code: "role-missing" });
    const stranger = await call("POST /explain", { body: { user: "nobody", entitlement }, as: alice });
    expect(problemIn(stranger)).toMatchObject({ status: 403, code: "role-missing" });
  });

  it("says that there is no such user", async () => {
    const { call } = await apiUnderTest();
    const refused = await call("POST /explain", { body: { user: "nobody", entitlement }, as: erin });
    expect(problemIn(refused)).toMatchObject({ code: "unknown-name", errors: [{ pointer: "/user" }] });
  });

  it("says that somebody who is disabled cannot ask", async () => {
    const world = await apiUnderTest();
    world.directory.setEnabled(carol.userId, false);
    expect(await explained(world, { user: "carol", entitlement }, erin)).toMatchObject({
      allowed: false,
      code: "caller-not-eligible",
      circumstances: expect.arrayContaining([
        expect.objectContaining({ circumstance: "requester", verdict: "unmet" }),
      ]) as unknown,
    });
  });

  it("takes what people write when they ask as still to come, and says what it has to be", async () => {
    const world = await apiUnderTest();
    for (const flow of await world.flows.list()) await world.flows.delete(flow);
    const { settings } = aFlow();
    await world.flows.put(aFlow({ settings: { ...settings, ticketPattern: "INC-[0-9]+" } }));
    const told = await explained(world, { entitlement });
    expect(told).toMatchObject({ allowed: true });
    expect(JSON.stringify(told)).toContain("asks for a ticket that matches INC-[0-9]+");
    expect(await explained(world, { entitlement, ticket: "none" })).toMatchObject({
      allowed: false,
      code: "ticket-required",
    });
  });

  it("takes one's own sign-in as it is, and that of others as the flow asks unless it is said", async () => {
    const world = await apiUnderTest();
    for (const flow of await world.flows.list()) await world.flows.delete(flow);
    await world.flows.put(aFlow({ settings: { ...aFlow().settings, mfaRequired: true } }));
    const refused = { allowed: false, code: "mfa-required" };
    expect(await explained(world, { entitlement })).toMatchObject(refused);
    expect(await explained(world, { entitlement, mfa: true })).toMatchObject({ allowed: true });
    expect(await explained(world, { user: "carol", entitlement }, erin)).toMatchObject({ allowed: true });
    expect(await explained(world, { user: "carol", entitlement, mfa: false }, erin)).toMatchObject(refused);
  });

  it("answers why not, whatever is in the way", async () => {
    const world = await apiUnderTest();
    world.organization.setState(anAccountId(2), "SUSPENDED");
    const told = await explained(
      world,
      { user: "carol", entitlement, duration: "PT9H", startAt: "2020-01-01T00:00:00Z" },
      erin,
    );
    expect(told).toMatchObject({
      allowed: false,
      reasons: [
        expect.stringContaining("startAt"),
        "access flow prod-power allows at most PT8H",
        expect.stringContaining("SUSPENDED"),
      ],
    });
  });

  it.each([{}, { entitlement, entitlements: [entitlement] }])(
    "takes either one entitlement or several (%#)",
    async (body) => {
      const { call } = await apiUnderTest();
      const refused = await call("POST /explain", { body });
      expect(problemIn(refused)).toMatchObject({ status: 400, code: "invalid-body" });
    },
  );

  it("says of each condition of whom a flow is for whether it is met, and why that is not known", async () => {
    const world = await apiUnderTest();
    const onCall = { type: "on-call", rota: "payments" as RotaName } as const;
    const contractors = { type: "group", id: aGroupId("contractors"), name: "contractors" } as const;
    for (const flow of await world.flows.list()) await world.flows.delete(flow);
    await world.flows.put(aFlow({ requestors: { anyOf: [onCall, { not: contractors }] } }));
    const told = await explained(world, { user: "carol", entitlement }, erin);
    expect(told).toMatchObject({
      code: "no-matching-flow",
      considered: [
        {
          conditions: expect.arrayContaining([
            {
              condition: "requestors",
              verdict: "unknown",
              detail: expect.stringContaining("on call by rota payments: not known") as unknown,
              parts: [
                {
                  condition: "on call by rota payments",
                  verdict: "unknown",
                  because: "the rota could not be read",
                },
                {
                  condition: "not group contractors",
                  verdict: "unknown",
                  because: expect.stringContaining("not in the directory any more") as unknown,
                },
              ],
            },
          ]) as unknown,
        },
      ],
    });
  });

  it("writes no name of anybody to the log", async () => {
    const world = await apiUnderTest();
    await explained(world, { user: "carol", entitlement }, erin);
    expect(JSON.stringify(world.logged)).not.toMatch(/carol|bob|payments/);
  });
});
