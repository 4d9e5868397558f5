import { SSOAdminClient, ListInstancesCommand } from "@aws-sdk/client-sso-admin";
import { describe, expect, it } from "vitest";
import { awsClients } from "../../../lambdas/adapters/aws-clients.ts";
import { removals } from "../../../lambdas/adapters/lambda/removals.ts";
import { sweepRunner } from "../../../lambdas/adapters/lambda/sweep-runner.ts";
import { RevokeFunctionInputSchema } from "../../../lambdas/core/contracts/workflow.ts";
import { SweepPayloadSchema } from "../../../lambdas/core/contracts/sweep.ts";
import { aReport } from "../../support/sweep-report.ts";

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Clients whose every request is answered alike; what was sent can be looked at. */
const answering = (
  statusCode: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
  onThrottled: (serviceId: string) => void = () => undefined,
) => {
  const sent: Sent[] = [];
  const clientsFor = awsClients({
    onThrottled,
    overrides: {
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      requestHandler: {
        handle: (request: Sent) => {
          sent.push(request);
          return Promise.resolve({ response: { statusCode, headers, body: Buffer.from(body) } });
        },
      },
    },
  });
  return { clientsFor, sent };
};

const payloadOf = ({ body }: Sent): unknown => JSON.parse(new TextDecoder().decode(body as Uint8Array));

describe("the function that removes, called by the sweep", () => {
  it("is not waited for, and gets a payload that it understands", async () => {
    const { clientsFor, sent } = answering(202, "");
    await removals({ clientsFor, functionName: "lockstep-revoke-access" }).drain();
    expect(sent).toHaveLength(1);
    expect(sent[0]?.path).toContain("/functions/lockstep-revoke-access/invocations");
    expect(sent[0]?.headers["x-amz-invocation-type"]).toBe("Event");
    expect(RevokeFunctionInputSchema.parse(sent[0] && payloadOf(sent[0]))).toEqual({
      version: 1,
      drain: true,
    });
  });

  it("is asked again later when Lambda throttles", async () => {
    const { clientsFor } = answering(429, '{"message":"Rate exceeded"}', {
      "x-amzn-errortype": "TooManyRequestsException",
    });
    await expect(removals({ clientsFor, functionName: "any" }).drain()).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
  });
});

describe("a sweep on demand", () => {
  it("leaves the API time to answer, and gets the report", async () => {
    const { clientsFor, sent } = answering(200, JSON.stringify(aReport()));
    expect(await sweepRunner({ clientsFor, functionName: "lockstep-sweep" }).run()).toEqual(aReport());
    const payload = SweepPayloadSchema.parse(sent[0] && payloadOf(sent[0]));
    expect(payload).toMatchObject({ mode: "on-demand" });
    expect("seconds" in payload ? payload.seconds : undefined).toBeLessThanOrEqual(20);
    expect(sent[0]?.headers["x-amz-invocation-type"]).toBe("RequestResponse");
  });

  it.each([
    ["failed", answering(200, '{"errorType":"Error"}', { "x-amz-function-error": "Unhandled" })],
    ["was throttled", answering(429, "{}", { "x-amzn-errortype": "TooManyRequestsException" })],
  ])("is unavailable when the function %s", async (_how, { clientsFor }) => {
    await expect(sweepRunner({ clientsFor, functionName: "any" }).run()).rejects.toMatchObject({
      name: "SweepUnavailable",
    });
  });
});

describe("a throttled call", () => {
  const throttled = [
    400,
    '{"__type":"ThrottlingException"}',
    { "content-type": "application/x-amz-json-1.1" },
  ] as const;

  it("is told of, with AWS's own name of the service, and fails all the same", async () => {
    const told: string[] = [];
    const { clientsFor } = answering(...throttled, (serviceId) => told.push(serviceId));
    const client = clientsFor("home", "revoke").client(SSOAdminClient);
    await expect(client.send(new ListInstancesCommand({}))).rejects.toMatchObject({
      name: "ThrottlingException",
    });
    expect(told).toEqual(["SSO Admin"]);
  });

  it("is no other failure", async () => {
    const told: string[] = [];
    const { clientsFor } = answering(400, '{"__type":"AccessDeniedException"}', {}, (id) => told.push(id));
    const client = clientsFor("home", "revoke").client(SSOAdminClient);
    await expect(client.send(new ListInstancesCommand({}))).rejects.toThrow();
    expect(told).toEqual([]);
  });
});
