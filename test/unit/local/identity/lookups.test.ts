import { describe, expect, it } from "vitest";
import { openLocalStore, type LocalStore } from "../../../../local/store.ts";
import {
  create,
  creationStatus,
  groupIdOf,
  LEDGER_PROD,
  openOffice,
  PAYMENTS_PROD,
  userIdOf,
} from "./office.ts";

/** What stores held before lists were read by page. */
const COLLECTIONS = [
  "organizations/organization",
  "organizations/accounts",
  "organizations/units",
  "identity-store/users",
  "identity-store/groups",
  "identity-store/memberships",
  "identity-store/membership-pairs",
  "identity-center/instance",
  "identity-center/permission-sets",
  "identity-center/provisioned",
  "identity-center/operations",
  "identity-center/unfinished-operations",
];

/** The store as an earlier version wrote it: without the collections that are derived. */
const writtenEarlier = (store: LocalStore): LocalStore => {
  const earlier = openLocalStore();
  const places = store
    .list("identity-center/provisioned")
    .map(({ id }) => `identity-center/assignments/${id}`);
  for (const collection of [...COLLECTIONS, ...places])
    for (const { id, document } of store.list(collection)) earlier.put(collection, id, document);
  return earlier;
};

describe("a store of an earlier version", () => {
  it("shows in every list what it shows when asked for one", async () => {
    const store = openLocalStore();
    const before = openOffice({ store });
    const accepted = await create(before, before.assignment(LEDGER_PROD, "PowerUser", "ines"));
    await before.clock.advanceBy(1_000);
    expect((await creationStatus(before, accepted)).Status).toBe("SUCCEEDED");
    const after = openOffice({ store: writtenEarlier(store) });
    const { Parents: parents } = await before.organizations("ListParents", { ChildId: LEDGER_PROD });
    const [parent] = parents as unknown as readonly { readonly Id: string }[];
    const ParentId = parent?.Id ?? "";
    const { PermissionSetArn } = before.assignment(PAYMENTS_PROD, "ReadOnly", "alice");

    for (const [service, operation, input] of [
      ["organizations", "ListAccountsForParent", { ParentId }],
      ["directory", "ListGroupMemberships", { GroupId: groupIdOf("ledger-leads") }],
      ["directory", "ListGroupMembershipsForMember", { MemberId: { UserId: userIdOf("ines") } }],
      [
        "directory",
        "GetUserId",
        { AlternateIdentifier: { UniqueAttribute: { AttributePath: "userName", AttributeValue: "ines" } } },
      ],
      ["center", "ListAccountsForProvisionedPermissionSet", { PermissionSetArn }],
      [
        "center",
        "ListAccountAssignmentsForPrincipal",
        { PrincipalType: "USER", PrincipalId: userIdOf("ines") },
      ],
      ["center", "ListAccountAssignmentCreationStatus", {}],
    ] as const) {
      const [expected, shown] = [
        await before[service](operation, input),
        await after[service](operation, input),
      ];
      expect(shown, operation).toEqual(expected);
    }
    const statuses = await after.center("ListAccountAssignmentCreationStatus");
    expect(statuses["AccountAssignmentsCreationStatus"]).toMatchObject([{ RequestId: accepted.RequestId }]);
  });

  it("refuses a permission set, an account's email address and a group that it has already", async () => {
    const store = openLocalStore();
    openOffice({ store });
    const office = openOffice({ store: writtenEarlier(store) });
    await expect(office.center("CreatePermissionSet", { Name: "ReadOnly" })).rejects.toMatchObject({
      name: "ConflictException",
    });
    await expect(office.directory("CreateGroup", { DisplayName: "ledger-leads" })).rejects.toMatchObject({
      name: "ConflictException",
    });
  });
});
