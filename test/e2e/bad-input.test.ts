import {
  DeleteGroupMembershipCommand,
  IdentitystoreClient,
  ListGroupMembershipsForMemberCommand,
} from "@aws-sdk/client-identitystore";
import { CreateAccountCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anAsk, ask, decide, inStatus } from "./support/requests.ts";
import { runEnvironment } from "./support/running-environment.ts";
import type { RunningEnvironment } from "./support/running-environment.ts";
import { tracesIn } from "./support/traces.ts";

let running: RunningEnvironment;

const flow = (overrides: object = {}) => ({
  requestors: { anyOf: [{ user: "lena@example.com" }] },
  targets: [{ accounts: ["legacy-checkout", "payments-dev"], permissionSets: ["Billing"] }],
  duration: { max: "PT1H" },
  ...overrides,
});

beforeAll(async () => {
  running = await runEnvironment({ settings: { protectedAccounts: ["141414141414"] } });
  const save = async (name: string, body: object) => {
    expect(await running.as("tara", `PUT /access-flows/${name}`, { body })).toMatchObject({ status: 200 });
  };
  await save("lena-automatic", flow());
  await save(
    "lena-alone",
    // Of two who may ask: what nobody else could ask for, and nobody decide, is refused as it is saved.
    flow({
      requestors: { anyOf: [{ user: "lena@example.com" }, { user: "kofi@example.com" }] },
      targets: [{ accounts: ["payments-dev"], permissionSets: ["DatabaseOperator"] }],
      approval: { steps: [{ anyOf: [{ user: "lena" }] }] },
    }),
  );
  await save(
    "lena-everywhere",
    flow({ targets: [{ organizationalUnits: ["/"], permissionSets: ["Administrator"] }] }),
  );
});

afterAll(async () => {
  await running.environment.close();
});

/** The answer of a call that must not leave anything behind. */
const refusal = async (
  userName: string,
  line: string,
  body?: unknown,
  headers: Record<string, string> = {},
) => {
  const before = await tracesIn(running.environment);
  const answer = await running.as(userName, line, { ...(body !== undefined && { body }), headers });
  expect(await tracesIn(running.environment)).toEqual(before);
  return answer;
};

const problem = (status: number, code: string) => ({
  status,
  body: { type: `urn:lockstep:problem:${code}`, status, code },
});

const entitlement = (account: string, permissionSet: string) => ({
  entitlements: [{ account, permissionSet }],
});

describe("a request that cannot be read", () => {
  it.each([
    ["no JSON", "{", "malformed-body"],
    ["no body", undefined, "malformed-body"],
    ["no object", [], "invalid-body"],
    ["a field too few", { duration: "PT1H" }, "invalid-body"],
    ["no entitlements", anAsk({ entitlements: [] }), "invalid-body"],
    ["an ill-typed field", anAsk({ justification: 7 }), "invalid-body"],
    ["an empty justification", anAsk({ justification: " " }), "invalid-body"],
    ["a justification of 1,001 characters", anAsk({ justification: "x".repeat(1001) }), "invalid-body"],
    ["a duration that is none", anAsk({ duration: "1 hour" }), "invalid-body"],
    ["fractions of a second", anAsk({ duration: "PT0.5S" }), "invalid-body"],
    ["no time at all", anAsk({ duration: "PT0S" }), "duration-out-of-bounds"],
    ["more than 180 days", anAsk({ duration: "P181D" }), "duration-out-of-bounds"],
    ["more than the flow allows", anAsk({ duration: "PT8H1S" }), "duration-above-maximum"],
    ["a start in the past", anAsk({ startAt: "2020-01-01T00:00:00Z" }), "start-out-of-bounds"],
    ["a start in the far future", anAsk({ startAt: "2099-01-01T00:00:00Z" }), "start-out-of-bounds"],
    ["an unknown field", anAsk({ colour: "red" }), "unknown-field"],
    ["a status of the client's", anAsk({ status: "approved" }), "unknown-field"],
    ["an approver of the client's", anAsk({ approver: "alice" }), "unknown-field"],
    ["an expiry of the client's", anAsk({ expiresAt: "2099-01-01T00:00:00Z" }), "unknown-field"],
    ["an unknown account", anAsk(entitlement("nowhere", "PowerUser")), "unknown-name"],
    ["an unknown account id", anAsk(entitlement("999999999999", "PowerUser")), "unknown-name"],
    ["an unknown permission set", anAsk(entitlement("payments-prod", "Root")), "unknown-name"],
    [
      "the same twice",
      anAsk({
        entitlements: [
          { account: "payments-prod", permissionSet: "DatabaseOperator" },
          { account: "222222222222", permissionSet: "DatabaseOperator" },
        ],
      }),
      "duplicate-entitlement",
    ],
  ])("for %s is 400", async (_case, body, code) => {
    const answer = await refusal("alice", "POST /requests", body);
    expect(answer).toMatchObject(problem(400, code));
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  it("for an ambiguous name is 400", async () => {
    const clients = running.environment.clientsFor("home", "identity");
    await clients
      .client(OrganizationsClient)
      .send(new CreateAccountCommand({ AccountName: "payments-dev", Email: "twin@example.com" }));
    await clients.client(LambdaClient).send(
      new InvokeCommand({
        FunctionName: "lockstep-sync",
        Payload: JSON.stringify({ version: 1, look: "names" }),
      }),
    );
    const answer = await refusal("alice", "POST /requests", anAsk(entitlement("payments-dev", "PowerUser")));
    expect(answer).toMatchObject(problem(400, "ambiguous-name"));
  });

  it("points at the fields that are wrong", async () => {
    const answer = await refusal("alice", "POST /requests", anAsk({ duration: "soon", justification: "" }));
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(["/duration", "/justification"]);
  });

  it("for more than 64 KiB is 413", async () => {
    const answer = await refusal("alice", "POST /requests", anAsk({ justification: "x".repeat(65_536) }));
    expect(answer).toMatchObject(problem(413, "body-too-large"));
  });

  it("for more than 10 MB is 413 in the gateway's own words", async () => {
    const answer = await refusal("alice", "POST /requests", "x".repeat(10 * 1024 * 1024 + 1));
    expect(answer).toMatchObject({ status: 413, body: { message: "Request Entity Too Large" } });
  });
});

describe("a request that nobody may have", () => {
  it.each([
    ["that no flow allows", "hanna", anAsk(), "no-matching-flow"],
    [
      "for the management account",
      "lena",
      anAsk(entitlement("northwind-management", "Administrator")),
      "management-account",
    ],
    [
      "for a listed account",
      "lena",
      anAsk(entitlement("shared-network", "Administrator")),
      "protected-account",
    ],
    [
      "for a group of others",
      "alice",
      anAsk({ principal: { type: "GROUP", name: "payments-leads" } }),
      "principal-not-allowed",
    ],
    [
      "for another person",
      "alice",
      anAsk({ principal: { type: "USER", name: "bruno" } }),
      "principal-not-allowed",
    ],
  ])("%s is 403", async (_case, userName, body, code) => {
    expect(await refusal(userName, "POST /requests", body)).toMatchObject(problem(403, code));
  });

  it("of somebody who left is 403", async () => {
    expect(await refusal("mallory", "POST /requests", anAsk())).toMatchObject(
      problem(403, "caller-not-eligible"),
    );
  });

  it("for a suspended account is 409", async () => {
    const answer = await refusal("lena", "POST /requests", anAsk(entitlement("legacy-checkout", "Billing")));
    expect(answer).toMatchObject(problem(409, "account-not-active"));
  });

  it("that only the requester could approve is 409", async () => {
    const answer = await refusal(
      "lena",
      "POST /requests",
      anAsk(entitlement("343434343434", "DatabaseOperator")),
    );
    expect(answer).toMatchObject(problem(409, "no-approver"));
  });
});

describe("a decision", () => {
  const approve = { decision: "approve" };

  it("on one's own request is 403", async () => {
    const own = await ask(running, "alice", entitlement("payments-staging", "PowerUser"));
    const answer = await refusal("alice", `POST /requests/${own.id}/decisions`, approve);
    expect(answer).toMatchObject(problem(403, "self-approval"));
  });

  it("by a member of the group that would get the access is 403", async () => {
    const forGroup = await ask(running, "bruno", {
      ...entitlement("payments-staging", "PowerUser"),
      principal: { type: "GROUP", name: "payments-oncall" },
    });
    const answer = await refusal("elif", `POST /requests/${forGroup.id}/decisions`, approve);
    expect(answer).toMatchObject(problem(403, "beneficiary-approval"));
  });

  it("by somebody who is no approver any more is 403", async () => {
    const asked = await ask(running, "chidi");
    const { client, identityStoreId: IdentityStoreId } = {
      client: running.environment.clientsFor("home", "identity").client(IdentitystoreClient),
      ...running.environment.ids.identityCenter,
    };
    const { userId } = (await running.as("hiro", "GET /me")).body as { userId: string };
    const memberships = await client.send(
      new ListGroupMembershipsForMemberCommand({ IdentityStoreId, MemberId: { UserId: userId } }),
    );
    for (const { MembershipId } of memberships.GroupMemberships ?? []) {
      await client.send(new DeleteGroupMembershipCommand({ IdentityStoreId, MembershipId }));
    }
    const answer = await refusal("hiro", `POST /requests/${asked.id}/decisions`, approve);
    expect(answer).toMatchObject(problem(403, "approver-no-longer-eligible"));
  });

  it("by an administrator who is no approver is 403", async () => {
    const asked = await ask(running, "dana");
    const answer = await refusal("vera", `POST /requests/${asked.id}/decisions`, approve);
    expect(answer).toMatchObject(problem(403, "approver-no-longer-eligible"));
  });

  it("for the second time is 409", async () => {
    const twoSteps = await ask(running, "umberto", entitlement("payments-prod", "Administrator"));
    await decide(running, "tara", twoSteps);
    const answer = await refusal("tara", `POST /requests/${twoSteps.id}/decisions`, approve);
    expect(answer).toMatchObject(problem(409, "already-decided"));
  });

  it("on a request that is not pending is 409", async () => {
    const asked = await ask(running, "alice");
    await running.as("alice", `POST /requests/${asked.id}/cancel`);
    await inStatus(running, "alice", asked, "cancelled");
    const answer = await refusal("grace", `POST /requests/${asked.id}/decisions`, approve);
    expect(answer).toMatchObject(problem(409, "not-pending"));
  });

  it.each([
    [{ decision: "maybe" }, "invalid-body"],
    [{ decision: "approve", approver: "grace" }, "unknown-field"],
    ["nonsense", "malformed-body"],
  ])("of %j is 400", async (body, code) => {
    const asked = await ask(running, "alice");
    expect(await refusal("grace", `POST /requests/${asked.id}/decisions`, body)).toMatchObject(
      problem(400, code),
    );
  });
});

describe("what a caller may not see or do", () => {
  it("is not there, on every sub-route", async () => {
    const asked = await ask(running, "alice");
    for (const line of [
      "GET /requests/ID",
      "GET /requests/ID/events",
      "POST /requests/ID/decisions",
      "POST /requests/ID/extend",
      "POST /requests/ID/revoke",
      "POST /requests/ID/cancel",
    ]) {
      const body = line.endsWith("decisions")
        ? { decision: "approve" }
        : line.endsWith("extend")
          ? { duration: "PT1H", justification: "not done yet" }
          : undefined;
      const hidden = await refusal("hanna", line.replace("ID", asked.id), body);
      const missing = await refusal("hanna", line.replace("ID", "r-00000000000000000000000000"), body);
      expect(hidden).toMatchObject(problem(404, "not-found"));
      expect(missing).toMatchObject(problem(404, "not-found"));
    }
  });

  it("needs a role", async () => {
    for (const line of [
      "GET /access-flows",
      "GET /access-flows/prod-power",
      "DELETE /access-flows/prod-power",
    ]) {
      expect(await refusal("alice", line)).toMatchObject(problem(403, "role-missing"));
    }
    expect(await refusal("alice", "POST /integrations/lab/refresh")).toMatchObject(
      problem(403, "not-administrator"),
    );
    expect(await refusal("alice", "PUT /access-flows/mine", flow())).toMatchObject(
      problem(403, "role-missing"),
    );
    expect(await refusal("alice", "GET /requests?view=all")).toMatchObject(problem(403, "role-missing"));
  });

  it("is unknown to the gateway when there is no such route", async () => {
    expect(await refusal("alice", "GET /admin")).toMatchObject({
      status: 404,
      body: { message: "Not Found" },
    });
    expect(await refusal("alice", "DELETE /requests")).toMatchObject({
      status: 404,
      body: { message: "Not Found" },
    });
  });
});

describe("an access flow that does not fit", () => {
  it.each([
    ["an unknown field", flow({ owner: "lena" }), "unknown-field"],
    ["no targets", flow({ targets: [] }), "invalid-access-flow"],
    ["another name than its path's", flow({ name: "other" }), "invalid-access-flow"],
    ["an unknown group", flow({ requestors: { anyOf: [{ group: "nobody" }] } }), "unknown-name"],
    [
      "an unknown unit",
      flow({ targets: [{ organizationalUnits: ["/Nowhere"], permissionSets: ["Billing"] }] }),
      "unknown-name",
    ],
  ])("for %s is 400", async (_case, body, code) => {
    expect(await refusal("tara", "PUT /access-flows/bad", body)).toMatchObject(problem(400, code));
  });
});
