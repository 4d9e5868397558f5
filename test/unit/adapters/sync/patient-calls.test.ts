import { IdentitystoreClient, ListUsersCommand } from "@aws-sdk/client-identitystore";
import { beforeEach, describe, expect, it } from "vitest";
import { awsClients } from "../../../../lambdas/adapters/aws-clients.ts";
import { patientCalls, type PatientCall } from "../../../../lambdas/adapters/sync/patient-calls.ts";
import { callTally, type Tally } from "../../../../lambdas/adapters/sync/tally.ts";
import { RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import { SourceProblem } from "../../../../lambdas/core/domain/inventory/problem.ts";
import { externalIdRefused } from "../../../../lambdas/core/domain/inventory/problem-words.ts";
import { EagerClock } from "../../../support/fakes/eager-clock.ts";
import { connectionReset, timedOut } from "../../../support/fakes/scripted-aws.ts";

const OPERATION = "sso:ListPermissionSets";

const awsError = (name: string, message = "scripted", httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
const throttling = () => awsError("ThrottlingException", "Rate exceeded");

let clock: EagerClock;
let tally: Tally;
let turns: string[];
let begin: number;

beforeEach(() => {
  clock = new EagerClock();
  tally = callTally();
  turns = [];
  begin = clock.now().getTime();
});

const waited = () => (clock.now().getTime() - begin) / 1000;

const patient = (random = 1): PatientCall =>
  patientCalls({
    clock,
    random: () => random,
    tally,
    waitForTurn: (operation) => {
      turns.push(operation);
      return Promise.resolve();
    },
    placeOf: () => ({ region: "eu-west-1" }),
  });

/** Throws the errors one after another, and answers when there are none left. */
const after = (...errors: readonly Error[]) => {
  const left = [...errors];
  return (): Promise<string> => {
    const error = left.shift();
    return error === undefined ? Promise.resolve("answer") : Promise.reject(error);
  };
};

const always = (error: () => Error) => () => Promise.reject(error());

describe("a patient call", () => {
  it("waits for its turn before each attempt, and counts each", async () => {
    expect(await patient()(OPERATION, after(throttling(), connectionReset()))).toBe("answer");
    expect(turns).toEqual([OPERATION, OPERATION, OPERATION]);
    expect(tally.take()).toEqual({ calls: { [OPERATION]: 3 }, throttles: 1 });
  });

  it.each([
    ["ThrottlingException", throttling()],
    ["TooManyRequestsException", awsError("TooManyRequestsException")],
    ["status 429", awsError("SlowDown", "slow down", 429)],
  ])("goes on after %s", async (_name, error) => {
    expect(await patient()(OPERATION, after(error, error, error))).toBe("answer");
    expect(tally.take().throttles).toBe(3);
  });

  it("waits longer each time it is throttled, and 79.5 seconds at most", async () => {
    await expect(patient()(OPERATION, always(throttling))).rejects.toMatchObject({
      name: "ProviderUnavailable",
      message: "sso:ListPermissionSets: ThrottlingException: Rate exceeded",
    });
    expect(tally.take()).toEqual({ calls: { [OPERATION]: 10 }, throttles: 10 });
    expect(waited()).toBe(79.5);
  });

  it("waits a random part of that", async () => {
    await expect(patient(0.25)(OPERATION, always(throttling))).rejects.toBeInstanceOf(RetryableError);
    expect(waited()).toBe(79.5 / 4);
  });

  it.each([
    ["a lost connection", connectionReset],
    ["no answer in time", timedOut],
    ["a fault of AWS's own", () => awsError("InternalServerException", "oops", 500)],
  ])("tries five times against %s", async (_name, error) => {
    await expect(patient()(OPERATION, always(error))).rejects.toMatchObject({ name: "ProviderUnavailable" });
    expect(tally.take()).toEqual({ calls: { [OPERATION]: 5 }, throttles: 0 });
    expect(waited()).toBe(7.5);
  });

  it("does not count throttles among the lost connections", async () => {
    const mixed = [1, 2, 3, 4].flatMap(() => [throttling(), connectionReset()]);
    expect(await patient()(OPERATION, after(...mixed, throttling()))).toBe("answer");
  });

  it("puts a refusal into words at once, and keeps what AWS said as its cause", async () => {
    const expired = awsError("ExpiredTokenException");
    const refused = patient()(
      OPERATION,
      always(() => expired),
    );
    await expect(refused).rejects.toBeInstanceOf(SourceProblem);
    await expect(refused).rejects.toMatchObject({
      problem: { code: "credentials-expired", region: "eu-west-1" },
      cause: expired,
    });
    expect(turns).toHaveLength(1);
  });

  it("throws anything else as it is", async () => {
    const missing = awsError("ResourceNotFoundException", "Could not find PermissionSet");
    const defect = new TypeError("x is not a function");
    await expect(
      patient()(
        "sso:DescribePermissionSet",
        always(() => missing),
      ),
    ).rejects.toBe(missing);
    await expect(
      patient()(
        OPERATION,
        always(() => defect),
      ),
    ).rejects.toBe(defect);
    expect(turns).toHaveLength(2);
  });

  it("leaves a problem that was found on the way to the credentials as it was found", async () => {
    const found = new SourceProblem(
      externalIdRefused({ roleArn: "arn:aws:iam::222222222222:role/Connector" }),
    );
    const client = awsClients({
      overrides: {
        region: "eu-west-1",
        credentials: (() => Promise.reject(found)) as never,
        requestHandler: { handle: () => Promise.reject(new Error("nothing may be sent")) },
      },
    })("home", "identity").client(IdentitystoreClient);
    const call = patient()("identitystore:ListUsers", () =>
      client.send(new ListUsersCommand({ IdentityStoreId: "d-1234567890" })),
    );
    await expect(call).rejects.toBe(found);
  });
});

describe("the tally", () => {
  it("begins at nothing each time it is taken", async () => {
    await patient()(OPERATION, after(throttling()));
    await patient()("identitystore:ListUsers", after());
    expect(tally.take()).toEqual({
      calls: { [OPERATION]: 2, "identitystore:ListUsers": 1 },
      throttles: 1,
    });
    expect(tally.take()).toEqual({ calls: {}, throttles: 0 });
  });
});
