import { describe, expect, it } from "vitest";
import { accountIam } from "../../../../local/iam/account-file.ts";
import { seedIam } from "../../../../local/iam/seed-iam.ts";
import { iamRoles } from "../../../../local/iam/roles.ts";
import { iamService } from "../../../../local/iam/service.ts";
import { trustPolicyOf } from "../../../../local/iam/trust-policy-document.ts";
import { openLocalStore, type LocalStore } from "../../../../local/store.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import { administratorOf } from "../../../support/in-process-aws.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const HOME = "222222222222";
const ELSEWHERE = "333333333333";
const TRUST = JSON.stringify(trustPolicyOf(["ec2.amazonaws.com"]));

const openIam = (store: LocalStore = openLocalStore()) => {
  let ids = 0;
  const service = iamService({
    store,
    clock: new VirtualClock(),
    newId: () => (ids += 1).toString(16).padStart(32, "0"),
  });
  const call = async (operation: string, input: JsonObject, accountId = HOME): Promise<JsonObject> => {
    const answer = await service.operations[operation]?.(input, administratorOf(accountId));
    if (answer === undefined) throw new Error(`IAM has no ${operation}`);
    return answer;
  };
  const resourcesOf = (operation: string, input: JsonObject) =>
    service.resourcesOf?.(operation, input, administratorOf(HOME));
  return { store, call, resourcesOf };
};

const namesIn = (list: unknown, member: string): unknown[] =>
  (list as readonly Record<string, unknown>[]).map((item) => item[member]);

describe("users, groups and roles", () => {
  it("are shown as IAM shows them, with a path and an id of their kind", async () => {
    const { call } = openIam();
    expect(await call("CreateUser", { UserName: "alice", Path: "/people/" })).toEqual({
      User: {
        Path: "/people/",
        UserName: "alice",
        UserId: expect.stringMatching(/^AIDA[0-9A-F]{17}$/) as string,
        Arn: `arn:aws:iam::${HOME}:user/people/alice`,
        CreateDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      },
    });
    expect(await call("CreateGroup", { GroupName: "team" })).toMatchObject({
      Group: { GroupId: expect.stringMatching(/^AGPA/) as string, Arn: `arn:aws:iam::${HOME}:group/team` },
    });
    const { Role } = await call("CreateRole", {
      RoleName: "deploy",
      AssumeRolePolicyDocument: TRUST,
      Description: "Deploys",
      MaxSessionDuration: "7200",
    });
    expect(Role).toMatchObject({
      RoleId: expect.stringMatching(/^AROA/) as string,
      Description: "Deploys",
      MaxSessionDuration: 7200,
      AssumeRolePolicyDocument: encodeURIComponent(TRUST),
    });
    expect(await call("GetRole", { RoleName: "deploy" })).toEqual({ Role });
  });

  it("belong to the account of whoever calls", async () => {
    const { call } = openIam();
    await call("CreateUser", { UserName: "alice" });
    expect(await call("ListUsers", {}, ELSEWHERE)).toEqual({ Users: [], IsTruncated: false });
    await call("CreateUser", { UserName: "alice" }, ELSEWHERE);
    expect(await call("GetUser", { UserName: "alice" }, ELSEWHERE)).toMatchObject({
      User: { Arn: `arn:aws:iam::${ELSEWHERE}:user/alice` },
    });
  });

  it("have names that no other case makes different", async () => {
    const { call } = openIam();
    await call("CreateUser", { UserName: "Alice" });
    await expect(call("CreateUser", { UserName: "alice" })).rejects.toMatchObject({
      name: "EntityAlreadyExists",
      status: 409,
      message: "User with name alice already exists.",
    });
    expect(await call("GetUser", { UserName: "ALICE" })).toMatchObject({ User: { UserName: "Alice" } });
  });

  it.each([
    ["GetUser", { UserName: "nobody" }, "The user with name nobody cannot be found."],
    ["DeleteUser", { UserName: "nobody" }, "The user with name nobody cannot be found."],
    ["ListGroupsForUser", { UserName: "nobody" }, "The user with name nobody cannot be found."],
    ["GetGroup", { GroupName: "nothing" }, "The group with name nothing cannot be found."],
    ["DeleteGroup", { GroupName: "nothing" }, "The group with name nothing cannot be found."],
    [
      "AddUserToGroup",
      { GroupName: "team", UserName: "nobody" },
      "The user with name nobody cannot be found.",
    ],
    [
      "RemoveUserFromGroup",
      { GroupName: "nothing", UserName: "alice" },
      "The group with name nothing cannot be found.",
    ],
    ["GetRole", { RoleName: "nothing" }, "The role with name nothing cannot be found."],
    ["DeleteRole", { RoleName: "nothing" }, "The role with name nothing cannot be found."],
    [
      "UpdateAssumeRolePolicy",
      { RoleName: "nothing", PolicyDocument: TRUST },
      "The role with name nothing cannot be found.",
    ],
  ])("are missed by %s as IAM misses them", async (operation, input, message) => {
    const { call } = openIam();
    await call("CreateGroup", { GroupName: "team" });
    await call("CreateUser", { UserName: "alice" });
    await expect(call(operation, input)).rejects.toMatchObject({
      name: "NoSuchEntity",
      status: 404,
      message,
    });
  });

  it.each([
    ["CreateGroup", { GroupName: "team" }, "Group with name team already exists."],
    [
      "CreateRole",
      { RoleName: "deploy", AssumeRolePolicyDocument: TRUST },
      "Role with name deploy already exists.",
    ],
  ])("are made once by %s", async (operation, input, message) => {
    const { call } = openIam();
    await call(operation, input);
    await expect(call(operation, input)).rejects.toMatchObject({ name: "EntityAlreadyExists", message });
  });

  it.each([
    ["a name that is too long", "CreateUser", { UserName: "x".repeat(65) }],
    ["a name with a space", "CreateGroup", { GroupName: "two words" }],
    ["a path that does not end", "CreateUser", { UserName: "alice", Path: "/people" }],
    ["no name", "CreateUser", {}],
    ["a page that is too large", "ListUsers", { MaxItems: "1001" }],
    ["an unknown marker", "ListUsers", { Marker: "?" }],
    [
      "a session that is too short",
      "CreateRole",
      { RoleName: "a", AssumeRolePolicyDocument: TRUST, MaxSessionDuration: "60" },
    ],
  ])("are refused with %s", async (_what, operation, input) => {
    await expect(openIam().call(operation, input)).rejects.toMatchObject({
      name: "ValidationError",
      status: 400,
    });
  });
});

describe("a list", () => {
  it("has pages, by name, and a marker while there is more", async () => {
    const { call } = openIam();
    for (const UserName of ["carol", "Bob", "alice"]) await call("CreateUser", { UserName });
    const first = await call("ListUsers", { MaxItems: "2" });
    expect(namesIn(first["Users"], "UserName")).toEqual(["alice", "Bob"]);
    expect(first["IsTruncated"]).toBe(true);
    const second = await call("ListUsers", { MaxItems: "2", Marker: first["Marker"] });
    expect(namesIn(second["Users"], "UserName")).toEqual(["carol"]);
    expect(second).toMatchObject({ IsTruncated: false });
    expect(second).not.toHaveProperty("Marker");
  });

  it("has a hundred items a page unless it is asked for more", async () => {
    const store = openLocalStore();
    const users = Array.from({ length: 101 }, (_, index) => `user-${String(index)}`);
    const iam = accountIam.parse({ users, groups: [{ name: "everyone", members: users }] });
    seedIam({ accounts: [{ id: HOME, iam }] }, { store, clock: new VirtualClock() });
    const { call } = openIam(store);
    for (const [operation, input] of [
      ["ListUsers", {}],
      ["GetGroup", { GroupName: "everyone" }],
    ] as const) {
      const answer = await call(operation, input);
      expect(answer["Users"]).toHaveLength(100);
      expect(answer["IsTruncated"]).toBe(true);
      expect((await call(operation, { ...input, Marker: answer["Marker"] }))["Users"]).toHaveLength(1);
    }
  });

  it.each([
    ["ListUsers", "CreateUser", "UserName", "Users", {}],
    ["ListGroups", "CreateGroup", "GroupName", "Groups", {}],
    ["ListRoles", "CreateRole", "RoleName", "Roles", { AssumeRolePolicyDocument: TRUST }],
  ])("of %s can be of one path", async (list, create, member, items, others) => {
    const { call } = openIam();
    await call(create, { [member]: "inside", Path: "/teams/payments/", ...others });
    await call(create, { [member]: "outside", ...others });
    expect(namesIn((await call(list, { PathPrefix: "/teams/" }))[items], member)).toEqual(["inside"]);
  });
});

describe("membership", () => {
  const withTeam = async () => {
    const { call } = openIam();
    await call("CreateUser", { UserName: "alice" });
    await call("CreateGroup", { GroupName: "team" });
    await call("AddUserToGroup", { UserName: "alice", GroupName: "team" });
    return call;
  };

  it("is seen from both sides, and begun and ended twice without an error", async () => {
    const call = await withTeam();
    await call("AddUserToGroup", { UserName: "ALICE", GroupName: "Team" });
    expect(namesIn((await call("GetGroup", { GroupName: "team" }))["Users"], "UserName")).toEqual(["alice"]);
    expect(namesIn((await call("ListGroupsForUser", { UserName: "alice" }))["Groups"], "GroupName")).toEqual([
      "team",
    ]);
    await call("RemoveUserFromGroup", { UserName: "alice", GroupName: "team" });
    await call("RemoveUserFromGroup", { UserName: "alice", GroupName: "team" });
    expect(await call("ListGroupsForUser", { UserName: "alice" })).toMatchObject({ Groups: [] });
  });

  it.each([
    ["DeleteUser", { UserName: "alice" }],
    ["DeleteGroup", { GroupName: "team" }],
  ])("keeps %s from happening", async (operation, input) => {
    const call = await withTeam();
    const conflict = { name: "DeleteConflict", status: 409 };
    await expect(call(operation, input)).rejects.toMatchObject(conflict);
    await call("RemoveUserFromGroup", { UserName: "alice", GroupName: "team" });
    await expect(call(operation, input)).resolves.toEqual({});
  });

  it("is in ten groups at most", async () => {
    const call = await withTeam();
    for (let count = 2; count <= 11; count += 1)
      await call("CreateGroup", { GroupName: `team-${String(count)}` });
    for (let count = 2; count <= 10; count += 1)
      await call("AddUserToGroup", { UserName: "alice", GroupName: `team-${String(count)}` });
    await expect(call("AddUserToGroup", { UserName: "alice", GroupName: "team-11" })).rejects.toMatchObject({
      name: "LimitExceeded",
      status: 409,
      message: "Cannot exceed quota for GroupsPerUser: 10",
    });
  });
});

describe("quotas", () => {
  it("are those of an account that asked for no more", async () => {
    const store = openLocalStore();
    const named = (count: number) => Array.from({ length: count }, (_, index) => `n-${String(index)}`);
    const iam = accountIam.parse({
      users: named(5_000),
      groups: named(300).map((name) => ({ name })),
      roles: named(1_000).map((name) => ({ name, trust: ["ec2.amazonaws.com"] })),
    });
    store.atomically(() => {
      seedIam({ accounts: [{ id: HOME, iam }] }, { store, clock: new VirtualClock() });
    });
    const { call } = openIam(store);
    const full = (quota: string) => ({ name: "LimitExceeded", message: `Cannot exceed quota for ${quota}` });
    await expect(call("CreateUser", { UserName: "more" })).rejects.toMatchObject(
      full("UsersPerAccount: 5000"),
    );
    await expect(call("CreateGroup", { GroupName: "more" })).rejects.toMatchObject(
      full("GroupsPerAccount: 300"),
    );
    await expect(
      call("CreateRole", { RoleName: "more", AssumeRolePolicyDocument: TRUST }),
    ).rejects.toMatchObject(full("RolesPerAccount: 1000"));
  });
});

describe("a trust policy", () => {
  const alice = `arn:aws:iam::${HOME}:user/alice`;
  const builder = `arn:aws:iam::${ELSEWHERE}:role/ci/builder`;
  const trusted = (answer: JsonObject) => {
    const { AssumeRolePolicyDocument: encoded } = answer["Role"] as { AssumeRolePolicyDocument: string };
    const { Statement } = JSON.parse(decodeURIComponent(encoded)) as {
      Statement: readonly { Principal: { AWS: unknown } }[];
    };
    return Statement[0]?.Principal.AWS;
  };

  it("shows the id of whoever is gone, and never another of the same name", async () => {
    const { call, store } = openIam();
    const builderIn = { RoleName: "builder", Path: "/ci/", AssumeRolePolicyDocument: TRUST };
    const { User } = await call("CreateUser", { UserName: "alice" });
    const { Role } = await call("CreateRole", builderIn, ELSEWHERE);
    await call("CreateRole", {
      RoleName: "deploy",
      AssumeRolePolicyDocument: JSON.stringify(trustPolicyOf([alice, builder])),
    });
    expect(trusted(await call("GetRole", { RoleName: "deploy" }))).toEqual([alice, builder]);

    await call("DeleteUser", { UserName: "alice" });
    await call("DeleteRole", { RoleName: "builder" }, ELSEWHERE);
    await call("CreateRole", builderIn, ELSEWHERE);
    const gone = [(User as JsonObject)["UserId"], (Role as JsonObject)["RoleId"]];
    expect(trusted(await call("GetRole", { RoleName: "deploy" }))).toEqual(gone);
    expect(iamRoles(store).at(`arn:aws:iam::${HOME}:role/deploy`)?.trustPolicy["Statement"]).toMatchObject([
      { Principal: { AWS: gone } },
    ]);

    const again = JSON.stringify(trustPolicyOf([builder]));
    await call("UpdateAssumeRolePolicy", { RoleName: "deploy", PolicyDocument: again });
    expect(trusted(await call("GetRole", { RoleName: "deploy" }))).toEqual([builder]);
  });

  it("keeps who is not known here as it is", async () => {
    const { call } = openIam();
    const stacks = `arn:aws:iam::${HOME}:role/lockstep-sync`;
    await call("CreateRole", {
      RoleName: "deploy",
      AssumeRolePolicyDocument: JSON.stringify(trustPolicyOf([stacks, "*", HOME])),
    });
    expect(trusted(await call("GetRole", { RoleName: "deploy" }))).toEqual([stacks, "*", HOME]);
  });

  const statement = { Effect: "Allow", Principal: { AWS: alice }, Action: "sts:AssumeRole" };
  it.each([
    ["is no JSON", "{", "This policy contains invalid Json"],
    ["has no statement", "{}", "Syntax errors in policy."],
    [
      "names no principal",
      JSON.stringify({ Statement: { ...statement, Principal: undefined } }),
      "Syntax errors in policy.",
    ],
    [
      "allows something else",
      JSON.stringify({ Statement: [{ ...statement, Action: ["sts:AssumeRole", "s3:GetObject"] }] }),
      "AssumeRole policy may only specify STS AssumeRole actions.",
    ],
    [
      "has a wildcard for an action",
      JSON.stringify({ Statement: { ...statement, Action: "sts:*" } }),
      "AssumeRole policy may only specify STS AssumeRole actions.",
    ],
    [
      "names a resource",
      JSON.stringify({ Statement: { ...statement, Resource: "*" } }),
      "Has prohibited field Resource",
    ],
    [
      "names who is not let in",
      JSON.stringify({ Statement: { ...statement, NotPrincipal: { AWS: alice } } }),
      "AssumeRole policy must not contain NotPrincipal field.",
    ],
  ])("is refused when it %s", async (_how, document, message) => {
    const { call } = openIam();
    const refused = { name: "MalformedPolicyDocument", status: 400, message };
    await expect(
      call("CreateRole", { RoleName: "deploy", AssumeRolePolicyDocument: document }),
    ).rejects.toMatchObject(refused);
    await call("CreateRole", { RoleName: "deploy", AssumeRolePolicyDocument: TRUST });
    await expect(
      call("UpdateAssumeRolePolicy", { RoleName: "deploy", PolicyDocument: document }),
    ).rejects.toMatchObject(refused);
  });
});

describe("seeding", () => {
  const accounts = [
    {
      id: HOME,
      iam: accountIam.parse({
        users: ["alice"],
        roles: [
          { name: "first", trust: [`arn:aws:iam::${HOME}:role/second`], externalId: "7d1c" },
          { name: "second", trust: ["ec2.amazonaws.com"] },
        ],
      }),
    },
    { id: ELSEWHERE },
  ];
  const seeded = () => {
    const store = openLocalStore();
    seedIam({ accounts }, { store, clock: new VirtualClock() });
    return openIam(store);
  };

  it("gives the same ids every time", async () => {
    const first = await seeded().call("GetUser", { UserName: "alice" });
    expect(await seeded().call("GetUser", { UserName: "alice" })).toEqual(first);
    expect(first).toMatchObject({ User: { UserId: expect.stringMatching(/^AIDA[0-9A-F]{17}$/) as string } });
  });

  it("knows whom a role trusts, whatever order they stand in, and what they have to say", async () => {
    const { call, store } = seeded();
    const first = () => iamRoles(store).at(`arn:aws:iam::${HOME}:role/first`)?.trustPolicy["Statement"];
    const Condition = { StringEquals: { "sts:ExternalId": "7d1c" } };
    const AWS = [`arn:aws:iam::${HOME}:role/second`];
    expect(first()).toEqual([{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS }, Condition }]);
    await call("DeleteRole", { RoleName: "second" });
    expect(first()).toMatchObject([{ Principal: { AWS: [expect.stringMatching(/^AROA/)] } }]);
  });
});

describe("a role's ARN", () => {
  it("finds the role only with its own path", async () => {
    const { call, store } = openIam();
    await call("CreateRole", { RoleName: "deploy", Path: "/ci/", AssumeRolePolicyDocument: TRUST });
    expect(iamRoles(store).at(`arn:aws:iam::${HOME}:role/ci/deploy`)?.name).toBe("deploy");
    expect(iamRoles(store).at(`arn:aws:iam::${HOME}:role/deploy`)).toBeUndefined();
    expect(iamRoles(store).at("deploy")).toBeUndefined();
  });
});

describe("what IAM's own permissions are checked against", () => {
  it("is whatever the call names, under its path, or everything", async () => {
    const { call, resourcesOf } = openIam();
    await call("CreateUser", { UserName: "alice", Path: "/people/" });
    expect(resourcesOf("DeleteUser", { UserName: "alice" })).toEqual([
      `arn:aws:iam::${HOME}:user/people/alice`,
    ]);
    expect(resourcesOf("CreateRole", { RoleName: "deploy", Path: "/ci/" })).toEqual([
      `arn:aws:iam::${HOME}:role/ci/deploy`,
    ]);
    expect(resourcesOf("AddUserToGroup", { UserName: "alice", GroupName: "team" })).toEqual([
      `arn:aws:iam::${HOME}:group/team`,
    ]);
    expect(resourcesOf("ListRoles", {})).toEqual(["*"]);
  });
});
