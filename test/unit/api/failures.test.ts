import { describe, expect, it } from "vitest";
import { problemKinds } from "../../../lambdas/http/problems.ts";
import { connectorRoleMissing } from "../../../lambdas/core/domain/inventory/problem-words.ts";
import { SourceProblem } from "../../../lambdas/core/domain/inventory/problem.ts";
import { RetryableError, type RetryableErrorName } from "../../../lambdas/core/domain/errors.ts";
import { FakeDirectory } from "../../support/fakes/directory.ts";
import { FakeAccessFlowStore } from "../../support/fakes/stores.ts";
import { problemIn } from "./problems.ts";
import { alice, apiUnderTest, bob } from "./world.ts";

/** A directory that answers every look-up of a caller with an error. */
class FailingDirectory extends FakeDirectory {
  private readonly error: Error;

  constructor(error: Error) {
    super();
    this.error = error;
  }

  override userByIdentity(): Promise<never> {
    return Promise.reject(this.error);
  }
}

describe("something that does not answer", () => {
  it.each<RetryableErrorName>([
    "StoreUnavailable",
    "DirectoryUnavailable",
    "WorkflowUnavailable",
    "CatalogueUnavailable",
  ])("%s is a 503 that says when to try again, and nothing of its cause", async (name) => {
    const directory = new FailingDirectory(new RetryableError(name, "ThrottlingException: Rate exceeded"));
    const { call } = await apiUnderTest({ directory });
    const answer = await call("GET /me");
    expect(problemIn(answer)).toMatchObject({ status: 503, code: "service-unavailable" });
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(JSON.stringify(answer.body)).not.toMatch(/Throttling|Unavailable/);
  });

  it("a request whose workflow does not start succeeds when it is sent again under its key", async () => {
    const { call, ask, workflow, requests } = await apiUnderTest();
    const options = { body: ask, headers: { "idempotency-key": "once" } };
    workflow.unavailable = true;
    expect((await call("POST /requests", options)).status).toBe(503);
    workflow.unavailable = false;
    expect((await call("POST /requests", options)).status).toBe(201);
    expect(requests.history).toHaveLength(1);
    expect(workflow.started.size).toBe(1);
  });
});

describe("an organization that Lockstep has no way into", () => {
  it("is a 503 that says in words why and what to do, and the log has it too", async () => {
    const roleArn = "arn:aws:iam::111111111111:role/lockstep-connector";
    const problem = connectorRoleMissing({ accountId: "111111111111", roleArn });
    const { call, logged } = await apiUnderTest({
      directory: new FailingDirectory(new SourceProblem(problem)),
    });
    const answered = problemIn(await call("GET /me"));
    expect(answered).toMatchObject({ status: 503, code: "service-unavailable" });
    for (const words of [problem.message, problem.fix, "ConnectorExternalId"])
      expect(answered.detail).toContain(words);
    const [line] = logged.filter((text) => text.includes("connector-role-missing"));
    expect(line).toContain(problem.fix);
  });
});

describe("a defect", () => {
  it("is a 500 without internals, and the log has them with the request's id", async () => {
    const directory = new FailingDirectory(new TypeError("AccessDenied on arn:aws:dynamodb:table/secret"));
    const { call, logged } = await apiUnderTest({ directory });
    const problem = problemIn(await call("GET /me"));
    expect(problem).toMatchObject({ status: 500, code: "internal-error" });
    expect(problem.detail).toContain("gateway-request");
    expect(JSON.stringify(problem)).not.toMatch(/AccessDenied|arn:|TypeError|at /);
    const [line] = logged.filter((text) => text.includes("Defect"));
    expect(line).toContain("AccessDenied on arn");
    expect(line).toContain("gateway-request");
  });

  it("that is no Error at all is a 500 too", async () => {
    const { call } = await apiUnderTest({ directory: new FailingDirectory("what" as never) });
    expect(problemIn(await call("GET /me"))).toMatchObject({ status: 500 });
  });
});

describe("a lost race", () => {
  it("over a flow is told as such", async () => {
    class ContestedFlows extends FakeAccessFlowStore {
      override delete(): Promise<"conflict"> {
        return Promise.resolve("conflict");
      }
    }
    const { flows } = await apiUnderTest();
    const contested = new ContestedFlows();
    for (const flow of await flows.list()) await contested.put(flow);
    const world = await apiUnderTest({ flows: contested });
    const answer = await world.call("DELETE /access-flows/prod-power", {
      claims: { email: "root@example.com" },
    });
    expect(problemIn(answer)).toMatchObject({ status: 409, code: "concurrent-modification" });
  });
});

describe("the log", () => {
  it("has ids, routes and codes, but no address, justification, reason or name", async () => {
    const { call, submit, ask, logged } = await apiUnderTest();
    const id = await submit({
      headers: { "idempotency-key": "secret-key", authorization: "Bearer secret-token" },
    });
    await call(`POST /requests/${id}/decisions`, {
      as: bob,
      body: { decision: "approve", reason: "secret-reason" },
    });
    await call("POST /requests", {
      body: { ...ask, duration: "PT0S", justification: "secret-justification" },
    });
    await call("GET /me", { claims: { email: "stranger@example.com" } });
    const all = logged.join("\n");
    expect(all).toContain(alice.userId);
    expect(all).toContain('"routeKey":"POST /requests/{id}/decisions"');
    expect(all).toContain('"code":"duration-out-of-bounds"');
    expect(all).not.toMatch(/secret|@example|incident 42|"alice"|"bob"/);
  });

  it("forgets one call's caller before the next", async () => {
    const { call, logged } = await apiUnderTest();
    await call("GET /me");
    const before = logged.length;
    await call("GET /me", { claims: {} });
    expect(logged.slice(before).join("\n")).not.toContain(alice.userId);
  });
});

it("has a status and a title of its own for every code", () => {
  const titles = Object.values(problemKinds).map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});
