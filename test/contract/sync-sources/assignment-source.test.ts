import { DeleteGroupCommand } from "@aws-sdk/client-identitystore";
import { CreateAccountAssignmentCommand } from "@aws-sdk/client-sso-admin";
import { beforeEach, describe, expect, it } from "vitest";
import { assignmentSource } from "../../../lambdas/adapters/identity-center/assignment-source.ts";
import { factId } from "../../../lambdas/core/domain/inventory/facts.ts";
import { anAccountId, aPermissionSetArn, aUserId } from "../../support/builders.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { scriptedAws, type ScriptedAnswer, type SentCall } from "../../support/fakes/scripted-aws.ts";
import {
  collected,
  embeddedWorld,
  sourcesEnvironments,
  sourcesOf,
  type SourcesWorld,
} from "./environments.ts";
import { MANY_ACCOUNTS, MANY_SETS, READERS } from "./organization.ts";

const unprovisioned = "on moto an assignment does not make the permission set provisioned";
const environments = sourcesEnvironments({
  "say which accounts have a permission set": unprovisioned,
  "say which permission sets an account has": unprovisioned,
});

describe.each(environments)("the assignments on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: SourcesWorld;
  beforeEach(async () => {
    world = await environment.open();
  });

  const pair = (account: string, permissionSet: string) => ({
    accountId: world.ids.account(account),
    permissionSetArn: world.ids.permissionSet(permissionSet),
  });
  const assignmentsOf = (account: string, permissionSet: string) =>
    world.sources.assignments.assignmentsOf(pair(account, permissionSet));

  test("of a permission set in an account are everybody's who has it", async () => {
    const place = { kind: "assignment", ...pair("sync-prod", "SyncSet-000") };
    const listed = await assignmentsOf("sync-prod", "SyncSet-000");
    expect(listed).toHaveLength(2);
    expect(listed).toEqual(
      expect.arrayContaining([
        { ...place, principalType: "GROUP", principalId: world.ids.group("sync-oncall") },
        { ...place, principalType: "USER", principalId: world.ids.user("sync-ada") },
      ]),
    );
  });

  test("are none where nobody was assigned", async () => {
    expect(await assignmentsOf("sync-empty", "SyncSet-000")).toEqual([]);
  });

  test("are none of a permission set that is not there", async () => {
    const nothing = {
      accountId: world.ids.account("sync-prod"),
      permissionSetArn: aPermissionSetArn("nothing"),
    };
    expect(await world.sources.assignments.assignmentsOf(nothing)).toEqual([]);
  });

  test("are all there when they take two pages", async () => {
    const listed = await assignmentsOf("sync-prod", "SyncSet-001");
    expect(listed.map(({ principalId }) => principalId).sort()).toEqual(
      READERS.map((name) => world.ids.user(name)).sort(),
    );
  });

  test("are in progress for as long as AWS is at it", async () => {
    const { permissionSetArn, accountId } = pair("sync-empty", "SyncSet-000");
    const { AccountAssignmentCreationStatus: begun } = await world.administrator.identityCenter.send(
      new CreateAccountAssignmentCommand({
        InstanceArn: world.instanceArn,
        TargetType: "AWS_ACCOUNT",
        TargetId: accountId,
        PermissionSetArn: permissionSetArn,
        PrincipalType: "USER",
        // What others have is counted below.
        PrincipalId: world.ids.user("sync-bela"),
      }),
    );
    const operation = { kind: "creation", requestId: begun?.RequestId ?? "" } as const;
    while (await world.sources.assignments.isInProgress(operation)) await world.passTime();
    expect(await assignmentsOf("sync-empty", "SyncSet-000")).toHaveLength(1);
    const forgotten = { kind: "deletion", requestId: "0b5a7a8c-0000-4000-8000-000000000000" } as const;
    expect(await world.sources.assignments.isInProgress(forgotten)).toBe(false);
  });

  test("say which accounts have a permission set", async () => {
    const accounts = await collected(
      world.sources.assignments.accountsOf(world.ids.permissionSet("SyncFull")),
    );
    expect(accounts.toSorted()).toEqual(MANY_ACCOUNTS.map((name) => world.ids.account(name)).sort());
    const none = world.ids.permissionSet("SyncBare");
    expect(await collected(world.sources.assignments.accountsOf(none))).toEqual([]);
    expect(await collected(world.sources.assignments.accountsOf(aPermissionSetArn("nothing")))).toEqual([]);
  });

  test("say which permission sets an account has", async () => {
    const account = world.ids.account("sync-many-000");
    const sets = await collected(world.sources.assignments.permissionSetsIn(account));
    expect(sets.toSorted()).toEqual(
      [...MANY_SETS, "SyncFull"].map((name) => world.ids.permissionSet(name)).sort(),
    );
    const empty = world.ids.account("sync-empty");
    expect(await collected(world.sources.assignments.permissionSetsIn(empty))).toEqual([]);
  });

  test("of a principal are its own, and not those of its groups", async () => {
    const ofPrincipal = world.sources.assignments.assignmentsOfPrincipal;
    const ada = await ofPrincipal?.({ principalType: "USER", principalId: world.ids.user("sync-ada") });
    expect(ada).toEqual([
      {
        kind: "assignment",
        ...pair("sync-prod", "SyncSet-000"),
        principalType: "USER",
        principalId: world.ids.user("sync-ada"),
      },
    ]);
    const group = { principalType: "GROUP", principalId: world.ids.group("sync-oncall") } as const;
    const oncall = await ofPrincipal?.(group);
    expect(oncall).toHaveLength(1 + MANY_SETS.length);
    expect(new Set(oncall?.map(factId)).size).toBe(1 + MANY_SETS.length);
  });
});

describe("on the embedded AWS, a sync", () => {
  it("reads the same assignments by every method", async () => {
    const { sources } = embeddedWorld();
    const { assignments, directory, organization, permissionSets } = sources;
    const arns = await collected(permissionSets.arns());
    const accounts = await collected(organization.accounts());
    const byPair: string[] = [];
    for (const { id: accountId } of accounts) {
      for (const permissionSetArn of await collected(assignments.permissionSetsIn(accountId)))
        byPair.push(...(await assignments.assignmentsOf({ accountId, permissionSetArn })).map(factId));
    }
    const bySet: string[] = [];
    for (const permissionSetArn of arns) {
      for (const accountId of await collected(assignments.accountsOf(permissionSetArn)))
        bySet.push(...(await assignments.assignmentsOf({ accountId, permissionSetArn })).map(factId));
    }
    const principals = [
      ...(await collected(directory.users())).map(({ id }) => ["USER", id] as const),
      ...(await collected(directory.groups())).map(({ id }) => ["GROUP", id] as const),
    ];
    const byPrincipal: string[] = [];
    for (const [principalType, principalId] of principals) {
      const found = await assignments.assignmentsOfPrincipal?.({ principalType, principalId });
      byPrincipal.push(...(found ?? []).map(factId));
    }
    expect(byPair).toHaveLength(2 + READERS.length + MANY_SETS.length + MANY_ACCOUNTS.length);
    expect(bySet.toSorted()).toEqual(byPair.toSorted());
    expect(byPrincipal.toSorted()).toEqual(byPair.toSorted());
  });

  it("still sees the assignment of a group that was deleted", async () => {
    const { sources, administrator, identityStoreId, ids } = embeddedWorld();
    const GroupId = ids.group("sync-oncall");
    await administrator.identityStore.send(
      new DeleteGroupCommand({ IdentityStoreId: identityStoreId, GroupId }),
    );
    const listed = await sources.assignments.assignmentsOf({
      accountId: ids.account("sync-prod"),
      permissionSetArn: ids.permissionSet("SyncSet-000"),
    });
    expect(listed.map(({ principalId }) => principalId)).toContain(GroupId);
  });
});

const scripted = (answer: (call: SentCall) => ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(answer);
  const instanceArn = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
  const place = { region: "eu-west-1", instanceArn, identityStoreId: "unused" };
  const world = sourcesOf({ clientsFor, clock: new EagerClock(), ...place });
  return { ...world, source: world.sources.assignments, place, calls };
};

describe("a source of assignments", () => {
  it("asks only the management account for a principal's", () => {
    const { clients, call, place } = scripted(() => ({ body: {} }));
    const elsewhere = assignmentSource({ clients, call, ...place, fromManagementAccount: false });
    expect(elsewhere).not.toHaveProperty("assignmentsOfPrincipal");
  });

  it("asks for the largest pages", async () => {
    const { source, calls } = scripted(() => ({ body: {} }));
    const [accountId, permissionSetArn] = [anAccountId(2), aPermissionSetArn("PowerUser")];
    await source.assignmentsOf({ accountId, permissionSetArn });
    await collected(source.accountsOf(permissionSetArn));
    await collected(source.permissionSetsIn(accountId));
    await source.assignmentsOfPrincipal?.({ principalType: "USER", principalId: aUserId("alice") });
    expect(calls.map(({ input }) => input["MaxResults"])).toEqual([100, 100, 100, 100]);
  });

  it("never takes a refusal for nobody", async () => {
    const { source } = scripted(() => ({ error: "AccessDeniedException" }));
    const pair = { accountId: anAccountId(2), permissionSetArn: aPermissionSetArn("PowerUser") };
    const denied = { problem: { code: "access-denied" } };
    await expect(source.assignmentsOf(pair)).rejects.toMatchObject(denied);
    await expect(collected(source.accountsOf(pair.permissionSetArn))).rejects.toMatchObject(denied);
  });
});
