import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import type { RequestView } from "../../lambdas/core/contracts/http/requests.ts";
import { SweepReportSchema } from "../../lambdas/core/contracts/http/sweep.ts";
import { isAssigned, permissionSetArn } from "./support/assignments.ts";
import { ask, decide, inStatus } from "./support/requests.ts";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";
import { until } from "./support/until.ts";

const PAYMENTS_PROD = "222222222222";

/** An account of the organization that does not manage it. */
const SECURITY_TOOLING = "131313131313";

/** What is asked of the organization: everything else is Lockstep's own. */
const OF_THE_ORGANIZATION = /^(?:sso|identitystore|organizations|iam):/;

const LONG_ENOUGH_TO_LOOK = "PT10S";

/** Who called what of the organization, by the meter: a function's role has the function's name, other sessions their own. */
const callersOf = ({ environment }: RunningEnvironment): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Object.entries(environment.meter.snapshot().calls).flatMap(([caller, calls]) => {
      const actions = Object.keys(calls).filter((action) => OF_THE_ORGANIZATION.test(action));
      return actions.length === 0 ? [] : [[caller, actions] as const];
    }),
  );

const functionsOf = ({ environment }: RunningEnvironment) =>
  Object.keys(environment.meter.snapshot().invocations);

/** Alice asks, grace approves; AWS shows the access, and no longer when its time is over. */
const lifeOfARequest = async (running: RunningEnvironment): Promise<RequestView> => {
  const { userId } = z.looseObject({ userId: z.string() }).parse((await running.as("alice", "GET /me")).body);
  const assignment = {
    accountId: PAYMENTS_PROD,
    permissionSetArn: await permissionSetArn(running.environment, "DatabaseOperator"),
    principalId: userId,
  };
  const asked = await ask(running, "alice", { duration: LONG_ENOUGH_TO_LOOK });
  await decide(running, "grace", asked);
  await inStatus(running, "alice", asked, "active");
  expect(await isAssigned(running.environment, assignment)).toBe(true);
  const ended = await inStatus(running, "alice", asked, "ended");
  expect(ended).toMatchObject({ ended: { reason: "expired" }, entitlements: [{ status: "removed" }] });
  expect(await isAssigned(running.environment, assignment)).toBe(false);
  return ended;
};

describe("Lockstep in an account that neither manages the organization nor administers Identity Center", () => {
  let running: RunningEnvironment;

  beforeAll(async () => {
    running = await runEnvironment({ homeAccount: SECURITY_TOOLING, connector: true });
  });
  afterAll(() => running.environment.close());

  it(
    "grants and ends access through the connector alone, in sessions named after the request",
    { timeout: 60_000 },
    async () => {
      const { id } = await lifeOfARequest(running);
      const swept = await running.as("tara", "POST /sweep");
      expect(SweepReportSchema.parse(swept.body)).toMatchObject({ findings: [], problems: [] });

      const callers = callersOf(running);
      // Their own roles may not even try: the embedded IAM holds them to the template.
      for (const name of functionsOf(running)) expect(callers.has(name), name).toBe(false);
      expect(callers.get(`lockstep-grant-${id}`)).toEqual(
        expect.arrayContaining(["sso:CreateAccountAssignment"]),
      );
      expect(callers.get(`lockstep-revoke-${id}`)).toEqual(
        expect.arrayContaining(["sso:DeleteAccountAssignment"]),
      );
      expect(callers.get("lockstep-identity-api")).toEqual(
        expect.arrayContaining(["identitystore:GetUserId"]),
      );
      for (const [caller] of callers)
        expect(caller).toMatch(
          /^lockstep-(?:identity-(?:api|administration)$|(?:grant|observe|revoke)-|observe-sweep|sync-)/,
        );
    },
  );

  it(
    "grants what is used in the management account too: AWS lets only that account, and the connector is in it",
    {
      timeout: 90_000,
    },
    async () => {
      const flow = {
        requestors: { anyOf: [{ user: "farid" }] },
        targets: [{ accounts: ["payments-prod"], permissionSets: ["Billing"] }],
        duration: { max: "PT1H" },
        approval: { steps: [] },
      };
      expect(await running.as("tara", "PUT /access-flows/a-billing", { body: flow })).toMatchObject({
        status: 200,
      });
      // Only then is it known where the permission set is used.
      await until(
        "the first sync",
        async () => {
          const { body } = await running.as("tara", "GET /integrations/organization");
          return (body as { readonly lastSyncedAt?: string }).lastSyncedAt;
        },
        60_000,
      );
      const asked = await ask(running, "farid", {
        entitlements: [{ account: "payments-prod", permissionSet: "Billing" }],
        duration: "PT4S",
      });
      expect(await inStatus(running, "farid", asked, "ended")).toMatchObject({
        entitlements: [{ status: "removed" }],
      });
    },
  );

  it("shows the connector and its ExternalId before anybody writes the integration, and keeps both", async () => {
    const before = await running.as("tara", "GET /integrations/organization");
    expect(before).toMatchObject({
      status: 200,
      body: {
        origin: "settings",
        connector: { roleArn: "arn:aws:iam::111111111111:role/lockstep-connector" },
        externalId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      },
    });
    const { externalId, connector } = before.body as { externalId: string; connector: object };
    const body = {
      kind: "aws-organization",
      managementAccountId: "111111111111",
      region: "eu-west-1",
      identityCenterRegion: running.environment.ids.identityCenter.region,
      accessPortalUrl: running.environment.ids.identityCenter.accessPortalUrl,
    };
    expect(await running.as("tara", "PUT /integrations/organization", { body })).toMatchObject({
      status: 200,
      body: { origin: "api", externalId, connector },
    });
  });

  it("grants nothing into the account that it lives in", async () => {
    const body = {
      entitlements: [{ account: "security-tooling", permissionSet: "ReadOnly" }],
      duration: "PT1H",
      justification: "INC-1042",
    };
    expect(await running.as("alice", "POST /requests", { body })).toMatchObject({
      status: 403,
      body: { code: "lockstep-account" },
    });
  });
});

describe("Lockstep in the delegated administrator's account", () => {
  let running: RunningEnvironment;

  beforeAll(async () => {
    running = await runEnvironment({ homeAccount: SECURITY_TOOLING });
  });
  afterAll(() => running.environment.close());

  it(
    "grants and ends access by its functions' own roles, and assumes none",
    { timeout: 60_000 },
    async () => {
      await lifeOfARequest(running);
      const callers = callersOf(running);
      expect(callers.get("lockstep-grant-access")).toContain("sso:CreateAccountAssignment");
      expect(callers.get("lockstep-revoke-access")).toContain("sso:DeleteAccountAssignment");
      const functions = functionsOf(running);
      for (const [caller] of callers) expect(functions).toContain(caller);
      const assumed = Object.values(running.environment.meter.snapshot().calls).flatMap((calls) =>
        Object.keys(calls).filter((action) => action === "sts:AssumeRole"),
      );
      expect(assumed).toEqual([]);
    },
  );
});
