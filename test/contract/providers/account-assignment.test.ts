import { beforeEach, describe, expect, it } from "vitest";
import { PermissionSetArnSchema } from "../../../lambdas/core/domain/ids.ts";
import type { Provider } from "../../../lambdas/core/ports/provider.ts";
import { accountAssignmentProvider } from "../../../lambdas/providers/identity-center-account-assignment/provider.ts";
import { providers } from "../../../lambdas/providers/registry.ts";
import { permissionSetArnOf, userIdOf } from "../../../local/identity/ids.ts";
import { aPermissionSetArn, aUserId, anAccountId, anEntitlement } from "../../support/builders.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { FakeAdmission } from "../../support/fakes/provider.ts";
import {
  connectionReset,
  scriptedAws,
  type ScriptedAnswer,
  type SentCall,
} from "../../support/fakes/scripted-aws.ts";
import { contractOrganization } from "./organization.ts";
import { simulatedIdentity, type SimulatedIdentity } from "./simulated-identity.ts";

/** Any time is early enough. */
const noDeadline = new Date("9999-01-01T00:00:00.000Z");

const accessPortalUrl = "https://d-1234567890.awsapps.com/start";
const entitlement = anEntitlement();

describe("the calls of one cycle", () => {
  let identity: SimulatedIdentity;
  let admission: FakeAdmission;
  let provider: Provider;
  let alices: typeof entitlement;
  let clock: EagerClock;

  beforeEach(() => {
    clock = new EagerClock();
    identity = simulatedIdentity(contractOrganization, clock);
    admission = new FakeAdmission();
    provider = accountAssignmentProvider({
      clientsFor: identity.clientsFor,
      clock,
      admission,
      accessPortalUrl,
    });
    const { region, instanceArn, identityStoreId } = identity;
    const permissionSetArn = PermissionSetArnSchema.parse(permissionSetArnOf(instanceArn, "ContractPower"));
    alices = anEntitlement({
      region,
      instanceArn,
      identityStoreId,
      permissionSetArn,
      principalId: userIdOf("ada"),
    });
  });

  it("are five of sso-admin's and nothing else", async () => {
    await provider.observe(alices);
    await provider.apply(alices);
    await provider.remove(alices, noDeadline);
    expect(identity.calls).toEqual([
      "ListAccountAssignments",
      "CreateAccountAssignment",
      "DescribeAccountAssignmentCreationStatus",
      "DeleteAccountAssignment",
      "ListAccountAssignments",
    ]);
  });

  it("are each admitted, for what they are for", async () => {
    await provider.observe(alices);
    await provider.apply(alices);
    await provider.remove(alices, noDeadline);
    expect(admission.admitted).toEqual(["observe", "grant", "grant", "revoke", "confirm"]);
  });

  it("look again, at growing intervals, until a slow operation has ended", async () => {
    identity.behaviour.milliseconds = 5_000;
    await provider.apply(alices);
    expect(identity.calls).toEqual([
      "CreateAccountAssignment",
      ...Array.from({ length: 3 }, () => "DescribeAccountAssignmentCreationStatus"),
    ]);
  });

  it("end within 45 seconds, whatever AWS does", async () => {
    identity.behaviour.milliseconds = Number.POSITIVE_INFINITY;
    const begin = clock.now().getTime();
    expect(await provider.apply(alices)).toMatchObject({ outcome: "unfinished" });
    expect(clock.now().getTime() - begin).toBeLessThanOrEqual(45_000);
  });
});

/** A provider whose every call is answered by `answer`. */
const scripted = (answer: (call: SentCall) => ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(answer);
  const deps = { clientsFor, clock: new EagerClock(), admission: new FakeAdmission(), accessPortalUrl };
  return {
    provider: accountAssignmentProvider(deps),
    calls,
    operations: () => calls.map(({ operation }) => operation),
  };
};

const assignment = {
  AccountId: entitlement.accountId,
  PermissionSetArn: entitlement.permissionSetArn,
  PrincipalType: entitlement.principalType,
  PrincipalId: entitlement.principalId,
};
const listing = (...AccountAssignments: object[]): ScriptedAnswer => ({ body: { AccountAssignments } });

describe("observing", () => {
  it("reads every page, and stops where it finds the assignment", async () => {
    const others = { ...assignment, PrincipalId: "another" };
    const { provider, calls } = scripted(({ input }) =>
      input["NextToken"] === undefined
        ? { body: { AccountAssignments: [others], NextToken: "2" } }
        : { body: { AccountAssignments: [assignment], NextToken: "3" } },
    );
    expect(await provider.observe(entitlement)).toBe("present");
    expect(calls.map(({ input }) => [input["NextToken"], input["MaxResults"]])).toEqual([
      [undefined, 100],
      ["2", 100],
    ]);
  });

  it("takes a group of the same id for another principal", async () => {
    const { provider } = scripted(() => listing({ ...assignment, PrincipalType: "GROUP" }));
    expect(await provider.observe(entitlement)).toBe("absent");
  });

  it("finds nothing of a permission set that no longer exists", async () => {
    const { provider } = scripted(() => ({ error: "ResourceNotFoundException" }));
    expect(await provider.observe(entitlement)).toBe("absent");
  });

  it.each([
    ["throttles", { error: "ThrottlingException" }],
    ["breaks", { error: "InternalServerException", status: 500 }],
    ["does not answer", { unanswered: connectionReset() }],
  ] satisfies (readonly [string, ScriptedAnswer])[])("says nothing when AWS %s", async (_how, answer) => {
    await expect(scripted(() => answer).provider.observe(entitlement)).rejects.toMatchObject({
      name: "ProviderUnavailable",
    });
  });

  it("says nothing when AWS refuses to show it", async () => {
    const { provider } = scripted(() => ({ error: "AccessDeniedException" }));
    await expect(provider.observe(entitlement)).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("observing many", () => {
  const of = (overrides: Partial<typeof entitlement>) => ({ ...entitlement, ...overrides });
  const listed = ({ accountId, permissionSetArn, principalType, principalId }: typeof entitlement) => ({
    AccountId: accountId,
    PermissionSetArn: permissionSetArn,
    PrincipalType: principalType,
    PrincipalId: principalId,
  });
  const bob = of({ principalId: aUserId("bob") });
  const carol = of({ principalId: aUserId("carol") });
  const elsewhere = of({ accountId: anAccountId(3) });
  const otherSet = of({ permissionSetArn: aPermissionSetArn("Read") });

  it("is one list for each permission set in each account", async () => {
    const { provider, calls } = scripted(({ input }) =>
      input["AccountId"] === elsewhere.accountId ? listing(listed(elsewhere)) : listing(listed(bob)),
    );
    const all = [entitlement, elsewhere, bob, otherSet];
    const observed = await provider.observeAll(all);
    expect(all.map((one) => observed.get(one))).toEqual(["absent", "present", "present", "absent"]);
    expect(calls.map(({ input }) => [input["AccountId"], input["PermissionSetArn"]])).toEqual([
      [entitlement.accountId, entitlement.permissionSetArn],
      [elsewhere.accountId, elsewhere.permissionSetArn],
      [otherSet.accountId, otherSet.permissionSetArn],
    ]);
  });

  it("reads as many pages as it takes to find all of them", async () => {
    const pages = [[listed(bob)], [listed(entitlement)], [listed(elsewhere)]];
    const { provider, calls } = scripted(({ input }) => {
      const page = Number(input["NextToken"] ?? 0);
      return {
        body: { AccountAssignments: pages[page], ...(page < 2 ? { NextToken: String(page + 1) } : {}) },
      };
    });
    expect((await provider.observeAll([entitlement, bob])).get(entitlement)).toBe("present");
    expect(calls).toHaveLength(2);
    expect((await provider.observeAll([entitlement, carol])).get(carol)).toBe("absent");
    expect(calls).toHaveLength(5);
  });

  it("tells a group from a user of the same id, and the same one asked for twice", async () => {
    const group = of({ principalType: "GROUP" });
    const again = of({});
    const { provider } = scripted(() => listing(listed(entitlement)));
    const observed = await provider.observeAll([entitlement, group, again]);
    expect([entitlement, group, again].map((one) => observed.get(one))).toEqual([
      "present",
      "absent",
      "present",
    ]);
  });

  it("finds nothing of a permission set that no longer exists, and goes on", async () => {
    const { provider } = scripted(({ input }) =>
      input["PermissionSetArn"] === otherSet.permissionSetArn
        ? { error: "ResourceNotFoundException" }
        : listing(listed(entitlement)),
    );
    const observed = await provider.observeAll([otherSet, entitlement]);
    expect([observed.get(otherSet), observed.get(entitlement)]).toEqual(["absent", "present"]);
  });

  it("says nothing at all when AWS throttles one of the lists", async () => {
    const { provider } = scripted(({ input }) =>
      input["AccountId"] === elsewhere.accountId ? { error: "ThrottlingException" } : listing(),
    );
    await expect(provider.observeAll([entitlement, elsewhere])).rejects.toMatchObject({
      name: "ProviderUnavailable",
    });
  });
});

describe("granting", () => {
  it.each(["AccessDeniedException", "ValidationException", "ResourceNotFoundException"])(
    "is refused for good by %s",
    async (error) => {
      const { provider, operations } = scripted(() => ({ error }));
      expect(await provider.apply(entitlement)).toEqual({ outcome: "refused", reason: `${error}: scripted` });
      expect(operations()).toEqual(["CreateAccountAssignment"]);
    },
  );

  it.each([
    ["ConflictException", { error: "ConflictException" }],
    ["ThrottlingException", { error: "ThrottlingException" }],
    ["ServiceQuotaExceededException", { error: "ServiceQuotaExceededException", status: 402 }],
    ["InternalServerException", { error: "InternalServerException", status: 500 }],
    ["no answer", { unanswered: connectionReset() }],
  ] satisfies (readonly [string, ScriptedAnswer])[])("may be tried again after %s", async (_what, answer) => {
    expect(await scripted(() => answer).provider.apply(entitlement)).toMatchObject({ outcome: "unfinished" });
  });

  it("goes on looking when a look fails", async () => {
    let looks = 0;
    const { provider } = scripted(({ operation }) => {
      if (operation === "CreateAccountAssignment") {
        return { body: { AccountAssignmentCreationStatus: { Status: "IN_PROGRESS", RequestId: "1" } } };
      }
      looks += 1;
      if (looks === 1) return { error: "ThrottlingException" };
      if (looks === 2) return { unanswered: connectionReset() };
      return { body: { AccountAssignmentCreationStatus: { Status: "SUCCEEDED", RequestId: "1" } } };
    });
    expect(await provider.apply(entitlement)).toEqual({ outcome: "done" });
  });
});

describe("removing", () => {
  const accepted = { body: { AccountAssignmentDeletionStatus: { Status: "IN_PROGRESS", RequestId: "1" } } };

  it("believes only what it observes, not that AWS reports success", async () => {
    let looks = 0;
    const { provider } = scripted(({ operation }) => {
      if (operation === "DeleteAccountAssignment") return accepted;
      if (operation === "DescribeAccountAssignmentDeletionStatus") {
        return { body: { AccountAssignmentDeletionStatus: { Status: "SUCCEEDED", RequestId: "1" } } };
      }
      looks += 1;
      return looks < 3 ? listing(assignment) : listing();
    });
    expect(await provider.remove(entitlement, noDeadline)).toEqual({ outcome: "done" });
    expect(looks).toBe(3);
  });

  it("is done when AWS does not know the assignment and none is observed", async () => {
    const { provider, operations } = scripted(({ operation }) =>
      operation === "DeleteAccountAssignment" ? { error: "ResourceNotFoundException" } : listing(),
    );
    expect(await provider.remove(entitlement, noDeadline)).toEqual({ outcome: "done" });
    expect(operations()).toEqual(["DeleteAccountAssignment", "ListAccountAssignments"]);
  });

  it("is not done when AWS refuses and the assignment is still observed", async () => {
    const { provider } = scripted(({ operation }) => {
      if (operation === "DeleteAccountAssignment") return { error: "AccessDeniedException" };
      if (operation === "DescribeUser")
        return { body: { UserId: entitlement.principalId, IdentityStoreId: "d" } };
      return listing(assignment);
    });
    expect(await provider.remove(entitlement, noDeadline)).toEqual({
      outcome: "unfinished",
      reason: "AccessDeniedException: scripted",
    });
  });

  it("is dangling only when the directory says that the principal is gone", async () => {
    const refused = (directory: ScriptedAnswer) =>
      scripted(({ operation }) => {
        if (operation === "DeleteAccountAssignment") return { error: "ValidationException" };
        return operation === "DescribeUser" ? directory : listing(assignment);
      }).provider.remove(entitlement, noDeadline);
    expect(await refused({ error: "ResourceNotFoundException" })).toMatchObject({ outcome: "dangling" });
    expect(await refused({ error: "ThrottlingException" })).toMatchObject({ outcome: "unfinished" });
    expect(await refused({ error: "AccessDeniedException" })).toMatchObject({ outcome: "unfinished" });
  });

  it.each([
    ["ConflictException", { error: "ConflictException" }],
    ["ThrottlingException", { error: "ThrottlingException" }],
    ["no answer", { unanswered: connectionReset() }],
  ] satisfies (readonly [string, ScriptedAnswer])[])(
    "is tried again after %s, without more calls",
    async (_what, answer) => {
      const { provider, operations } = scripted(() => answer);
      expect(await provider.remove(entitlement, noDeadline)).toMatchObject({ outcome: "unfinished" });
      expect(operations()).toEqual(["DeleteAccountAssignment"]);
    },
  );

  it.each([
    ["ServiceQuotaExceededException", { error: "ServiceQuotaExceededException", status: 402 }],
    [
      "ThrottlingException in these words",
      {
        error: "ThrottlingException",
        details: { message: "There are too many requests processing. Please try again later." },
      },
    ],
  ] satisfies (readonly [string, ScriptedAnswer])[])(
    "says that AWS has no room for another operation, after %s",
    async (_what, answer) => {
      const { provider, operations } = scripted(() => answer);
      const progress = await provider.remove(entitlement, noDeadline);
      expect(progress).toMatchObject({ outcome: "unfinished", busy: true });
      expect(progress).not.toHaveProperty("unanswered");
      expect(operations()).toEqual(["DeleteAccountAssignment"]);
    },
  );

  it.each(["ConflictException", "ThrottlingException"])("says nothing of room after %s", async (error) => {
    const progress = await scripted(() => ({ error })).provider.remove(entitlement, noDeadline);
    expect(progress).not.toHaveProperty("busy");
  });

  it("never throws what it can put into words", async () => {
    const { provider } = scripted(({ operation }) =>
      operation === "DeleteAccountAssignment"
        ? { error: "ResourceNotFoundException" }
        : { error: "AccessDeniedException" },
    );
    expect(await provider.remove(entitlement, noDeadline)).toMatchObject({ outcome: "unfinished" });
  });
});

describe("instructions", () => {
  const instructionsFor = (portal: string, account: string) =>
    providers({
      clientsFor: scriptedAws(() => ({ body: {} })).clientsFor,
      clock: new EagerClock(),
      admission: new FakeAdmission(),
      accessPortalUrl: portal,
    })["identity-center/account-assignment"].instructions(entitlement, {
      account,
      permissionSet: "Power@User",
    });

  it("lead straight into the account, and make a profile that the AWS CLI reads", () => {
    const { portalUrl, awsProfile, steps } = instructionsFor(accessPortalUrl, "payments-prod");
    expect(portalUrl).toBe(
      "https://d-1234567890.awsapps.com/start/#/console?account_id=222222222222&role_name=Power%40User",
    );
    expect(awsProfile).toBe(
      [
        "[sso-session lockstep]",
        "sso_start_url = https://d-1234567890.awsapps.com/start",
        "sso_region = eu-west-1",
        "sso_registration_scopes = sso:account:access",
        "",
        "[profile payments-prod-Power-User]",
        "sso_session = lockstep",
        "sso_account_id = 222222222222",
        "sso_role_name = Power@User",
        "region = eu-west-1",
      ].join("\n"),
    );
    expect(steps.join("\n")).toContain("aws sso login --profile payments-prod-Power-User");
  });

  it("take the portal's address however it is written", () => {
    const expected = instructionsFor(accessPortalUrl, "payments-prod");
    expect(instructionsFor(`${accessPortalUrl}/`, "payments-prod")).toEqual(expected);
    expect(instructionsFor(`${accessPortalUrl}/#/`, "payments-prod")).toEqual(expected);
  });

  it("let no account name write into the profile", () => {
    const { awsProfile } = instructionsFor(accessPortalUrl, "x]\n[profile default]\nrole_arn = evil; rm");
    expect(awsProfile).toContain("[profile x-profile-default-role_arn-evil-rm-Power-User]");
    expect(awsProfile.split("\n").filter((line) => line.startsWith("["))).toHaveLength(2);
  });
});
