import { describe, expect, it } from "vitest";
import { anAccountId, aPermissionSetArn } from "../../support/builders.ts";
import type { Problem } from "../../../lambdas/core/contracts/http/problem.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, root, type ApiUnderTest, type CallOptions } from "./world.ts";

const pointersOf = (problem: Problem) => problem.errors?.map(({ pointer }) => pointer);

/** The refusal of a POST /requests, once it is sure that it left no trace. */
const refusal = async (world: ApiUnderTest, options: CallOptions): Promise<Problem> => {
  const problem = problemIn(await world.call("POST /requests", options));
  expect(world.requests.history).toEqual([]);
  expect(world.workflow.started.size).toBe(0);
  return problem;
};

describe("a body that is no ask", () => {
  const cases: readonly (readonly [string, CallOptions, number, string])[] = [
    ["nothing", {}, 400, "malformed-body"],
    ["not JSON", { body: '{"duration":' }, 400, "malformed-body"],
    ["half a character", { body: '{"justification": "\\ud800"}' }, 400, "malformed-body"],
    ["nested deeper than a stack", { body: "[".repeat(30_000) }, 400, "malformed-body"],
    ["bytes that are not UTF-8", { body: "\u0000", base64: true }, 400, "malformed-body"],
    ["a list", { body: [] }, 400, "invalid-body"],
    ["null", { body: "null" }, 400, "invalid-body"],
    ["an empty object", { body: {} }, 400, "invalid-body"],
    ["over 64 KiB", { body: JSON.stringify({ a: "x".repeat(64 * 1024) }) }, 413, "body-too-large"],
    ["over 64 KiB in base64", { body: "x".repeat(64 * 1024 + 1), base64: true }, 413, "body-too-large"],
  ];
  it.each(cases)("%s", async (_, options, status, code) => {
    expect(await refusal(await apiUnderTest(), options)).toMatchObject({ status, code });
  });

  it("is told where it stops being JSON", async () => {
    const world = await apiUnderTest();
    const body = '{ "duration": PT5M }';
    expect(await refusal(world, { body })).toMatchObject({
      detail: expect.stringMatching(/^The body is not JSON in UTF-8\. .*"duration": PT5M/) as string,
    });
    const comma = '{ "duration": "PT5M", }';
    expect(await refusal(world, { body: comma })).toMatchObject({
      detail: expect.stringContaining("line 1 column 23") as string,
    });
  });

  it("counts bytes, not characters, up to exactly 64 KiB", async () => {
    const world = await apiUnderTest();
    const body = JSON.stringify({ ...world.ask, justification: "incident" });
    const padded = body + " ".repeat(64 * 1024 - body.length);
    expect((await world.call("POST /requests", { body: padded })).status).toBe(201);
    const twoBytes = `{"a": "${"é".repeat(33_000)}"}`;
    expect(problemIn(await world.call("POST /requests", { body: twoBytes }))).toMatchObject({
      code: "body-too-large",
    });
  });
});

describe("an example's placeholder that stayed in the path", () => {
  it.each([
    ["GET /requests/ID", 'the id "ID"'],
    [`GET /requests/${"x".repeat(2000)}`, `the id "${"x".repeat(100)}"`],
    ["POST /requests/ID/decisions", 'the id "ID"'],
    ["GET /bundles/a%20name", 'the name "a name"'],
  ])("%s is told what it called", async (line, called) => {
    const { call } = await apiUnderTest();
    const body = line.startsWith("POST") ? { body: { decision: "approve" } } : {};
    expect(problemIn(await call(line, { as: root, ...body }))).toMatchObject({
      status: 404,
      code: "not-found",
      detail: `There is nothing with ${called} here: the answer that made it, or lists it, says what it is called.`,
    });
  });
});

describe("a field that does not fit", () => {
  const cases: readonly (readonly [string, object, string, readonly string[]])[] = [
    ["no entitlement", { entitlements: [] }, "invalid-body", ["/entitlements"]],
    [
      "21 entitlements",
      {
        entitlements: Array.from({ length: 21 }, (_, index) => ({
          account: String(index),
          permissionSet: "PowerUser",
        })),
      },
      "invalid-body",
      ["/entitlements"],
    ],
    [
      "101 entitlements, the last the same as the first",
      {
        entitlements: Array.from({ length: 101 }, (_, index) => ({
          account: String(index % 100),
          permissionSet: "PowerUser",
        })),
      },
      "too-many-named",
      ["/entitlements"],
    ],
    [
      "the same entitlement twice",
      {
        entitlements: [
          { account: "payments-prod", permissionSet: "PowerUser" },
          { account: "payments-prod", permissionSet: "PowerUser" },
        ],
      },
      "duplicate-entitlement",
      ["/entitlements/1"],
    ],
    [
      "the same entitlement by name and by id",
      {
        entitlements: [
          { account: "payments-prod", permissionSet: "PowerUser" },
          { account: anAccountId(2), permissionSet: aPermissionSetArn("PowerUser") },
        ],
      },
      "duplicate-entitlement",
      ["/entitlements/1"],
    ],
    [
      "an account that is no text",
      { entitlements: [{ account: 222222222222, permissionSet: "PowerUser" }] },
      "invalid-body",
      ["/entitlements/0/account"],
    ],
    [
      "an unknown account",
      { entitlements: [{ account: "no-such", permissionSet: "PowerUser" }] },
      "unknown-name",
      ["/entitlements/0/account"],
    ],
    [
      "an unknown permission set",
      { entitlements: [{ account: "payments-prod", permissionSet: "NoSuch" }] },
      "unknown-name",
      ["/entitlements/0/permissionSet"],
    ],
    [
      "an account name of two accounts",
      { entitlements: [{ account: "sandbox", permissionSet: "PowerUser" }] },
      "ambiguous-name",
      ["/entitlements/0/account"],
    ],
    ["a duration that is none", { duration: "an hour" }, "invalid-body", ["/duration"]],
    ["a duration with a fraction", { duration: "PT1.5H" }, "invalid-body", ["/duration"]],
    ["a duration in months", { duration: "P1M" }, "invalid-body", ["/duration"]],
    ["a duration in seconds", { duration: 3600 }, "invalid-body", ["/duration"]],
    ["no time at all", { duration: "PT0S" }, "duration-out-of-bounds", ["/duration"]],
    ["more than 180 days", { duration: "P180DT1S" }, "duration-out-of-bounds", ["/duration"]],
    ["more than the flow's maximum", { duration: "PT8H1S" }, "duration-above-maximum", ["/duration"]],
    ["no justification", { justification: "" }, "invalid-body", ["/justification"]],
    ["a blank justification", { justification: " \n" }, "invalid-body", ["/justification"]],
    ["too long a justification", { justification: "x".repeat(1001) }, "invalid-body", ["/justification"]],
    ["a principal without a name", { principal: { type: "GROUP" } }, "invalid-body", ["/principal"]],
    [
      "a principal with name and id",
      { principal: { type: "GROUP", name: "a", id: "b" } },
      "invalid-body",
      ["/principal"],
    ],
    [
      "a principal of another kind",
      { principal: { type: "ROLE", name: "a" } },
      "invalid-body",
      ["/principal/type"],
    ],
    ["a start without an offset", { startAt: "2026-01-02T00:00:00" }, "invalid-body", ["/startAt"]],
    ["a start on 30 February", { startAt: "2026-02-30T00:00:00Z" }, "invalid-body", ["/startAt"]],
    ["a start in the past", { startAt: "2025-12-31T23:59:59Z" }, "start-out-of-bounds", ["/startAt"]],
    ["a start too far ahead", { startAt: "2026-04-02T00:00:00Z" }, "start-out-of-bounds", ["/startAt"]],
    ["a client-sent status", { status: "active" }, "unknown-field", ["/status"]],
    ["a client-sent approver", { approver: "alice" }, "unknown-field", ["/approver"]],
    ["a client-sent expiry", { expiresAt: "2030-01-01T00:00:00Z" }, "unknown-field", ["/expiresAt"]],
    [
      "an unknown field of an entitlement",
      { entitlements: [{ account: "payments-prod", permissionSet: "PowerUser", standing: true }] },
      "unknown-field",
      ["/entitlements/0/standing"],
    ],
    [
      "an unknown field of the principal",
      { principal: { type: "GROUP", name: "payments-engineers", "a/b~c": 1 } },
      "unknown-field",
      ["/principal/a~1b~0c"],
    ],
    [
      "an unknown field among others that do not fit",
      { status: "active", duration: "PT0S" },
      "invalid-body",
      ["/duration", "/status"],
    ],
    [
      "two fields that do not fit",
      { duration: "PT0S", justification: "" },
      "invalid-body",
      ["/duration", "/justification"],
    ],
  ];
  it.each(cases)("%s", async (_, fields, code, pointers) => {
    const world = await apiUnderTest();
    const problem = await refusal(world, { body: { ...world.ask, ...fields } });
    expect(problem).toMatchObject({ status: 400, code });
    expect(pointersOf(problem)).toEqual(pointers);
  });

  it("says what was found and what is expected", async () => {
    const world = await apiUnderTest();
    const problem = await refusal(world, {
      body: { ...world.ask, duration: "PT0S", justification: " " },
    });
    expect(problem).toEqual({
      type: "urn:lockstep:problem:invalid-body",
      title: "The body does not fit",
      status: 400,
      code: "invalid-body",
      detail:
        '/duration: found "PT0S"; expected 1 second to P180D; /justification: found " "; expected a text of 1 to 1000 characters',
      errors: [
        { pointer: "/duration", detail: 'found "PT0S"; expected 1 second to P180D' },
        { pointer: "/justification", detail: 'found " "; expected a text of 1 to 1000 characters' },
      ],
    });
  });

  it("names the ids that an ambiguous name stands for", async () => {
    const world = await apiUnderTest();
    const entitlements = [{ account: "sandbox", permissionSet: "PowerUser" }];
    const { detail } = await refusal(world, { body: { ...world.ask, entitlements } });
    expect(detail).toContain(`${anAccountId(4)}, ${anAccountId(5)}`);
  });

  it("refuses a field that would change every object's prototype", async () => {
    const world = await apiUnderTest();
    const body = JSON.stringify(world.ask).replace("{", '{"__proto__": {"status": "active"}, ');
    expect(await refusal(world, { body })).toMatchObject({ code: "unknown-field" });
  });
});

describe("at the bounds", () => {
  it.each([
    ["1 second", { duration: "PT1S" }],
    ["the flow's maximum", { duration: "PT8H" }],
    ["1,000 characters, outside the basic plane", { justification: "😀".repeat(1000) }],
    ["an offset", { startAt: "2026-01-01T03:00:00+02:00" }],
    ["90 days ahead", { startAt: "2026-04-01T00:00:00Z" }],
  ])("accepts %s", async (_, fields) => {
    const world = await apiUnderTest();
    expect((await world.call("POST /requests", { body: { ...world.ask, ...fields } })).status).toBe(201);
  });

  it("takes JSON under any content type, and in base64", async () => {
    const world = await apiUnderTest();
    for (const base64 of [false, true]) {
      const headers = { "content-type": "text/plain" };
      expect((await world.call("POST /requests", { body: world.ask, base64, headers })).status).toBe(201);
    }
  });
});

describe("queries, paths and keys", () => {
  it.each([
    ["?limit=0", "invalid-query", "/limit"],
    ["?limit=101", "invalid-query", "/limit"],
    ["?limit=1e2", "invalid-query", "/limit"],
    ["?limit=10,20", "invalid-query", "/limit"],
    ["?view=everything", "invalid-query", "/view"],
    ["?status=gone", "invalid-query", "/status"],
    ["?cursor=", "invalid-query", "/cursor"],
    ["?requester=bob", "unknown-field", "/requester"],
  ])("refuses %s", async (query, code, pointer) => {
    const { call } = await apiUnderTest();
    const problem = problemIn(await call(`GET /requests${query}`));
    expect(problem).toMatchObject({ status: 400, code });
    expect(pointersOf(problem)).toEqual([pointer]);
  });

  it("refuses a cursor that no list gave", async () => {
    const { call } = await apiUnderTest();
    for (const line of ["GET /requests?cursor=bm9uZQ", "GET /requests?view=to-approve&cursor=bm9uZQ"]) {
      expect(problemIn(await call(line))).toMatchObject({ status: 400, code: "invalid-cursor" });
    }
  });

  it("refuses a cursor of events that no list gave", async () => {
    const { call, submit } = await apiUnderTest();
    const id = await submit();
    for (const cursor of ["bm9uZQ", Buffer.from('{"after":-1}').toString("base64url")]) {
      const problem = problemIn(await call(`GET /requests/${id}/events?cursor=${cursor}`));
      expect(problem).toMatchObject({ status: 400, code: "invalid-cursor" });
    }
  });

  it.each(["r-short", "R-AAAAAAAAAAAAAAAAAAAAAAAAAA", "..", "%00"])("finds no request %s", async (id) => {
    const { call } = await apiUnderTest();
    expect(problemIn(await call(`GET /requests/${id}`))).toMatchObject({ status: 404, code: "not-found" });
  });

  it.each(["", "x".repeat(129), "a\tb", "clé"])("refuses the Idempotency-Key %j", async (key) => {
    const world = await apiUnderTest();
    const headers = { "idempotency-key": key };
    expect(await refusal(world, { body: world.ask, headers })).toMatchObject({
      status: 400,
      code: "invalid-idempotency-key",
    });
  });

  it("answers a route that is not in the table with 404", async () => {
    const { invoke } = await apiUnderTest();
    const event = { routeKey: "$default", headers: {}, requestContext: { requestId: "r" } };
    const { statusCode, body } = await invoke(event as never, {} as never);
    expect(statusCode).toBe(404);
    expect(JSON.parse(body ?? "")).toMatchObject({ code: "not-found" });
  });
});
