import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, Context, DynamoDBRecord } from "aws-lambda";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { awsClients } from "../../lambdas/adapters/aws-clients.ts";
import { accessRequestStore } from "../../lambdas/adapters/dynamodb/access-request-store.ts";
import { auditTrail } from "../../lambdas/adapters/dynamodb/audit-trail.ts";
import { entitlementStore } from "../../lambdas/adapters/dynamodb/entitlement-store.ts";
import { requestAttributes } from "../../lambdas/adapters/dynamodb/keys.ts";
import { eventPublisher } from "../../lambdas/adapters/eventbridge/event-publisher.ts";
import {
  AwaitApprovalInputSchema,
  GrantAccessInputSchema,
  RevokeAccessInputSchema,
} from "../../lambdas/core/contracts/workflow.ts";
import type { RequestId } from "../../lambdas/core/domain/ids.ts";
import { recordTransition } from "../../lambdas/core/use-cases/record-transition.ts";
import { logger, metrics } from "../../lambdas/middleware/observability.ts";
import { task } from "../../lambdas/middleware/task.ts";
import { recordStream } from "../../lambdas/record/record-stream.ts";
import { resourcesOf } from "../infra/support/template.ts";
import { oidc, synthesize } from "../infra/support/synthesize.ts";
import { aFlow, aGroupId } from "../support/builders.ts";
import { HOUR, lockstepUnderTest, type FunctionName } from "../support/lockstep-under-test.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { alice, apiUnderTest, bob, mallory, type CallOptions } from "../unit/api/world.ts";

// Somebody switches this on in a deployed function, where the logger reads it as it starts: what it was sent is not
// logged even then, the task token being part of it.
vi.hoisted(() => {
  process.env["POWERTOOLS_LOGGER_LOG_EVENT"] = "true";
});

const BEARER = "eyJhbGciOiJSUzI1NiJ9.bearer-token-of-the-test.signature";
const JUSTIFICATION = "justification-of-the-test";
const REASON = "reason-of-the-test";
const IDEMPOTENCY_KEY = "idempotency-key-of-the-test";
const EXTENSION_JUSTIFICATION = "why-more-time-is-needed-in-the-test";
const MESSAGE = "message-of-the-test";

const context = { functionName: "lockstep", awsRequestId: "aws-request" } as Context;

/** Lines that the functions' own logger writes, instead of to the terminal. */
const recordLog = (): string[] => {
  const lines: string[] = [];
  const write = (line: string): void => {
    lines.push(line);
  };
  const console = { debug: write, info: write, warn: write, error: write, log: write };
  Object.assign(logger, { console });
  Object.assign(metrics, { console });
  return lines;
};

/** Clients of a DynamoDB and an EventBridge that take everything and remember what they were sent. */
const rememberingClients = () => {
  const sent: Record<string, unknown>[] = [];
  const handle = (request: {
    readonly body: string | Uint8Array;
    readonly headers: Record<string, string>;
  }) => {
    const text = typeof request.body === "string" ? request.body : Buffer.from(request.body).toString("utf8");
    sent.push({ target: request.headers["x-amz-target"], ...(JSON.parse(text) as object) });
    const headers = { "content-type": "application/x-amz-json-1.0" };
    const body = Buffer.from(JSON.stringify({ FailedEntryCount: 0, Entries: [] }));
    return Promise.resolve({ response: { statusCode: 200, headers, body } });
  };
  const clientsFor = awsClients({
    overrides: {
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: { handle, destroy: () => undefined },
    },
  });
  return { sent, clientsFor };
};

/** A request's whole life through the real API, functions, stream consumer, stores and publisher; and all that came out. */
const wholeLife = async () => {
  const functionLog = recordLog();
  const handlers: Readonly<Record<FunctionName, (payload: unknown) => Promise<unknown>>> = {
    "await-approval": async (payload) =>
      task(AwaitApprovalInputSchema, lockstep.functions["await-approval"])(payload, context),
    "grant-access": async (payload) =>
      task(GrantAccessInputSchema, lockstep.functions["grant-access"])(payload, context),
    "revoke-access": async (payload) =>
      task(RevokeAccessInputSchema, lockstep.functions["revoke-access"])(payload, context),
  };
  const taskTokens = new Set<string>();
  const lockstep = await lockstepUnderTest({
    flow: aFlow({ settings: { requesterCanApproveSelf: false, maxExtensions: 5 } }),
    answerInstead: async ({ function: name, payload }) => {
      const { taskToken } = payload as { readonly taskToken?: string };
      if (taskToken !== undefined) taskTokens.add(taskToken);
      try {
        return { payload: (await handlers[name](payload)) as never };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return { functionError: { errorType: error.name, errorMessage: error.message } };
      }
    },
  });
  lockstep.directory.addUser({ ...mallory, email: "mallory@example.com" });
  const { call, logged: apiLog } = await apiUnderTest({
    clock: lockstep.clock,
    requests: lockstep.requests,
    flows: lockstep.flows,
    wakeups: lockstep.wakeups,
    directory: lockstep.directory,
    organization: lockstep.organization,
    workflow: lockstep.workflow,
  });

  const answers: unknown[] = [];
  const ask = async (line: string, { headers, ...options }: CallOptions = {}) => {
    const answer = await call(line, {
      ...options,
      headers: { authorization: `Bearer ${BEARER}`, ...headers },
    });
    await lockstep.clock.advanceBy(0);
    answers.push(answer);
    return answer.body as { readonly id: RequestId };
  };
  const more = { reason: REASON };
  const submit = (key: string) =>
    ask("POST /requests", {
      headers: { "idempotency-key": `${IDEMPOTENCY_KEY}-${key}` },
      body: {
        entitlements: [{ account: "payments-prod", permissionSet: "PowerUser" }],
        duration: "PT1H",
        justification: JUSTIFICATION,
      },
    });
  const look = async (id: RequestId) => {
    for (const path of [`/requests/${id}`, `/requests/${id}/events`, "/requests", "/me"])
      await ask(`GET ${path}`);
    await ask("GET /requests?view=to-approve", { as: bob });
    await ask(`GET /requests/${id}`, { as: mallory });
  };

  // Approved, granted, revoked early, with attempts that fail at both ends.
  const { id } = await submit("one");
  await look(id);
  lockstep.provider.faults.push("throttled", "throttled");
  await ask(`POST /requests/${id}/decisions`, { as: bob, body: { decision: "approve", ...more } });
  await lockstep.clock.advanceBy(HOUR / 2);
  await look(id);
  const longer = { duration: "PT1H", justification: EXTENSION_JUSTIFICATION };
  await ask(`POST /requests/${id}/extend`, { body: longer });
  const extension = () => lockstep.waitingExtension(id);
  const rejection = { decision: "reject", extension: await extension(), ...more };
  await ask(`POST /requests/${id}/decisions`, { as: bob, body: rejection });
  await ask(`POST /requests/${id}/extend`, { body: longer });
  await look(id);
  const approval = { decision: "approve", extension: await extension(), ...more };
  await ask(`POST /requests/${id}/decisions`, { as: bob, body: approval });
  await lockstep.sweep();
  // Somebody takes it away by hand: the sweep tells the bus.
  const [assignment = ""] = lockstep.provider.present;
  lockstep.provider.present.delete(assignment);
  await lockstep.clock.advanceBy(HOUR / 2);
  await lockstep.sweep();
  lockstep.provider.present.add(assignment);
  lockstep.provider.faults.push("throttled", "answer-lost");
  await ask(`POST /requests/${id}/revoke`, { body: more });
  await lockstep.clock.advanceBy(2 * HOUR);
  await look(id);
  // Rejected; cancelled; refused; wrong in form; and asked by somebody who is nobody.
  const { id: rejected } = await submit("two");
  await ask(`POST /requests/${rejected}/decisions`, { as: bob, body: { decision: "reject", ...more } });
  const { id: cancelled } = await submit("three");
  await ask(`POST /requests/${cancelled}/cancel`, { body: more });
  await ask(`POST /requests/${cancelled}/decisions`, { as: mallory, body: { decision: "approve", ...more } });
  await ask("POST /requests", { body: { justification: JUSTIFICATION, taskToken: BEARER } });
  await ask("POST /requests", { body: `{"justification": "${JUSTIFICATION}"` });
  await ask("GET /me", { claims: { email: "stranger@example.com" } });
  // One that ends up failed, with a message of AWS's.
  lockstep.provider.failure = MESSAGE;
  const { id: failed } = await submit("four");
  await ask(`POST /requests/${failed}/decisions`, { as: bob, body: { decision: "approve" } });
  await lockstep.clock.advanceBy(HOUR);
  lockstep.provider.failure = undefined;
  await look(failed);
  // A payload that no version ever sent, its token in it.
  const [someToken = ""] = taskTokens;
  const odd = { version: 99, requestId: id, taskToken: someToken };
  for (const handle of Object.values(handlers)) await handle(odd).catch(() => undefined);

  const { sent, clientsFor } = rememberingClients();
  const tableName = "table";
  const stores = { clientsFor, tableName, clock: new VirtualClock() };
  const record = recordStream({
    transition: recordTransition({
      audit: auditTrail(stores),
      events: eventPublisher({ clientsFor, busName: "lockstep" }),
    }),
    change: () => Promise.reject(new Error("no configuration is written here")),
  });
  for (const request of lockstep.requests.history) {
    const item = { ...request, ...requestAttributes(request) };
    const NewImage = marshall(item, { removeUndefinedValues: true }) as Record<string, AttributeValue>;
    const delivered: DynamoDBRecord = { dynamodb: { SequenceNumber: "1", NewImage } };
    expect(await record({ Records: [delivered] }, context)).toEqual({ batchItemFailures: [] });
  }
  const recorded = sent.splice(0);
  for (const request of lockstep.requests.history) await accessRequestStore(stores).create(request);
  for (const item of lockstep.entitlements.all) await entitlementStore(stores).put(item);

  const putItems = (all: typeof sent) =>
    all.flatMap(({ Item }) => (Item === undefined ? [] : [unmarshall(Item as never)]));
  const busEvents = (all: typeof sent) =>
    all
      .flatMap(({ Entries }) => (Entries as readonly { readonly Detail: string }[] | undefined) ?? [])
      .map((entry) => ({ ...entry, Detail: JSON.parse(entry.Detail) as unknown }));
  const textOf = (value: unknown) => JSON.stringify(value);
  return {
    taskTokens: [...taskTokens],
    statuses: lockstep.requests.all.map(({ status }) => status).sort(),
    wakeups: await lockstep.wakeups.get(id),
    places: {
      "the answers": textOf(answers),
      "the API's log": apiLog.join("\n"),
      "the functions' log": functionLog.join("\n"),
      "the audit entries": textOf(putItems(recorded)),
      "the events": textOf([...busEvents(recorded), ...lockstep.events.published]),
      "the Access table": textOf(putItems(sent)),
    },
  };
};

type Place = keyof Awaited<ReturnType<typeof wholeLife>>["places"];

const emails = ["alice@example.com", "bob@example.com", "mallory@example.com", "stranger@example.com"];
const names = ['"alice"', '"bob"', '"mallory"'];
const people = [...emails, ...names];
const texts = [JUSTIFICATION, EXTENSION_JUSTIFICATION, REASON];

/** What may be nowhere but in the Wakeups table and in the wait's own payload; and what else each place must not say. */
const forbidden: Readonly<Record<Place, readonly string[]>> = {
  "the answers": [BEARER, IDEMPOTENCY_KEY, ...emails],
  "the API's log": [BEARER, IDEMPOTENCY_KEY, ...texts, ...people],
  "the functions' log": [BEARER, IDEMPOTENCY_KEY, ...texts, ...people],
  "the audit entries": [BEARER, IDEMPOTENCY_KEY, JUSTIFICATION, ...people],
  "the events": [BEARER, IDEMPOTENCY_KEY, MESSAGE, ...texts, ...people],
  "the Access table": [BEARER, ...emails],
};

describe("secrets and personal data", () => {
  let life: Awaited<ReturnType<typeof wholeLife>>;
  beforeAll(async () => {
    life = await wholeLife();
  });

  it("are looked for in a life that had everything in it", () => {
    expect(life.statuses).toEqual(["cancelled", "ended", "failed", "rejected"]);
    expect(life.taskTokens.length).toBeGreaterThanOrEqual(4);
    for (const token of life.taskTokens) expect(token.length).toBeGreaterThan(20);
    // The token is where it belongs, so that looking for it means something.
    expect(life.taskTokens).toContain(life.wakeups);
    expect(life.places["the answers"]).toContain(JUSTIFICATION);
    expect(life.places["the answers"]).toContain(MESSAGE);
    expect(life.places["the audit entries"]).toContain(REASON);
    expect(life.places["the Access table"]).toContain(JUSTIFICATION);
    for (const type of ["AccessGranted", "ExtensionRequested", "AccessExtended", "SweepFinding"]) {
      expect(life.places["the events"]).toContain(type);
    }
    expect(life.places["the functions' log"]).toContain("Transition recorded");
    expect(life.places["the functions' log"]).toContain("Task failed");
    expect(life.places["the API's log"]).toContain("Refused");
  });

  it.each(Object.keys(forbidden) as Place[])("a task token never appears in %s", (place) => {
    for (const token of life.taskTokens) {
      expect(life.places[place].includes(token), token).toBe(false);
      // Nor a part of it that would do for guessing the rest.
      expect(life.places[place].includes(token.slice(-24)), token).toBe(false);
    }
  });

  it.each(Object.entries(forbidden) as [Place, readonly string[]][])(
    "%s: no bearer token, key or personal data that does not belong there",
    (place, words) => {
      for (const word of words) {
        const at = life.places[place].indexOf(word);
        expect(at < 0 ? "" : life.places[place].slice(Math.max(0, at - 100), at + 100)).toBe("");
      }
    },
  );

  it("events say who by id alone", () => {
    expect(life.places["the events"]).toContain(alice.userId);
    expect(life.places["the events"]).toContain(aGroupId("payments-leads"));
  });
});

describe("what is deployed", () => {
  const { access } = synthesize({ settings: { oidc } });

  it("logs no execution data: a task token is part of it", () => {
    const machines = resourcesOf(access, "AWS::StepFunctions::StateMachine");
    expect(machines.length).toBeGreaterThan(0);
    for (const { properties } of machines) {
      expect(properties["LoggingConfiguration"]).toMatchObject({ IncludeExecutionData: false });
    }
  });

  it("switches no logging of events on", () => {
    for (const { properties } of resourcesOf(access, "AWS::Lambda::Function")) {
      expect(JSON.stringify(properties["Environment"] ?? {})).not.toMatch(/LOG_EVENT|POWERTOOLS_DEV/);
    }
  });
});
