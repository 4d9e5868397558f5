import { describe, expect, it } from "vitest";
import { aGroupId, aPermissionSetArn, anAccountId, aUserId } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, root } from "./world.ts";

const as = root;

/** The example, all of it. */
const document = {
  requestors: { anyOf: [{ group: "payments-engineers" }, { user: "alice@example.com" }] },
  targets: [
    {
      accounts: ["payments-prod", anAccountId(4)],
      organizationalUnits: ["/Workloads/Prod", "/"],
      permissionSets: ["PowerUser"],
    },
  ],
  duration: { max: "PT8H" },
  approval: { steps: [{ anyOf: [{ group: "payments-leads" }], within: "PT2H30M" }] },
  settings: {
    requesterCanApproveSelf: true,
    maxExtensions: 2,
    extensionDuration: "PT30M",
    extensionNeedsApproval: false,
    maxSessionDuration: "PT4H",
  },
};

describe("PUT /access-flows/{name}", () => {
  it("keeps names as ids, and shows them as they were written", async () => {
    const { call, flows } = await apiUnderTest();
    const { status, body } = await call("PUT /access-flows/new-flow", { as, body: document });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...document,
      name: "new-flow",
      trigger: "self-serve",
      active: true,
      version: 1,
      updatedAt: "2026-01-01T00:00:00.000Z",
      updatedBy: root.userId,
      unconfirmedEditors: [root.userId],
    });
    expect((await call("GET /access-flows/new-flow", { as })).body).toEqual(body);
    expect(await flows.get("new-flow")).toMatchObject({
      requestors: {
        anyOf: [
          { type: "group", id: aGroupId("payments-engineers") },
          { type: "user", id: aUserId("alice"), name: "alice@example.com" },
        ],
      },
      targets: [
        {
          accounts: [{ id: anAccountId(2) }, { id: anAccountId(4) }],
          organizationalUnits: [{ name: "/Workloads/Prod" }, { id: "r-abcd", name: "/" }],
          permissionSets: [{ id: aPermissionSetArn("PowerUser") }],
        },
      ],
      duration: { maxSeconds: 28_800 },
      approval: { steps: [{ withinSeconds: 9000 }] },
    });
  });

  it("fills in what was left out: automatic approval, a day to decide, nobody approves themselves", async () => {
    const { call } = await apiUnderTest();
    const { requestors, duration } = document;
    const targets = [{ accounts: ["payments-prod"], permissionSets: ["PowerUser"] }];
    const short = { requestors, targets, duration };
    expect((await call("PUT /access-flows/a", { as, body: short })).body).toMatchObject({
      targets: [{ organizationalUnits: [] }],
      approval: { steps: [] },
      settings: { requesterCanApproveSelf: false, maxExtensions: 0, extensionNeedsApproval: true },
    });
    const steps = [{ anyOf: [{ group: "payments-leads" }] }];
    expect(
      (await call("PUT /access-flows/b", { as, body: { ...short, approval: { steps } } })).body,
    ).toMatchObject({
      approval: { steps: [{ within: "PT24H" }] },
    });
  });

  it("counts versions, and writes nothing when nothing changes", async () => {
    const { call, clock } = await apiUnderTest();
    const first = (await call("PUT /access-flows/new-flow", { as, body: document })).body;
    await clock.advanceBy(1000);
    const named = { ...document, name: "new-flow" };
    expect((await call("PUT /access-flows/new-flow", { as, body: named })).body).toEqual(first);
    const changed = { ...document, duration: { max: "PT4H" } };
    expect((await call("PUT /access-flows/new-flow", { as, body: changed })).body).toMatchObject({
      version: 2,
      updatedAt: "2026-01-01T00:00:01.000Z",
    });
  });

  it("tells of every name that leads nowhere, and writes nothing", async () => {
    const { call, flows } = await apiUnderTest();
    const body = {
      requestors: {
        anyOf: [{ group: "payments-engineers" }, { group: "ghosts" }, { user: "casper@example.com" }],
      },
      targets: [
        {
          accounts: ["atlantis", "999999999999"],
          organizationalUnits: ["/Nowhere"],
          permissionSets: ["NoSuch"],
        },
      ],
      duration: { max: "PT8H" },
      approval: { steps: [{ anyOf: [{ user: "nobody" }] }] },
    };
    const problem = problemIn(await call("PUT /access-flows/new-flow", { as, body }));
    expect(problem).toMatchObject({ status: 400, code: "unknown-name" });
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual([
      "/requestors/anyOf/1/group",
      "/requestors/anyOf/2/user",
      "/targets/0/accounts/0",
      "/targets/0/accounts/1",
      "/targets/0/organizationalUnits/0",
      "/targets/0/permissionSets/0",
      "/approval/steps/0/anyOf/0/user",
    ]);
    expect(await flows.get("new-flow")).toBeUndefined();
  });

  it("refuses a name that has two meanings", async () => {
    const { call, directory } = await apiUnderTest();
    const targets = [{ accounts: ["sandbox"], permissionSets: ["PowerUser"] }];
    const account = problemIn(await call("PUT /access-flows/x", { as, body: { ...document, targets } }));
    expect(account).toMatchObject({
      status: 400,
      code: "ambiguous-name",
      errors: [{ pointer: "/targets/0/accounts/0" }],
    });
    directory.addUser({ userId: aUserId("other"), userName: "alice@example.com" });
    const person = problemIn(await call("PUT /access-flows/x", { as, body: document }));
    expect(person).toMatchObject({ code: "ambiguous-name", errors: [{ pointer: "/requestors/anyOf/1" }] });
  });

  it.each([
    ["another name than the path's", { ...document, name: "other" }, "invalid-access-flow", "/name"],
    ["no requestors", { ...document, requestors: { anyOf: [] } }, "invalid-access-flow", "/requestors/anyOf"],
    ["no targets", { ...document, targets: [] }, "invalid-access-flow", "/targets"],
    [
      "a duration out of bounds",
      { ...document, duration: { max: "P181D" } },
      "invalid-access-flow",
      "/duration/max",
    ],
    ["an unknown field", { ...document, conditions: [] }, "unknown-field", "/conditions"],
    ["a version of its own", { ...document, version: 7 }, "unknown-field", "/version"],
  ])("refuses %s", async (_, body, code, pointer) => {
    const { call, flows } = await apiUnderTest();
    const problem = problemIn(await call("PUT /access-flows/new-flow", { as, body }));
    expect(problem).toMatchObject({ status: 400, code, errors: [{ pointer }] });
    expect(await flows.get("new-flow")).toBeUndefined();
  });

  it.each(["-a", "a.b", "x".repeat(65)])("refuses the name %s", async (name) => {
    const { call } = await apiUnderTest();
    const problem = problemIn(await call(`PUT /access-flows/${name}`, { as, body: document }));
    expect(problem).toMatchObject({
      status: 400,
      code: "invalid-access-flow",
      errors: [{ pointer: "/name" }],
    });
  });
});

describe("the other calls", () => {
  it("lists by name, page by page", async () => {
    const { call } = await apiUnderTest();
    for (const name of ["zebra", "ant"]) await call(`PUT /access-flows/${name}`, { as, body: document });
    const names: string[] = [];
    let cursor = "";
    do {
      const { body } = await call(`GET /access-flows?limit=2${cursor}`, { as });
      const page = body as { readonly items: readonly { readonly name: string }[]; readonly cursor?: string };
      names.push(...page.items.map(({ name }) => name));
      cursor = page.cursor === undefined ? "" : `&cursor=${page.cursor}`;
    } while (cursor !== "");
    expect(names).toEqual(["ant", "prod-power", "zebra"]);
    expect(problemIn(await call("GET /access-flows?cursor=e30", { as }))).toMatchObject({
      code: "invalid-cursor",
    });
  });

  it("deletes, and what is not there is not found", async () => {
    const { call, submit } = await apiUnderTest();
    const id = await submit();
    const gone = await call("DELETE /access-flows/prod-power", { as });
    expect(gone).toMatchObject({ status: 204, body: undefined });
    for (const method of ["GET", "DELETE"]) {
      const answer = await call(`${method} /access-flows/prod-power`, { as });
      expect(problemIn(answer)).toMatchObject({ status: 404, code: "not-found" });
    }
    // A request that it served keeps what it was promised.
    expect((await call(`GET /requests/${id}`)).body).toMatchObject({ flow: "prod-power", status: "pending" });
  });
});
