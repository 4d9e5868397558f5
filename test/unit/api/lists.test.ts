import { describe, expect, it } from "vitest";
import { isResourceTarget } from "../../../lambdas/core/domain/access-flow.ts";
import { BundleNameSchema, ScopeNameSchema } from "../../../lambdas/core/domain/ids.ts";
import { aFlow, aPerson, aUserId, anAccountId, anOrganizationalUnitId } from "../../support/builders.ts";
import { anAccountFact, seen } from "../../support/facts.ts";
import { problemIn } from "./problems.ts";
import {
  alice,
  apiUnderTest,
  bob,
  carol,
  erin,
  frank,
  leads,
  mallory,
  root,
  type ApiUnderTest,
  type CallOptions,
} from "./world.ts";

interface List {
  readonly items: readonly { readonly id: string; readonly sequence?: number; readonly name?: string }[];
  readonly cursor?: string;
}

const list = async ({ call }: ApiUnderTest, line: string, options: CallOptions): Promise<List> => {
  const { status, body } = await call(line, options);
  expect(status).toBe(200);
  return body as List;
};

/** The ids of every page of a list. */
const idsOf = async (world: ApiUnderTest, line: string, options: CallOptions): Promise<readonly string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(world, cursor === undefined ? line : `${line}&cursor=${cursor}`, options);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
};

/** Requests by alice, carol, alice, …, one a second: their ids, newest first. */
const submitted = async (world: ApiUnderTest, count: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.unshift(await world.submit({ as: index % 2 === 0 ? alice : carol }));
    await world.clock.advanceBy(1000);
  }
  return ids;
};

describe("GET /requests", () => {
  it("shows everyone their own, newest first, page by page", async () => {
    const world = await apiUnderTest();
    const ids = await submitted(world, 6);
    const mine = ids.filter((_, index) => index % 2 === 1);
    expect(await idsOf(world, "GET /requests?limit=2", { as: alice })).toEqual(mine);
    expect(await idsOf(world, "GET /requests?view=mine", { as: alice })).toEqual(mine);
    expect(await idsOf(world, "GET /requests", { as: bob })).toEqual([]);
  });

  it("filters by status without leaving holes in a page", async () => {
    const world = await apiUnderTest();
    const ids = await submitted(world, 7);
    const mine = ids.filter((_, index) => index % 2 === 0);
    for (const id of mine.slice(0, 2)) await world.call(`POST /requests/${id}/cancel`);
    const page = await list(world, "GET /requests?status=pending&limit=1", { as: alice });
    expect(page.items.map(({ id }) => id)).toEqual(mine.slice(2, 3));
    expect(await idsOf(world, "GET /requests?status=cancelled&limit=1", { as: alice })).toEqual(
      mine.slice(0, 2),
    );
  });

  it("shows what others asked for on one's behalf: page by page, in its own view, and to nobody else", async () => {
    const world = await apiUnderTest();
    await world.flows.put({ ...aFlow({ requestFor: ["self", "others"] }), version: 2 });
    const body = { ...world.ask, principal: { type: "USER", name: "carol" } };
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1) {
      ids.unshift(await world.submit({ body }));
      await world.clock.advanceBy(1000);
    }
    const own = await world.submit({ as: carol });
    expect(await idsOf(world, "GET /requests?view=for-me&limit=2", { as: carol })).toEqual(ids);
    expect(await idsOf(world, "GET /requests", { as: carol })).toEqual([own]);
    expect(await idsOf(world, "GET /requests?view=for-me", { as: alice })).toEqual([]);
    await world.call(`POST /requests/${ids[0] ?? ""}/cancel`, { as: carol });
    expect(await idsOf(world, "GET /requests?view=for-me&status=cancelled", { as: carol })).toEqual(
      ids.slice(0, 1),
    );
  });

  it("shows all to auditors and administrators only", async () => {
    const world = await apiUnderTest();
    const ids = await submitted(world, 3);
    expect(await idsOf(world, "GET /requests?view=all&limit=2", { as: root })).toEqual(ids);
    expect(await idsOf(world, "GET /requests?view=all&limit=2", { as: erin })).toEqual(ids);
    expect(await idsOf(world, "GET /requests?view=all&status=active", { as: root })).toEqual([]);
    for (const as of [alice, bob, frank, mallory]) {
      expect(problemIn(await world.call("GET /requests?view=all", { as }))).toMatchObject({
        status: 403,
        code: "role-missing",
      });
    }
  });
});

describe("GET /requests?view=to-approve", () => {
  const toApprove = (world: ApiUnderTest, as = bob) => idsOf(world, "GET /requests?view=to-approve", { as });

  it("shows what waits for the caller, and not what was decided or has lapsed", async () => {
    const world = await apiUnderTest();
    const [third = "", second = "", first = ""] = await submitted(world, 3);
    expect(await toApprove(world)).toEqual([third, second, first]);
    await world.call(`POST /requests/${second}/decisions`, { as: bob, body: { decision: "reject" } });
    expect(await toApprove(world)).toEqual([third, first]);
    await world.clock.advanceBy(24 * 3600 * 1000 - 2000);
    expect(await toApprove(world)).toEqual([third]);
  });

  it("shows nothing to requesters, colleagues, strangers or administrators, nor under another status", async () => {
    const world = await apiUnderTest();
    await world.submit();
    for (const as of [alice, carol, mallory, root]) expect(await toApprove(world, as)).toEqual([]);
    expect(await idsOf(world, "GET /requests?view=to-approve&status=active", { as: bob })).toEqual([]);
  });

  it("goes by today's groups", async () => {
    const world = await apiUnderTest();
    const id = await world.submit();
    world.directory.leave(bob.userId, leads);
    world.directory.join(mallory.userId, leads);
    expect(await toApprove(world)).toEqual([]);
    expect(await toApprove(world, mallory)).toEqual([id]);
  });

  it("leaves out the requester who is an approver too, and beneficiaries, unless the flow lets them", async () => {
    const world = await apiUnderTest();
    world.directory.join(alice.userId, leads);
    world.directory.join(carol.userId, leads);
    const own = await world.submit();
    const body = { ...world.ask, principal: { type: "GROUP", name: "payments-engineers" } };
    await world.submit({ body });
    expect(await toApprove(world, alice)).toEqual([]);
    expect(await toApprove(world, carol)).toEqual([own]);
    await world.flows.put({ ...aFlow({ settings: { requesterCanApproveSelf: true } }), version: 2 });
    const self = await world.submit();
    expect(await toApprove(world, alice)).toEqual([self]);
  });

  it("shows a request of several steps to those whose turn it is", async () => {
    const step = (name: string) => ({
      anyOf: [{ type: "user" as const, id: aUserId(name), name }],
      withinSeconds: 3600,
    });
    const world = await apiUnderTest();
    await world.flows.put({ ...aFlow({ approval: { steps: [step("bob"), step("root")] } }), version: 2 });
    const id = await world.submit();
    expect([await toApprove(world, bob), await toApprove(world, root)]).toEqual([[id], []]);
    await world.call(`POST /requests/${id}/decisions`, { as: bob, body: { decision: "approve" } });
    expect([await toApprove(world, bob), await toApprove(world, root)]).toEqual([[], [id]]);
  });

  it("reads on past requests that are for others, but not for ever", async () => {
    const world = await apiUnderTest();
    const [oldest] = (await submitted(world, 1)) as [string];
    const others = aFlow({
      approval: {
        steps: [{ anyOf: [{ type: "user", id: root.userId, name: "root" }], withinSeconds: 3600 }],
      },
    });
    await world.flows.put({ ...others, version: 2 });
    await submitted(world, 12);
    const page = await list(world, "GET /requests?view=to-approve&limit=1", { as: bob });
    expect(page.items).toEqual([]);
    expect(page.cursor).toBeDefined();
    expect(await idsOf(world, "GET /requests?view=to-approve&limit=1", { as: bob })).toEqual([oldest]);
  });
});

describe("GET /requests/{id}/events", () => {
  /** A request with three entries, of which the trail's table has got the first `recorded`. */
  const withEntries = async (recorded: number) => {
    const world = await apiUnderTest();
    await world.flows.put({
      ...aFlow({
        approval: {
          steps: [bob, root].map(({ userId: id, userName: name }) => ({
            anyOf: [{ type: "user", id, name }],
            withinSeconds: 3600,
          })),
        },
      }),
      version: 2,
    });
    const id = await world.submit();
    await world.call(`POST /requests/${id}/decisions`, { as: bob, body: { decision: "approve" } });
    await world.call(`POST /requests/${id}/cancel`, { body: { reason: "done" } });
    const trail = world.requests.all[0]?.trail ?? [];
    for (const entry of trail.slice(0, recorded)) await world.audit.append(entry);
    return { world, id, trail };
  };

  it.each([0, 1, 2, 3])("shows all of it, in order, when %i entries are recorded", async (recorded) => {
    const { world, id, trail } = await withEntries(recorded);
    expect((await list(world, `GET /requests/${id}/events`, { as: alice })).items).toEqual(trail);
    expect(trail.map(({ type }) => type)).toEqual([
      "ApprovalNeeded",
      "NextApprovalNeeded",
      "RequestCancelled",
    ]);
  });

  it.each([0, 1, 2, 3])("shows it page by page when %i entries are recorded", async (recorded) => {
    const { world, id } = await withEntries(recorded);
    for (const limit of [1, 2, 3]) {
      const sequences: (number | undefined)[] = [];
      let cursor = "";
      do {
        const page = await list(world, `GET /requests/${id}/events?limit=${limit}${cursor}`, { as: root });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        sequences.push(...page.items.map(({ sequence }) => sequence));
        cursor = page.cursor === undefined ? "" : `&cursor=${page.cursor}`;
      } while (cursor !== "");
      expect(sequences).toEqual([1, 2, 3]);
    }
  });

  it("goes on where it was when the table catches up between two pages", async () => {
    const { world, id, trail } = await withEntries(0);
    const first = await list(world, `GET /requests/${id}/events?limit=1`, { as: alice });
    for (const entry of trail) await world.audit.append(entry);
    const rest = await list(world, `GET /requests/${id}/events?limit=5&cursor=${first.cursor ?? ""}`, {
      as: alice,
    });
    expect(rest.items.map(({ sequence }) => sequence)).toEqual([2, 3]);
    const second = await list(world, `GET /requests/${id}/events?limit=1&cursor=${first.cursor ?? ""}`, {
      as: alice,
    });
    expect(second.items.map(({ sequence }) => sequence)).toEqual([2]);
  });
});

describe("GET /me", () => {
  it("says who the caller is, what they may request and what waits for them", async () => {
    const world = await apiUnderTest();
    const id = await world.submit();
    expect((await world.call("GET /me", { as: alice })).body).toEqual({
      ...alice,
      administrator: false,
      roles: [],
      groups: [{ id: expect.any(String) as unknown, name: "payments-engineers" }],
      mayRequest: [
        {
          flow: "prod-power",
          targets: [
            {
              accounts: [{ id: "222222222222", name: "payments-prod" }],
              organizationalUnits: [],
              accountsBelowUnits: [],
              moreAccountsBelowUnits: false,
              permissionSets: [{ arn: expect.any(String) as unknown, name: "PowerUser" }],
            },
          ],
          duration: { max: "PT8H", default: "PT8H" },
          requestFor: ["self"],
          asksFor: { justification: true, mfa: false },
          approvals: 1,
          extensions: { max: 0, duration: "PT8H", approvals: 1 },
        },
      ],
      toApprove: [],
    });
    expect((await world.call("GET /me", { as: bob })).body).toMatchObject({
      mayRequest: [],
      toApprove: [{ id, status: "pending" }],
    });
    expect((await world.call("GET /me", { as: root })).body).toMatchObject({
      administrator: true,
      roles: ["administrator"],
    });
    for (const [as, roles] of [
      [erin, ["auditor"]],
      [frank, ["policy-author"]],
    ] as const)
      expect((await world.call("GET /me", { as })).body).toMatchObject({ administrator: false, roles });
  });

  it("says how often and for how long access may be extended, and how many approve that", async () => {
    const world = await apiUnderTest();
    const settings = {
      ...aFlow().settings,
      maxExtensions: 3,
      extensionSeconds: 7200,
      extensionNeedsApproval: false,
    };
    await world.flows.put({ ...aFlow({ settings }), version: 2 });
    expect((await world.call("GET /me", { as: alice })).body).toMatchObject({
      mayRequest: [{ approvals: 1, extensions: { max: 3, duration: "PT2H", approvals: 0 } }],
    });
  });

  it("says what a request has to bring, for whom it may be, when it may begin, and what bundles hold", async () => {
    const world = await apiUnderTest();
    const [target] = aFlow().targets.filter(isResourceTarget);
    if (target === undefined) throw new Error("The flow has a target");
    const bundle = BundleNameSchema.parse("payments");
    const at = { version: 1, updatedAt: aFlow().updatedAt, updatedBy: "test" } as const;
    await world.bundles.put({ name: bundle, targets: [target], ...at });
    const timeframe = { days: ["monday"], from: "09:00", to: "17:00", timeZone: "UTC" } as const;
    await world.flows.put({
      ...aFlow(),
      version: 2,
      targets: [{ bundle }, { accessScope: ScopeNameSchema.parse("prod") }],
      duration: { max: "PT8H", maxSeconds: 28_800, default: "PT1H", defaultSeconds: 3600 },
      requestFor: ["direct-reports"],
      timeframe: { ...timeframe, days: [...timeframe.days] },
      approval: { ...aFlow().approval, automatic: { type: "duration-below", seconds: 600 } },
      settings: {
        requesterCanApproveSelf: false,
        justificationRequired: false,
        ticketPattern: "INC-[0-9]+",
        mfaRequired: true,
      },
    });
    const body = (await world.call("GET /me", { as: alice })).body;
    expect(body).toMatchObject({
      mayRequest: [
        {
          targets: [
            {
              bundle: "payments",
              accounts: [{ name: "payments-prod" }],
              permissionSets: [{ name: "PowerUser" }],
            },
            { accessScope: "prod", accounts: [], permissionSets: [] },
          ],
          duration: { max: "PT8H", default: "PT1H" },
          requestFor: ["direct-reports"],
          timeframe,
          asksFor: { justification: false, ticketPattern: "INC-[0-9]+", mfa: true },
          approvals: 1,
          approvedAutomaticallyWhen: expect.any(String) as unknown,
        },
      ],
    });
  });

  it.each([{ active: false }, { trigger: "automatic" }] as const)(
    "offers no flow that nobody may ask under: %j",
    async (fields) => {
      const world = await apiUnderTest();
      await world.flows.put({ ...aFlow(), version: 2, ...fields });
      expect((await world.call("GET /me", { as: alice })).body).toMatchObject({ mayRequest: [] });
    },
  );

  it("writes every duration in one way, however the flow wrote it", async () => {
    const world = await apiUnderTest();
    await world.flows.put({ ...aFlow({ duration: { max: "P1D", maxSeconds: 86_400 } }), version: 2 });
    expect((await world.call("GET /me", { as: alice })).body).toMatchObject({
      mayRequest: [{ duration: { max: "PT24H" }, extensions: { duration: "PT24H" } }],
    });
  });

  it("names the accounts below units, those that q is a part of", async () => {
    const world = await apiUnderTest();
    const [target] = aFlow().targets;
    const prod = { id: anOrganizationalUnitId("prod"), name: "/Prod" };
    await world.flows.put({
      ...aFlow({ targets: [{ accounts: [], permissionSets: [], ...target, organizationalUnits: [prod] }] }),
      version: 2,
    });
    for (const [digit, name] of [
      [2, "payments-prod"],
      [3, "ledger-prod"],
    ] as const) {
      await world.inventory.record(seen(anAccountFact(digit, { name, organizationalUnits: [prod.id] })));
    }
    const namedTo = async (query: string) => {
      const { body } = await world.call(`GET /me${query}`, { as: alice });
      const { mayRequest } = body as { mayRequest: { targets: { accountsBelowUnits: unknown[] }[] }[] };
      return mayRequest[0]?.targets[0]?.accountsBelowUnits;
    };
    expect(await namedTo("")).toHaveLength(2);
    expect(await namedTo("?q=LEDGER")).toEqual([{ id: anAccountId(3), name: "ledger-prod" }]);
    const refused = problemIn(await world.call("GET /me?account=1", { as: alice }));
    expect(refused).toMatchObject({ code: "unknown-field", errors: [{ pointer: "/account" }] });
  });

  it("knows a flow that names the person", async () => {
    const world = await apiUnderTest();
    const { userId: id, userName: name } = aPerson("mallory");
    await world.flows.put({ ...aFlow({ requestors: { anyOf: [{ type: "user", id, name }] } }), version: 2 });
    expect((await world.call("GET /me", { as: mallory })).body).toMatchObject({
      mayRequest: [{ flow: "prod-power" }],
    });
    expect((await world.call("GET /me", { as: alice })).body).toMatchObject({ mayRequest: [] });
  });
});
