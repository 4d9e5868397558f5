import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  RemoveUserFromGroupCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { beforeEach, describe, expect, it } from "vitest";
import { accountSource } from "../../../lambdas/adapters/iam/account-source.ts";
import { turnsOf } from "../../../lambdas/adapters/sync/paces.ts";
import { patientCalls, type PatientCall } from "../../../lambdas/adapters/sync/patient-calls.ts";
import { callTally } from "../../../lambdas/adapters/sync/tally.ts";
import type { AccountId } from "../../../lambdas/core/domain/ids.ts";
import type { Fact } from "../../../lambdas/core/domain/inventory/facts.ts";
import { accountIam } from "../../../local/iam/account-file.ts";
import { trustPolicyOf } from "../../../local/iam/trust-policy-document.ts";
import { AwsError } from "../../../local/wire/service.ts";
import type { WireCall } from "../../../local/wire/wire.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { FakeAdmission } from "../../support/fakes/provider.ts";
import {
  arnOf,
  embeddedIam,
  EMPTY,
  iamEnvironments,
  LEDGER,
  PAYMENTS,
  type IamWorld,
} from "./iam-environments.ts";

const everyFact = async <F extends Fact>(pages: AsyncIterable<readonly F[]>): Promise<F[]> => {
  const facts: F[] = [];
  for await (const page of pages) facts.push(...page);
  return facts;
};

/** A patient caller whose waits take no time. */
const patience = (account: AccountId) => {
  const clock = new EagerClock();
  const tally = callTally();
  const call = patientCalls({
    clock,
    random: () => 1,
    waitForTurn: turnsOf({ clock, admission: new FakeAdmission() }),
    tally,
    placeOf: () => ({ accountId: account }),
  });
  return { call, tally };
};

const sourceOf = (world: IamWorld, account: AccountId, call: PatientCall = patience(account).call) =>
  accountSource({ call, clientsFor: world.clientsFor, account });

describe.each(iamEnvironments)("IAM within an account on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: IamWorld;
  beforeEach(async () => {
    world = await environment.open();
  });

  test("shows the users", async () => {
    const users = await everyFact(sourceOf(world, PAYMENTS).iamUsers());
    expect(users.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
      ["backup", "export", "idle", "Zed"].map((name) => ({
        kind: "iam-user",
        accountId: PAYMENTS,
        arn: arnOf(PAYMENTS, `user/${name}`),
        name,
      })),
    );
  });

  test("shows the groups, their members in an order of our own, and a group without any too", async () => {
    const groups = await everyFact(sourceOf(world, PAYMENTS).iamGroups());
    expect(groups.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      {
        kind: "iam-group",
        accountId: PAYMENTS,
        arn: arnOf(PAYMENTS, "group/exporters"),
        name: "exporters",
        members: ["Zed", "backup", "export"],
      },
      {
        kind: "iam-group",
        accountId: PAYMENTS,
        arn: arnOf(PAYMENTS, "group/nobody"),
        name: "nobody",
        members: [],
      },
    ]);
  });

  test("shows the roles with who can assume them, and none that only AWS can use", async () => {
    const roles = await everyFact(sourceOf(world, PAYMENTS).iamRoles());
    expect(roles.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual([
      {
        kind: "iam-role",
        accountId: PAYMENTS,
        arn: arnOf(PAYMENTS, "role/api"),
        name: "api",
        assumableBy: [],
      },
      {
        kind: "iam-role",
        accountId: PAYMENTS,
        arn: arnOf(PAYMENTS, "role/ci/deploy"),
        name: "deploy",
        description: "Deploys payments",
        assumableBy: [arnOf(PAYMENTS, "user/export"), arnOf(LEDGER, "role/ci/builder")].sort(),
      },
    ]);
  });

  test("shows each account its own, and nothing where nothing is", async () => {
    const ledger = sourceOf(world, LEDGER);
    expect(await everyFact(ledger.iamUsers())).toMatchObject([{ accountId: LEDGER, name: "export" }]);
    expect(await everyFact(ledger.iamRoles())).toMatchObject([{ accountId: LEDGER, name: "builder" }]);
    const empty = sourceOf(world, EMPTY);
    expect(await everyFact(empty.iamUsers())).toEqual([]);
    expect(await everyFact(empty.iamGroups())).toEqual([]);
    expect(await everyFact(empty.iamRoles())).toEqual([]);
  });

  test("shows one thing by its name, in any case, as the list does", async () => {
    const source = sourceOf(world, PAYMENTS);
    const [users, groups, roles] = [
      await everyFact(source.iamUsers()),
      await everyFact(source.iamGroups()),
      await everyFact(source.iamRoles()),
    ];
    expect(users).toContainEqual(await source.iamUser("Idle"));
    expect(groups).toContainEqual(await source.iamGroup("exporters"));
    expect(roles).toContainEqual(await source.iamRole("DEPLOY"));
    expect([await source.iamUser("Idle"), await source.iamRole("DEPLOY")]).toMatchObject([
      { name: "idle" },
      { name: "deploy" },
    ]);
  });

  test("shows nothing of what is not there, or is left out", async () => {
    const source = sourceOf(world, PAYMENTS);
    expect(await source.iamUser("nobody-at-all")).toBeUndefined();
    expect(await source.iamGroup("idle")).toBeUndefined();
    expect(await source.iamRole("exporters")).toBeUndefined();
    expect(await source.iamRole("AWSServiceRoleForECS")).toBeUndefined();
  });

  test("passes over a group that is deleted between the list and the look at it", async () => {
    const administrator = await world.administratorOf(LEDGER);
    await administrator.send(new CreateGroupCommand({ GroupName: "going" }));
    await administrator.send(new CreateGroupCommand({ GroupName: "staying" }));
    const { call } = patience(LEDGER);
    const deletingFirst: PatientCall = async (operation, send) => {
      if (operation === "iam:GetGroup")
        await administrator.send(new DeleteGroupCommand({ GroupName: "going" })).catch(() => undefined);
      return call(operation, send);
    };
    const groups = await everyFact(sourceOf(world, LEDGER, deletingFirst).iamGroups());
    await administrator.send(new DeleteGroupCommand({ GroupName: "staying" }));
    expect(groups.map(({ name }) => name)).toEqual(["staying"]);
  });

  test("sees users, members and trust come and go", async () => {
    const administrator = await world.administratorOf(EMPTY);
    const source = sourceOf(world, EMPTY);
    const carol = arnOf(EMPTY, "user/carol");
    await administrator.send(new CreateUserCommand({ UserName: "carol" }));
    await administrator.send(new CreateGroupCommand({ GroupName: "team" }));
    await administrator.send(new AddUserToGroupCommand({ GroupName: "team", UserName: "carol" }));
    await administrator.send(
      new CreateRoleCommand({
        RoleName: "worker",
        AssumeRolePolicyDocument: JSON.stringify(trustPolicyOf(["ec2.amazonaws.com"])),
      }),
    );
    expect(await everyFact(source.iamGroups())).toMatchObject([{ members: ["carol"] }]);
    expect(await everyFact(source.iamRoles())).toMatchObject([{ assumableBy: [] }]);
    await administrator.send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: "worker",
        PolicyDocument: JSON.stringify(trustPolicyOf([carol])),
      }),
    );
    await administrator.send(new RemoveUserFromGroupCommand({ GroupName: "team", UserName: "carol" }));
    expect(await everyFact(source.iamGroups())).toMatchObject([{ members: [] }]);
    expect(await everyFact(source.iamRoles())).toMatchObject([{ assumableBy: [carol] }]);
    await administrator.send(new DeleteRoleCommand({ RoleName: "worker" }));
    await administrator.send(new DeleteGroupCommand({ GroupName: "team" }));
    await administrator.send(new DeleteUserCommand({ UserName: "carol" }));
    expect(await everyFact(source.iamUsers())).toEqual([]);
    expect(await everyFact(source.iamRoles())).toEqual([]);
  });

  test("takes a role that was made anew for another one", async () => {
    const administrator = await world.administratorOf(LEDGER);
    const trust = JSON.stringify(trustPolicyOf(["codebuild.amazonaws.com"]));
    await administrator.send(new DeleteRoleCommand({ RoleName: "builder" }));
    await administrator.send(
      new CreateRoleCommand({ RoleName: "builder", Path: "/ci/", AssumeRolePolicyDocument: trust }),
    );
    const roles = await everyFact(sourceOf(world, PAYMENTS).iamRoles());
    expect(roles.find(({ name }) => name === "deploy")?.assumableBy).toEqual([
      arnOf(PAYMENTS, "user/export"),
    ]);
  });
});

describe("an account with more than a page of everything", () => {
  const LONG = 1_001;
  const numbered = Array.from({ length: LONG }, (_, index) => `user-${String(index).padStart(4, "0")}`);

  it("is read to the end, with the fewest calls", async () => {
    const { call, tally } = patience(EMPTY);
    const iam = accountIam.parse({
      users: numbered,
      groups: [{ name: "everyone", members: numbered }, ...numbered.slice(1).map((name) => ({ name }))],
      roles: numbered.map((name) => ({ name, trust: ["ec2.amazonaws.com"] })),
    });
    const world = embeddedIam({ seeded: [{ id: EMPTY, iam }] });
    const source = sourceOf(world, EMPTY, call);
    expect((await everyFact(source.iamUsers())).map(({ name }) => name)).toEqual(numbered);
    const groups = await everyFact(source.iamGroups());
    expect(groups.map(({ name }) => name)).toEqual(["everyone", ...numbered.slice(1)]);
    expect(groups[0]?.members).toEqual(numbered);
    expect((await everyFact(source.iamRoles())).map(({ name }) => name)).toEqual(numbered);
    expect(tally.take()).toEqual({
      calls: { "iam:ListUsers": 2, "iam:ListGroups": 2, "iam:GetGroup": LONG + 1, "iam:ListRoles": 2 },
      throttles: 0,
    });
    const [first = "", last = ""] = [numbered[0], numbered.at(-1)];
    expect(await source.iamUser(first)).toMatchObject({ name: first });
    expect(await source.iamRole(last)).toMatchObject({ name: last });
    expect(tally.take().calls).toEqual({ "iam:ListUsers": 1, "iam:ListRoles": 2 });
  });
});

describe("an account whose IAM does not answer", () => {
  const everything = async (world: IamWorld, call: PatientCall) => {
    const source = sourceOf(world, PAYMENTS, call);
    return [
      ...(await everyFact(source.iamUsers())),
      ...(await everyFact(source.iamGroups())),
      ...(await everyFact(source.iamRoles())),
    ];
  };
  const refusing = (error: (call: WireCall) => AwsError | undefined) =>
    embeddedIam({
      onCall: (call) => {
        const refusal = error(call);
        if (refusal !== undefined) throw refusal;
      },
    });

  it("shows the same after throttling as without", async () => {
    let calls = 0;
    const { call, tally } = patience(PAYMENTS);
    const world = refusing(() =>
      (calls += 1) % 2 === 1 ? new AwsError("Throttling", "Rate exceeded") : undefined,
    );
    expect(await everything(world, call)).toEqual(await everything(embeddedIam(), patience(PAYMENTS).call));
    // ListUsers, ListGroups, GetGroup twice, ListRoles: each refused once.
    expect(tally.take().throttles).toBe(5);
  });

  it("is a problem in words when it refuses, with the account and the action", async () => {
    const message =
      "User: arn:aws:sts::222222222271:assumed-role/lockstep-member/sync is not authorized to perform: iam:ListRoles because no identity-based policy allows the iam:ListRoles action";
    const world = refusing(({ operation }) =>
      operation === "ListRoles" ? new AwsError("AccessDeniedException", message) : undefined,
    );
    const reading = everything(world, patience(PAYMENTS).call);
    await expect(reading).rejects.toMatchObject({
      name: "SourceProblem",
      problem: {
        code: "access-denied",
        accountId: PAYMENTS,
        message: expect.stringContaining("iam:ListRoles") as string,
      },
    });
  });

  it("is no absence when it refuses to show a group", async () => {
    const world = refusing(({ operation }) =>
      operation === "GetGroup" ? new AwsError("AccessDeniedException", "no") : undefined,
    );
    await expect(everything(world, patience(PAYMENTS).call)).rejects.toMatchObject({ name: "SourceProblem" });
  });

  it("is a problem in words when the credentials have expired on the way", async () => {
    const world = refusing(({ operation }) =>
      operation === "GetGroup"
        ? new AwsError("ExpiredToken", "The security token has expired", 403)
        : undefined,
    );
    await expect(everything(world, patience(PAYMENTS).call)).rejects.toMatchObject({
      problem: { code: "credentials-expired", accountId: PAYMENTS },
    });
  });

  it("is to be asked again later when it breaks for long", async () => {
    const world = refusing(() => new AwsError("ServiceFailure", "We have a problem", 500));
    await expect(everything(world, patience(PAYMENTS).call)).rejects.toMatchObject({
      name: "ProviderUnavailable",
    });
  });
});
