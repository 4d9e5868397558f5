import { IAMClient } from "@aws-sdk/client-iam";
import { ListInstancesCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { beforeEach, describe, expect, it } from "vitest";
import type { ConnectionSettings } from "../../../lambdas/adapters/assumed-roles/connections.ts";
import { sessionNameOf } from "../../../lambdas/adapters/assumed-roles/session-name.ts";
import { sessionPolicyFor } from "../../../lambdas/adapters/assumed-roles/session-policies.ts";
import type { ClientPurpose, ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import { isThrottled, isUnanswered } from "../../../lambdas/adapters/aws-errors.ts";
import { CONNECTOR_ROLE, MEMBER_ROLE } from "../../../lambdas/core/contracts/connector-roles.ts";
import { SourceProblem } from "../../../lambdas/core/domain/inventory/problem.ts";
import type { AccountId } from "../../../lambdas/core/domain/ids.ts";
import { putConnectorRoles, putMemberRoles } from "../../../local/iam-sts/connector-roles.ts";
import { AwsError } from "../../../local/wire/service.ts";
import { anAccountId } from "../../support/builders.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { connectedAccounts, type ConnectedAccounts } from "../../support/connected-accounts.ts";

const EXTERNAL_ID = "9f86d081884c7d659a2feaa0c55ad015";
const SYNC = "organization.identity.20261121T210000Z";
const MINUTE = 60_000;
const member = anAccountId(3);

let world: ConnectedAccounts;
let settings: ConnectionSettings;

const connect = (clock = new VirtualClock()) => {
  world = connectedAccounts(clock);
  const trust = {
    lockstepAccountId: world.home,
    trustedRoles: ["lockstep-sync"],
    externalId: EXTERNAL_ID,
  };
  putConnectorRoles(world.store, world.managementAccount, trust);
  for (const account of [3, 4, 5]) putMemberRoles(world.store, anAccountId(account), trust);
  settings = {
    connector: {
      roleArn: `arn:aws:iam::${world.managementAccount}:role/${CONNECTOR_ROLE}`,
      externalId: EXTERNAL_ID,
    },
    members: { memberRoleName: MEMBER_ROLE, externalId: EXTERNAL_ID },
  };
};

beforeEach(() => {
  connect();
});

const clients = (changes: Partial<ConnectionSettings> = {}, functionRole = "lockstep-sync") =>
  world.clientsOf(functionRole, { ...settings, ...changes }, SYNC);

const call = (clientsFor: ClientsFor, account: "home" | AccountId, purpose: ClientPurpose = "sync") =>
  clientsFor(account, purpose).client(SSOAdminClient).send(new ListInstancesCommand({}));

const problemOfCall = async (...input: Parameters<typeof call>) => {
  const error: unknown = await call(...input).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SourceProblem);
  return (error as SourceProblem).problem;
};

const assumed = () => world.stsCalls.map(({ parameters }) => parameters.get("RoleArn"));
const keys = () => world.calls.map(({ accessKeyId }) => accessKeyId);

describe("clients of another account", () => {
  it("sign with a session of its role, assumed in the function's own region with ExternalId, name, policy and an hour", async () => {
    await call(clients(), member);
    expect(world.stsCalls).toHaveLength(1);
    const [{ host, parameters } = { host: "", parameters: new URLSearchParams() }] = world.stsCalls;
    expect(host).toBe("sts.eu-west-1.amazonaws.com");
    expect(Object.fromEntries(parameters)).toMatchObject({
      Action: "AssumeRole",
      RoleArn: `arn:aws:iam::${member}:role/lockstep/lockstep-member`,
      ExternalId: EXTERNAL_ID,
      RoleSessionName: `lockstep-sync-${SYNC}`,
      DurationSeconds: "3600",
      Policy: sessionPolicyFor("sync"),
    });
    expect(keys()).toEqual([expect.stringMatching(/^ASIA/)]);
  });

  it("use the connector's role in the management account, and the members' role everywhere else", async () => {
    const clientsFor = clients();
    await call(clientsFor, world.managementAccount);
    await call(clientsFor, member);
    expect(assumed()).toEqual([
      settings.connector?.roleArn,
      `arn:aws:iam::${member}:role/lockstep/lockstep-member`,
    ]);
  });

  it("are never the home account's, and the home account's are never another's", async () => {
    const clientsFor = clients();
    for (const account of [3, 4, 5]) await call(clientsFor, anAccountId(account));
    await call(clientsFor, "home");
    await call(clientsFor, world.home);
    const [first, second, third, home, homeById] = keys();
    expect(new Set([first, second, third, home]).size).toBe(4);
    expect(homeById).toBe(home);
    expect(assumed()).toHaveLength(3);
  });

  it("are refused by the account's name where no connection leads", () => {
    const { connector } = settings;
    if (connector === undefined) throw new Error("The settings have a connector");
    const clientsFor = world.clientsOf("lockstep-sync", { connector }, SYNC);
    expect(() => clientsFor(member, "sync")).toThrow(/333333333333 \(sync\)/);
    expect(() => clientsFor(world.managementAccount, "state")).toThrow(/111111111111 \(state\)/);
  });

  it("share a session only for the same account, role, ExternalId, purpose and session name", async () => {
    const clientsFor = clients();
    expect(clientsFor(member, "sync").client(IAMClient)).toBe(clientsFor(member, "sync").client(IAMClient));
    expect(clientsFor(member, "sync").client(IAMClient)).not.toBe(
      clientsFor(member, "observe").client(IAMClient),
    );
    expect(clientsFor(member, "sync").client(IAMClient)).not.toBe(
      clientsFor(anAccountId(4), "sync").client(IAMClient),
    );
    await call(clientsFor, member);
    await call(clientsFor, member);
    expect(world.stsCalls).toHaveLength(1);
  });

  it("are kept for few accounts at a time, so that a long sync's memory stays flat", async () => {
    const clientsFor = clients();
    const first = clientsFor(member, "sync");
    for (let index = 0; index < 40; index += 1)
      clientsFor(String(500_000_000_000 + index) as AccountId, "sync");
    expect(clientsFor(member, "sync")).not.toBe(first);
    const again = clientsFor(member, "sync");
    for (let index = 0; index < 40; index += 1) {
      clientsFor(String(600_000_000_000 + index) as AccountId, "sync");
      expect(clientsFor(member, "sync")).toBe(again);
    }
    await call(clientsFor, member);
  });
});

describe("a session", () => {
  it.each([
    ["behind", "2001-01-01T00:00:00.000Z"],
    ["ahead of", "2101-01-01T00:00:00.000Z"],
  ])("is renewed five minutes before its end, on an injected clock %s the wall's", async (_where, start) => {
    connect(new VirtualClock(new Date(start)));
    const clientsFor = clients();
    await call(clientsFor, member);
    await world.clock.advanceBy(54 * MINUTE);
    await call(clientsFor, member);
    expect(world.stsCalls).toHaveLength(1);
    await world.clock.advanceBy(MINUTE);
    await call(clientsFor, member);
    expect(world.stsCalls).toHaveLength(2);
    const [first, second, third] = keys();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("is begun, and renewed, once for calls at the same time", async () => {
    const clientsFor = clients();
    await Promise.all([1, 2, 3].map(() => call(clientsFor, member)));
    expect(world.stsCalls).toHaveLength(1);
    await world.clock.advanceBy(56 * MINUTE);
    await Promise.all([1, 2, 3].map(() => call(clientsFor, member)));
    expect(world.stsCalls).toHaveLength(2);
  });

  it("goes on with its old keys while they are good when it cannot be renewed, and soon tries again", async () => {
    const clientsFor = clients();
    await call(clientsFor, member);
    await world.clock.advanceBy(56 * MINUTE);
    world.failSts(() => new AwsError("Throttling", "Rate exceeded", 400));
    await call(clientsFor, member);
    await call(clientsFor, member);
    expect(world.stsCalls).toHaveLength(2);
    await world.clock.advanceBy(10_000);
    await call(clientsFor, member);
    expect(world.stsCalls).toHaveLength(3);
    world.failSts();
    await world.clock.advanceBy(10_000);
    await call(clientsFor, member);
    const [first, second, third, fourth, renewed] = keys();
    expect([second, third, fourth]).toEqual([first, first, first]);
    expect(renewed).not.toBe(first);
  });

  it("fails with AWS's own error when it has no keys left, so that whoever calls can wait for AWS", async () => {
    const clientsFor = clients();
    await call(clientsFor, member);
    await world.clock.advanceBy(60 * MINUTE);
    world.failSts(() => new AwsError("Throttling", "Rate exceeded", 400));
    await expect(call(clientsFor, member)).rejects.toSatisfy(isThrottled);
    world.failSts(() => new AwsError("ServiceUnavailable", "Later", 503));
    await expect(call(clientsFor, member)).rejects.toSatisfy(isUnanswered);
    expect(world.calls).toHaveLength(1);
    world.failSts();
    await call(clientsFor, member);
  });

  it("that failed once is tried again by the next call", async () => {
    const clientsFor = clients();
    world.failSts(() => new AwsError("Throttling", "Rate exceeded", 400));
    await expect(call(clientsFor, member)).rejects.toSatisfy(isThrottled);
    world.failSts();
    await call(clientsFor, member);
    expect(world.calls).toHaveLength(1);
  });
});

describe("a role that AWS does not hand out, in words", () => {
  const otherExternalId = { memberRoleName: MEMBER_ROLE, externalId: "another" };

  it("tells an ExternalId that is refused, by the probe beside the role", async () => {
    const clientsFor = clients({ members: otherExternalId });
    expect(await problemOfCall(clientsFor, member)).toMatchObject({
      code: "external-id-refused",
      severity: "warning",
      accountId: member,
      message: expect.stringContaining(`arn:aws:iam::${member}:role/lockstep/lockstep-member`) as string,
    });
    expect(assumed()).toEqual([
      `arn:aws:iam::${member}:role/lockstep/lockstep-member`,
      `arn:aws:iam::${member}:role/lockstep/lockstep-member-probe`,
    ]);
    expect(world.stsCalls[1]?.parameters.has("ExternalId")).toBe(false);
  });

  it("tells that the member role is not there", async () => {
    expect(await problemOfCall(clients(), anAccountId(9))).toMatchObject({
      code: "member-role-missing",
      severity: "warning",
      accountId: anAccountId(9),
    });
  });

  it("says as much of a role that does not trust the function", async () => {
    expect(await problemOfCall(clients({}, "lockstep-record"), member)).toMatchObject({
      code: "member-role-missing",
    });
  });

  it("calls it an error when the connector itself is not to be had", async () => {
    const { connector } = settings;
    if (connector === undefined) throw new Error("The settings have a connector");
    const refused = clients({ connector: { ...connector, externalId: "another" } });
    expect(await problemOfCall(refused, world.managementAccount)).toMatchObject({
      code: "external-id-refused",
      severity: "error",
    });
    const elsewhere = clients({ connector: { ...connector, roleArn: `${connector.roleArn}-of-old` } });
    // The embedded STS lets anybody assume what it does not know in its home account.
    world.failSts(
      () => new AwsError("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", 403),
    );
    expect(await problemOfCall(elsewhere, world.managementAccount)).toMatchObject({
      code: "connector-role-missing",
      severity: "error",
    });
  });

  it("asks no probe when AWS names a policy on the caller's side", async () => {
    world.failSts(
      () =>
        new AwsError(
          "AccessDenied",
          "User: arn:aws:sts::222222222222:assumed-role/lockstep-sync/lockstep-sync is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::333333333333:role/lockstep/lockstep-member because no identity-based policy allows the sts:AssumeRole action",
          403,
        ),
    );
    expect(await problemOfCall(clients(), member)).toMatchObject({ code: "access-denied" });
    expect(world.stsCalls).toHaveLength(1);
  });

  it("tells credentials of the function itself that have expired", async () => {
    world.failSts(
      () => new AwsError("ExpiredToken", "The security token included in the request is expired", 403),
    );
    expect(await problemOfCall(clients(), member)).toMatchObject({ code: "credentials-expired" });
  });

  it("does not take a probe that AWS is too busy to answer for a role that is missing", async () => {
    const clientsFor = clients({ members: otherExternalId });
    let asked = 0;
    world.failSts(() => {
      asked += 1;
      return asked === 1
        ? new AwsError("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", 403)
        : new AwsError("Throttling", "Rate exceeded", 400);
    });
    await expect(call(clientsFor, member)).rejects.toSatisfy(isThrottled);
  });
});

describe("a session's name", () => {
  it("says the purpose and the request or sync", () => {
    expect(sessionNameOf("sync", SYNC)).toBe("lockstep-sync-organization.identity.20261121T210000Z");
    expect(sessionNameOf("grant", "r-aaaaaaaaaaaaaaaaaaaaaaaaaa")).toBe(
      "lockstep-grant-r-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    );
  });

  it("holds nothing that STS refuses", () => {
    expect(sessionNameOf("sync", "a b/c:d#é")).toBe("lockstep-sync-a-b-c-d--");
  });

  it("loses its middle when it is too long, and stays one of its own", () => {
    const name = (first: string) => sessionNameOf("sync", `${first.repeat(40)}.resources.20261121T210000Z`);
    const cut = name("a");
    expect(cut).toMatch(/^lockstep-sync-aaaaaaaaaaa=[0-9a-f]{10}=\.resources\.20261121T210000Z$/);
    expect(cut).toHaveLength(64);
    const other = sessionNameOf("sync", `${"a".repeat(39)}b.resources.20261121T210000Z`);
    expect(other).not.toBe(cut);
  });
});

describe("a session's policy", () => {
  it.each(["grant", "revoke", "observe", "identity", "sync"] as const)(
    "for %s fits into AssumeRole's 2,048 characters, and says nothing twice",
    (purpose) => {
      const policy = sessionPolicyFor(purpose);
      expect(policy.length).toBeLessThanOrEqual(2_048);
      const { Statement: statements } = JSON.parse(policy) as {
        readonly Statement: readonly { readonly Action: readonly string[] }[];
      };
      const actions = statements.flatMap(({ Action }) => Action);
      expect(actions).toEqual([...new Set(actions)]);
    },
  );
});
