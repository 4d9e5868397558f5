import { DeleteUserCommand, IdentitystoreClient } from "@aws-sdk/client-identitystore";
import {
  CreateAccountAssignmentCommand,
  DeleteAccountAssignmentCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { beforeEach, describe, expect, it } from "vitest";
import type { Entitlement } from "../../../lambdas/core/domain/entitlement.ts";
import { AccountIdSchema, PermissionSetArnSchema } from "../../../lambdas/core/domain/ids.ts";
import type { Provider, RemoveProgress } from "../../../lambdas/core/ports/provider.ts";
import { accountAssignmentProvider } from "../../../lambdas/providers/identity-center-account-assignment/provider.ts";
import { permissionSetArnOf, userIdOf } from "../../../local/identity/ids.ts";
import { anEntitlement } from "../../support/builders.ts";
import { FakeAdmission } from "../../support/fakes/provider.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { contractOrganization } from "./organization.ts";
import { simulatedIdentity, type SimulatedIdentity } from "./simulated-identity.ts";

/** Any time is early enough. */
const noDeadline = new Date("9999-01-01T00:00:00.000Z");

let clock: VirtualClock;
let identity: SimulatedIdentity;
let provider: Provider;

beforeEach(() => {
  clock = new VirtualClock();
  identity = simulatedIdentity(contractOrganization, clock);
  provider = accountAssignmentProvider({
    clientsFor: identity.clientsFor,
    clock,
    admission: new FakeAdmission(),
    accessPortalUrl: "https://d-1234567890.awsapps.com/start",
  });
});

/** Somebody's ContractPower in one of the organization's many accounts. */
const numbered = (number: number): Entitlement =>
  anEntitlement({
    region: identity.region,
    instanceArn: identity.instanceArn,
    identityStoreId: identity.identityStoreId,
    accountId: AccountIdSchema.parse(String(400_000_000_000 + number)),
    permissionSetArn: PermissionSetArnSchema.parse(permissionSetArnOf(identity.instanceArn, "ContractPower")),
    principalId: userIdOf(`contract-member-${String(number).padStart(3, "0")}`),
  });

/** As much time as it takes; and how much that was, in milliseconds. */
const ended = async <T>(
  work: Promise<T>,
): Promise<{ readonly outcome: T; readonly milliseconds: number }> => {
  const begin = clock.now().getTime();
  let end: number | undefined;
  const noted = work.then((outcome) => {
    end = clock.now().getTime();
    return outcome;
  });
  while (end === undefined) await clock.runUntilIdle();
  return { outcome: await noted, milliseconds: end - begin };
};

const inputOf = ({ instanceArn, accountId, permissionSetArn, principalType, principalId }: Entitlement) => ({
  InstanceArn: instanceArn,
  TargetId: accountId,
  TargetType: "AWS_ACCOUNT" as const,
  PermissionSetArn: permissionSetArn,
  PrincipalType: principalType,
  PrincipalId: principalId,
});

/** So many assignments that exist, one in each account. */
const existing = async (count: number): Promise<readonly Entitlement[]> => {
  const entitlements = Array.from({ length: count }, (_, number) => numbered(number));
  const sso = new SSOAdminClient(identity.administrator);
  for (const entitlement of entitlements) {
    await sso.send(new CreateAccountAssignmentCommand(inputOf(entitlement)));
    await clock.advanceBy(1_000);
  }
  return entitlements;
};

const removeAll = (entitlements: readonly Entitlement[]) =>
  ended(Promise.all(entitlements.map((entitlement) => provider.remove(entitlement, noDeadline))));

const countOf = (operation: string) => identity.calls.filter((call) => call === operation).length;

const done: RemoveProgress = { outcome: "done" };

describe("many removals at once", () => {
  it("share their looks at what is in progress, and each looks once for itself", async () => {
    const entitlements = await existing(15);
    identity.behaviour.milliseconds = 3_000;
    const { outcome, milliseconds } = await removeAll(entitlements);
    expect(outcome).toEqual(entitlements.map(() => done));
    expect(countOf("DeleteAccountAssignment")).toBe(15);
    expect(countOf("ListAccountAssignments")).toBe(15);
    expect(countOf("DescribeAccountAssignmentDeletionStatus")).toBe(0);
    expect(countOf("ListAccountAssignmentDeletionStatus")).toBeLessThanOrEqual(10);
    expect(milliseconds).toBeLessThan(4_000);
  });

  it("leave the rest for when AWS has room again", async () => {
    const entitlements = await existing(20);
    identity.behaviour.milliseconds = 3_000;
    const { outcome } = await removeAll(entitlements);
    expect(outcome).toEqual(entitlements.map(() => done));
    expect(countOf("DeleteAccountAssignment")).toBe(20);
    expect(countOf("DescribeAccountAssignmentDeletionStatus")).toBe(0);
    expect(countOf("ListAccountAssignmentDeletionStatus")).toBeLessThanOrEqual(20);
  });

  it("say which of them AWS has no room for because of others' operations: nothing was done about those", async () => {
    const entitlements = await existing(18);
    const [others, own] = [entitlements.slice(0, 3), entitlements.slice(3)];
    identity.behaviour.milliseconds = 60_000;
    const sso = new SSOAdminClient(identity.administrator);
    for (const entitlement of others)
      await sso.send(new DeleteAccountAssignmentCommand(inputOf(entitlement)));
    identity.behaviour.milliseconds = 3_000;
    const { outcome } = await removeAll(own);
    expect(outcome.filter((progress) => progress.outcome === "done")).toHaveLength(12);
    const busy = outcome.filter((progress) => progress.outcome === "unfinished");
    expect(busy).toHaveLength(3);
    for (const progress of busy) {
      expect(progress).toMatchObject({ busy: true });
      expect(progress).not.toHaveProperty("unanswered");
    }
    const left = own.filter((_, index) => outcome[index]?.outcome === "unfinished");
    expect((await removeAll(left)).outcome).toEqual(left.map(() => done));
  });

  it("tell apart the one that failed, and why", async () => {
    const entitlements = await existing(6);
    const [failing, nobodys] = entitlements;
    if (failing === undefined || nobodys === undefined) throw new Error("expected six");
    identity.behaviour.inAccount.set(failing.accountId, { failure: "the account is suspended" });
    await new IdentitystoreClient(identity.administrator).send(
      new DeleteUserCommand({ IdentityStoreId: nobodys.identityStoreId, UserId: nobodys.principalId }),
    );
    const { outcome } = await removeAll(entitlements);
    expect(outcome).toEqual([
      { outcome: "unfinished", reason: "the account is suspended" },
      { outcome: "dangling", reason: expect.stringContaining("was not found in directory") as string },
      done,
      done,
      done,
      done,
    ]);
  });

  it("do not wait for the one that stays in progress", async () => {
    const entitlements = await existing(6);
    const [slow, ...others] = entitlements;
    if (slow === undefined) throw new Error("expected six");
    identity.behaviour.inAccount.set(slow.accountId, { milliseconds: Number.POSITIVE_INFINITY });
    const slowOne = provider.remove(slow, noDeadline);
    const { outcome, milliseconds } = await removeAll(others);
    expect(outcome).toEqual(others.map(() => done));
    expect(milliseconds).toBeLessThan(2_500);
    const { outcome: left, milliseconds: more } = await ended(slowOne);
    expect(left).toEqual({ outcome: "unfinished", reason: "AWS is still deleting the assignment" });
    expect(milliseconds + more).toBeLessThanOrEqual(45_000);
  });

  it("go on when AWS throttles the list", async () => {
    const entitlements = await existing(4);
    identity.faults.push({ operation: "ListAccountAssignmentDeletionStatus", fault: "throttled" });
    identity.faults.push({ operation: "ListAccountAssignmentDeletionStatus", fault: "answer-lost" });
    expect((await removeAll(entitlements)).outcome).toEqual(entitlements.map(() => done));
  });
});

describe("many grants at once", () => {
  it("share their looks at what is in progress, and each learns how it ended", async () => {
    const entitlements = Array.from({ length: 5 }, (_, number) => numbered(number));
    identity.behaviour.milliseconds = 5_000;
    const [, , refused] = entitlements;
    if (refused === undefined) throw new Error("expected five");
    identity.behaviour.inAccount.set(refused.accountId, { failure: "the role could not be made" });
    const { outcome } = await ended(Promise.all(entitlements.map((one) => provider.apply(one))));
    expect(outcome).toEqual(
      entitlements.map((one) =>
        one === refused ? { outcome: "refused", reason: "the role could not be made" } : done,
      ),
    );
    expect(countOf("DescribeAccountAssignmentCreationStatus")).toBe(5);
    expect(countOf("ListAccountAssignmentCreationStatus")).toBeLessThanOrEqual(4);
  });
});
