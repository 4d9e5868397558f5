import { describe, expect, it } from "vitest";
import { createIdentityServices } from "../../../../local/identity/identity-services.ts";
import { generateOrganization } from "../../../../local/organization-generator/generate.ts";
import { openLocalStore, type LocalStore } from "../../../../local/store.ts";
import type { Json, JsonObject } from "../../../../local/wire/json.ts";
import type { ServiceDefinition } from "../../../../local/wire/service.ts";
import { administratorOf } from "../../../support/in-process-aws.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

/** A store that counts the documents that it is asked for. */
const countingStore = (): { readonly store: LocalStore; readonly read: () => number } => {
  const store = openLocalStore();
  let documents = 0;
  const counted = <T extends readonly unknown[]>(found: T): T => {
    documents += found.length;
    return found;
  };
  return {
    store: {
      ...store,
      get: (collection, id) => {
        documents += 1;
        return store.get(collection, id);
      },
      list: (collection) => counted(store.list(collection)),
      listRange: (collection, range) => counted(store.listRange(collection, range)),
    },
    read: () => documents,
  };
};

const openOrganization = (factor: number) => {
  const { store, read } = countingStore();
  const identity = createIdentityServices({
    clock: new VirtualClock(),
    store,
    organization: generateOrganization({
      accounts: 30 * factor,
      permissionSets: 5 * factor,
      setsPerAccount: 4,
      users: 120 * factor,
      groups: 12 * factor,
      assignments: 180 * factor,
      seed: 7,
    }),
    limits: { requestsPerSecond: Infinity },
  });
  const call = (service: ServiceDefinition, operation: string, input: JsonObject) =>
    service.operations[operation]?.(input, administratorOf(identity.managementAccountId));
  const first = async (service: ServiceDefinition, operation: string, input: JsonObject, list: string) => {
    const output = await call(service, operation, input);
    return (output?.[list] as readonly Json[])[0] as unknown;
  };
  return { identity, read, call, first };
};

type Organization = ReturnType<typeof openOrganization>;

/** Each list operation with what it asks for in this organization. */
const lists = async ({ identity, first }: Organization) => {
  const { identityCenter, identityStore, organizations } = identity;
  const inCenter = { InstanceArn: identity.instanceArn };
  const inStore = { IdentityStoreId: identity.identityStoreId };
  const set = (await first(identityCenter, "ListPermissionSets", inCenter, "PermissionSets")) as string;
  const { GroupId } = (await first(identityStore, "ListGroups", inStore, "Groups")) as { GroupId: string };
  const { UserId } = (await first(identityStore, "ListUsers", inStore, "Users")) as { UserId: string };
  const { Id: root } = (await first(organizations, "ListRoots", {}, "Roots")) as { Id: string };
  const { Id: unit } = (await first(
    organizations,
    "ListOrganizationalUnitsForParent",
    { ParentId: root },
    "OrganizationalUnits",
  )) as { Id: string };
  const account = identity.managementAccountId;
  const page = { MaxResults: 2 };
  return [
    [organizations, "ListAccounts", page],
    [organizations, "ListAccountsForParent", { ...page, ParentId: root }],
    [organizations, "ListChildren", { ...page, ParentId: unit, ChildType: "ORGANIZATIONAL_UNIT" }],
    [organizations, "ListOrganizationalUnitsForParent", { ...page, ParentId: unit }],
    [organizations, "ListTagsForResource", { ResourceId: account }],
    [identityStore, "ListUsers", { ...inStore, ...page }],
    [identityStore, "ListGroups", { ...inStore, ...page }],
    [identityStore, "ListGroupMemberships", { ...inStore, ...page, GroupId }],
    [identityStore, "ListGroupMembershipsForMember", { ...inStore, ...page, MemberId: { UserId } }],
    [identityCenter, "ListPermissionSets", { ...inCenter, ...page }],
    [
      identityCenter,
      "ListAccountsForProvisionedPermissionSet",
      { ...inCenter, ...page, PermissionSetArn: set },
    ],
    [identityCenter, "ListPermissionSetsProvisionedToAccount", { ...inCenter, ...page, AccountId: account }],
    [
      identityCenter,
      "ListAccountAssignments",
      { ...inCenter, ...page, AccountId: account, PermissionSetArn: set },
    ],
    [
      identityCenter,
      "ListAccountAssignmentsForPrincipal",
      { ...inCenter, ...page, PrincipalType: "GROUP", PrincipalId: GroupId },
    ],
    [identityCenter, "ListAccountAssignmentCreationStatus", { ...inCenter, ...page }],
    [identityCenter, "ListPermissionSetProvisioningStatus", { ...inCenter, ...page }],
  ] as const;
};

/** How many documents a page of each list reads. */
const costs = async (organization: Organization): Promise<Record<string, number>> => {
  const costOf: Record<string, number> = {};
  for (const [service, operation, input] of await lists(organization)) {
    const before = organization.read();
    await organization.call(service, operation, input);
    costOf[operation] = organization.read() - before;
  }
  return costOf;
};

/**
 * For a page of two: the third that says that there are more; for each a look at its record; for an account, or a unit, its
 * organization twice and the units above it.
 */
const MOST_DOCUMENTS = 40;

describe("a page of a list", () => {
  it("costs as much in an organization ten times as large", async () => {
    const [small, large] = [await costs(openOrganization(1)), await costs(openOrganization(10))];
    expect(Object.keys(large)).toHaveLength(16);
    for (const [operation, cost] of Object.entries(large)) {
      expect(cost, operation).toBeLessThanOrEqual(MOST_DOCUMENTS);
      expect(cost, operation).toBeLessThanOrEqual((small[operation] ?? 0) + 3);
    }
  });
});

describe("a list in pages", () => {
  const organization = openOrganization(1);
  const { identity, call } = organization;

  const everything = async (
    service: ServiceDefinition,
    operation: string,
    input: JsonObject,
    list: string,
    between: (page: number) => Promise<unknown> | undefined = () => undefined,
  ): Promise<readonly JsonObject[]> => {
    const found: JsonObject[] = [];
    let NextToken: Json | undefined;
    for (let page = 1; page === 1 || NextToken !== undefined; page += 1) {
      const output = await call(service, operation, {
        ...input,
        ...(NextToken !== undefined && { NextToken }),
      });
      found.push(...(output?.[list] as readonly JsonObject[]));
      NextToken = output?.["NextToken"];
      await between(page);
    }
    return found;
  };

  const inStore = { IdentityStoreId: identity.identityStoreId };

  it("shows each once, whatever the size of the pages", async () => {
    for (const MaxResults of [1, 7, 100]) {
      const users = await everything(
        identity.identityStore,
        "ListUsers",
        { ...inStore, MaxResults },
        "Users",
      );
      expect(new Set(users.map(({ UserId }) => UserId)).size).toBe(120);
      expect(users).toHaveLength(120);
    }
  });

  it("skips and repeats nobody when the last one shown is deleted before the next page", async () => {
    const groups = await everything(identity.identityStore, "ListGroups", inStore, "Groups");
    const last = groups[4]?.["GroupId"];
    const seen = await everything(
      identity.identityStore,
      "ListGroups",
      { ...inStore, MaxResults: 5 },
      "Groups",
      (page) =>
        page === 1
          ? Promise.resolve(
              call(identity.identityStore, "DeleteGroup", { ...inStore, GroupId: last ?? null }),
            )
          : undefined,
    );
    expect(seen.map(({ GroupId }) => GroupId)).toEqual(groups.map(({ GroupId }) => GroupId));
  });

  it("goes on from one of a person's groups to the next, and to the person's own", async () => {
    const inCenter = { InstanceArn: identity.instanceArn };
    const users = await everything(identity.identityStore, "ListUsers", inStore, "Users");
    let mostPrincipals = 0;
    for (const { UserId } of users) {
      const ask = (MaxResults: number) =>
        everything(
          identity.identityCenter,
          "ListAccountAssignmentsForPrincipal",
          { ...inCenter, PrincipalType: "USER", PrincipalId: UserId ?? null, MaxResults },
          "AccountAssignments",
        );
      const [inPages, atOnce] = [await ask(2), await ask(100)];
      expect(inPages).toEqual(atOnce);
      mostPrincipals = Math.max(mostPrincipals, new Set(atOnce.map(({ PrincipalId }) => PrincipalId)).size);
    }
    expect(mostPrincipals).toBeGreaterThan(1);
  });
});
