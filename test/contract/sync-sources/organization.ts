import type { OrganizationFile } from "../../../local/organization-file.ts";

const MANAGEMENT = "111111111111";

/** `sync-reader-000`, `sync-reader-001`, … */
const numbered = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, "0")}`);

/** More accounts than a page of 20 shows, and the same of the units below `/Sync/Many`. */
export const MANY_ACCOUNTS = numbered(23, "sync-many");
/** More people than a page of 100 shows. */
export const READERS = numbered(105, "sync-reader");
/** More groups than a page of 100 shows. */
export const MANY_GROUPS = numbered(102, "sync-group");
/** More than one batch of 25. */
export const MANY_SETS = numbered(26, "SyncSet");

const account = (
  id: string,
  name: string,
  ou: string,
  more: { readonly state?: "SUSPENDED"; readonly tags?: Readonly<Record<string, string>> } = {},
) => ({ id, name, ou, state: more.state ?? ("ACTIVE" as const), tags: { ...more.tags } });

const user = (userName: string, more: { readonly status?: "DISABLED"; readonly manager?: string } = {}) => ({
  userName,
  email: `${userName}@example.com`,
  displayName: `${userName} Ng`,
  externalIds: [],
  ...more,
  status: more.status ?? ("ENABLED" as const),
});

const permissionSet = (name: string) => ({
  name,
  description: `What ${name} is for`,
  managedPolicies: ["arn:aws:iam::aws:policy/ViewOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
  sessionDuration: "PT2H",
  tags: {},
});

/** The organization that the contracts of a sync's sources run on. Its names are its own: moto holds others' beside it. */
export const syncOrganization: OrganizationFile = {
  managementAccountId: MANAGEMENT,
  accounts: [
    account(MANAGEMENT, "management", "/"),
    account("500000000001", "sync-prod", "/Sync/Workloads/Prod", { tags: { team: "ledger", cost: "42" } }),
    account("500000000002", "sync-old", "/Sync/Workloads", { state: "SUSPENDED" }),
    account("500000000003", "sync-empty", "/Sync"),
    ...MANY_ACCOUNTS.map((name, index) => account(String(510000000000 + index), name, `/Sync/Many/${name}`)),
  ],
  identityCenter: {
    region: "eu-west-1",
    users: [
      user("sync-ada", { manager: "sync-bela" }),
      user("sync-bela"),
      user("sync-dorian", { status: "DISABLED" }),
      ...READERS.map((name) => user(name)),
    ],
    groups: [
      { displayName: "sync-oncall", description: "Whoever is woken", members: ["sync-ada", "sync-dorian"] },
      { displayName: "sync-nobody", members: [] },
      { displayName: "sync-everybody", members: [...READERS] },
      ...MANY_GROUPS.map((displayName) => ({ displayName, members: [] })),
    ],
    permissionSets: [
      ...MANY_SETS.map(permissionSet),
      {
        ...permissionSet("SyncFull"),
        customerManagedPolicies: [
          { name: "ledger-write", path: "/" },
          { name: "ledger-read", path: "/teams/" },
        ],
        inlinePolicy: { Version: "2012-10-17", Statement: [] },
        tags: { team: "ledger", cost: "42" },
      },
      { name: "SyncBare", managedPolicies: [], sessionDuration: "PT1H", tags: {} },
    ],
    assignments: [
      { account: "sync-prod", permissionSet: "SyncSet-000", group: "sync-oncall" },
      { account: "sync-prod", permissionSet: "SyncSet-000", user: "sync-ada" },
      ...READERS.map((name) => ({ account: "sync-prod", permissionSet: "SyncSet-001", user: name })),
      ...MANY_SETS.map((name) => ({ account: "sync-many-000", permissionSet: name, group: "sync-oncall" })),
      ...MANY_ACCOUNTS.map((name) => ({ account: name, permissionSet: "SyncFull", user: "sync-bela" })),
    ],
  },
};
