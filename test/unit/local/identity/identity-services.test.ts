import { describe, expect, it } from "vitest";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { assumedRoleOf } from "../../../../local/iam-sts/assumed-roles.ts";
import { createIdentityServices } from "../../../../local/identity/identity-services.ts";
import { seedEndpoint } from "../../../../local/seed/seed-endpoint.ts";
import { openLocalStore } from "../../../../local/store.ts";
import { exampleOrganization } from "../../../support/example-organization.ts";
import { administratorOf, inProcessClient } from "../../../support/in-process-aws.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import {
  create,
  groupIdOf,
  LEDGER_PROD,
  openOffice,
  PAYMENTS_PROD,
  principalsOn,
  userIdOf,
} from "./office.ts";

describe("seeding", () => {
  it("derives the same ids from the same file every time, in AWS's shapes", () => {
    const [one, two] = [openOffice().identity, openOffice().identity];
    expect(one.instanceArn).toBe(two.instanceArn);
    expect(one.instanceArn).toMatch(/^arn:aws:sso:::instance\/ssoins-[0-9a-f]{16}$/);
    expect(one.identityStoreId).toMatch(/^d-[0-9a-f]{10}$/);
    expect(one.organizationId).toMatch(/^o-[0-9a-f]{10}$/);
    expect(userIdOf("alice")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it("leaves a store alone that holds something", async () => {
    const store = openLocalStore();
    const before = openOffice({ store });
    await before.directory("DeleteUser", { UserId: userIdOf("alice") });
    const after = openOffice({ store });
    await expect(after.directory("DescribeUser", { UserId: userIdOf("alice") })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("makes the standing assignments", async () => {
    const office = openOffice();
    expect(await principalsOn(office, PAYMENTS_PROD, "ReadOnly")).toEqual([groupIdOf("payments-oncall")]);
  });

  it("gives people their managers, and permission sets the accounts' own policies", async () => {
    const organization = exampleOrganization();
    const { users, permissionSets, ...center } = organization.identityCenter;
    const office = openOffice({
      organization: {
        ...organization,
        identityCenter: {
          ...center,
          users: users.map((user) => (user.userName === "alice" ? { ...user, manager: "bruno" } : user)),
          permissionSets: permissionSets.map((set) => ({
            ...set,
            customerManagedPolicies: [{ name: "Boundary", path: "/lockstep/" }],
          })),
        },
      },
    });
    const Extensions = ["aws:identitystore:enterprise"];
    const alice = await office.directory("DescribeUser", { UserId: userIdOf("alice"), Extensions });
    expect(alice["Extensions"]).toMatchObject({
      "aws:identitystore:enterprise": { manager: { value: userIdOf("bruno") } },
    });
    const references = await office.center("ListCustomerManagedPolicyReferencesInPermissionSet", {
      PermissionSetArn: office.assignment(PAYMENTS_PROD, "ReadOnly", "alice").PermissionSetArn,
    });
    expect(references["CustomerManagedPolicyReferences"]).toEqual([{ Name: "Boundary", Path: "/lockstep/" }]);
  });

  it("fills another endpoint through its API, once", async () => {
    const clock = new VirtualClock();
    const organization = exampleOrganization();
    const empty = {
      ...organization,
      accounts: organization.accounts.filter(({ id }) => id === organization.managementAccountId),
      identityCenter: {
        ...organization.identityCenter,
        users: [],
        groups: [],
        permissionSets: [],
        assignments: [],
      },
    };
    const target = createIdentityServices({
      clock,
      store: openLocalStore(),
      organization: empty,
      limits: { requestsPerSecond: 1_000 },
    });
    const settings = inProcessClient(target.services, administratorOf(target.managementAccountId));
    const clients = {
      organizations: new OrganizationsClient(settings),
      identityCenter: new SSOAdminClient(settings),
      identityStore: new IdentitystoreClient(settings),
    };
    const passing = {
      now: () => clock.now(),
      sleep: (milliseconds: number) => clock.advanceBy(milliseconds),
    };
    const first = await seedEndpoint(clients, organization, passing);
    expect(first.limitations).toEqual([
      "The endpoint chooses account ids: the ids in the file do not exist there, only the names do.",
      "The managers of 21 people: only a local organization keeps managers.",
      "The account legacy-checkout is PENDING_CLOSURE: no call makes it SUSPENDED.",
    ]);
    expect(first.ids.filter(({ kind }) => kind === "user")).toHaveLength(40);
    const second = await seedEndpoint(clients, organization, passing);
    expect(second.ids.filter(({ created }) => created)).toEqual([]);
    expect(second.ids.map(({ id }) => id)).toEqual(first.ids.map(({ id }) => id));
  });
});

describe("a delegated administrator", () => {
  const delegated = { ...administratorOf("151515151515") };

  it("manages neither the management account nor permission sets provisioned there", async () => {
    const office = openOffice();
    const denied = { name: "AccessDeniedException" };
    await expect(
      office.center(
        "CreateAccountAssignment",
        office.assignment("111111111111", "ReadOnly", "alice"),
        delegated,
      ),
    ).rejects.toMatchObject(denied);
    await expect(
      office.center(
        "CreateAccountAssignment",
        office.assignment(LEDGER_PROD, "Administrator", "alice"),
        delegated,
      ),
    ).rejects.toMatchObject(denied);
    await expect(
      office.center(
        "CreateAccountAssignment",
        office.assignment(LEDGER_PROD, "PowerUser", "alice"),
        delegated,
      ),
    ).resolves.toBeDefined();
  });

  it("does not list by principal", async () => {
    const office = openOffice();
    await expect(
      office.center(
        "ListAccountAssignmentsForPrincipal",
        { PrincipalId: userIdOf("alice"), PrincipalType: "USER" },
        delegated,
      ),
    ).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("listing by principal", () => {
  it("shows a person's own assignments and those of their groups", async () => {
    const office = openOffice();
    await create(office, office.assignment(PAYMENTS_PROD, "PowerUser", "bruno"));
    await office.clock.advanceBy(1_000);
    const answer = await office.center("ListAccountAssignmentsForPrincipal", {
      PrincipalId: userIdOf("bruno"),
      PrincipalType: "USER",
      Filter: { AccountId: PAYMENTS_PROD },
    });
    expect(answer["AccountAssignments"]).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ PrincipalType: "USER", PrincipalId: userIdOf("bruno") }),
        expect.objectContaining({ PrincipalType: "GROUP", PrincipalId: groupIdOf("payments-oncall") }),
      ]),
    );
  });
});

describe("the resources that IAM checks", () => {
  const { identity, assignment } = openOffice();
  const caller = administratorOf(identity.managementAccountId);

  it("are instance, permission set and account for an assignment", () => {
    const input = assignment(PAYMENTS_PROD, "PowerUser", "alice");
    expect(identity.identityCenter.resourcesOf?.("CreateAccountAssignment", input, caller)).toEqual([
      identity.instanceArn,
      input.PermissionSetArn,
      `arn:aws:sso:::account/${PAYMENTS_PROD}`,
    ]);
  });

  it("are the store, the person and the groups for a membership", () => {
    const [user, group] = [userIdOf("alice"), groupIdOf("payments-leads")];
    expect(
      identity.identityStore.resourcesOf?.(
        "IsMemberInGroups",
        { MemberId: { UserId: user }, GroupIds: [group] },
        caller,
      ),
    ).toEqual([
      `arn:aws:identitystore::111111111111:identitystore/${identity.identityStoreId}`,
      "arn:aws:identitystore:::membership/*",
      `arn:aws:identitystore:::group/${group}`,
      `arn:aws:identitystore:::user/${user}`,
    ]);
  });

  it("are the account for Organizations, and everything where nothing is named", () => {
    const { resourcesOf } = identity.organizations;
    expect(resourcesOf?.("DescribeAccount", { AccountId: PAYMENTS_PROD }, caller)).toEqual([
      `arn:aws:organizations::111111111111:account/${identity.organizationId}/${PAYMENTS_PROD}`,
    ]);
    expect(resourcesOf?.("ListAccounts", {}, caller)).toEqual(["*"]);
  });
});

describe("STS", () => {
  it("says who calls", async () => {
    const office = openOffice();
    expect(await office.sts("GetCallerIdentity", {})).toMatchObject({
      Account: "111111111111",
      Arn: "arn:aws:iam::111111111111:user/administrator",
    });
  });

  it("issues a key that stands for a role until it expires", async () => {
    const store = openLocalStore();
    const office = openOffice({ store });
    const answer = await office.sts("AssumeRole", {
      RoleArn: "arn:aws:iam::111111111111:role/path/Auditor",
      RoleSessionName: "kofi",
      DurationSeconds: "900",
    });
    const { AccessKeyId } = answer["Credentials"] as unknown as { readonly AccessKeyId: string };
    expect(assumedRoleOf({ store, clock: office.clock }, AccessKeyId)).toMatchObject({
      accountId: "111111111111",
      sessionArn: "arn:aws:sts::111111111111:assumed-role/Auditor/kofi",
    });
    await office.clock.advanceBy(900_000);
    expect(() => assumedRoleOf({ store, clock: office.clock }, AccessKeyId)).toThrow(/is expired/);
  });

  it("refuses what is no role", async () => {
    const office = openOffice();
    await expect(
      office.sts("AssumeRole", { RoleArn: "arn:aws:iam::222222222222:user/kofi", RoleSessionName: "kofi" }),
    ).rejects.toMatchObject({ name: "ValidationError" });
  });
});

describe("malformed input", () => {
  it("is answered with AWS's own errors and sentences", async () => {
    const office = openOffice();
    await expect(
      office.center("ListAccountAssignments", { AccountId: "prod", MaxResults: 101 }),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message:
        "3 validation errors detected: Value at 'AccountId' failed to satisfy constraint: Member must satisfy regular expression pattern: \\d{12}; Value null at 'PermissionSetArn' failed to satisfy constraint: Member must not be null; Value at 'MaxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    });
    await expect(office.organizations("DescribeAccount", {})).rejects.toMatchObject({
      name: "InvalidInputException",
    });
    await expect(office.center("ListPermissionSets", { NextToken: "x" })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});
