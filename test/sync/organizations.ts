import type { OrganizationFile } from "../../local/organization-file.ts";

export const MANAGEMENT = "111111111111";

type Center = OrganizationFile["identityCenter"];

export const account = (
  id: string,
  name: string,
  ou: string,
  more: { readonly state?: "SUSPENDED"; readonly tags?: Readonly<Record<string, string>> } = {},
): OrganizationFile["accounts"][number] => ({
  id,
  name,
  ou,
  state: more.state ?? "ACTIVE",
  tags: { ...more.tags },
});

export const user = (
  userName: string,
  more: { readonly status?: "DISABLED" } = {},
): Center["users"][number] => ({
  userName,
  email: `${userName}@example.com`,
  displayName: `${userName} Ng`,
  externalIds: [],
  status: more.status ?? "ENABLED",
});

export const group = (displayName: string, ...members: string[]): Center["groups"][number] => ({
  displayName,
  members,
});

export const permissionSet = (name: string): Center["permissionSets"][number] => ({
  name,
  description: `What ${name} is for`,
  managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  sessionDuration: "PT2H",
  tags: {},
});

/** `count` names that sort as they are numbered. */
export const numbered = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, "0")}`);

/** The organization of the parts that a test is about; the management account is always in it. */
export const anOrganization = ({
  accounts = [],
  ...center
}: { readonly accounts?: OrganizationFile["accounts"] } & Partial<Center> = {}): OrganizationFile => ({
  managementAccountId: MANAGEMENT,
  accounts: [account(MANAGEMENT, "management", "/"), ...accounts],
  identityCenter: {
    region: "eu-west-1",
    users: [],
    groups: [],
    permissionSets: [],
    assignments: [],
    ...center,
  },
});

/** Two accounts, two people in a group, and a little of everything between them. */
export const small = (): OrganizationFile =>
  anOrganization({
    accounts: [
      account("200000000001", "prod", "/Workloads/Prod", { tags: { team: "ledger" } }),
      account("200000000002", "dev", "/Workloads"),
    ],
    users: [user("ada"), user("bela")],
    groups: [group("oncall", "ada", "bela")],
    permissionSets: [permissionSet("Power"), permissionSet("Read")],
    assignments: [
      { account: "prod", permissionSet: "Power", group: "oncall" },
      { account: "prod", permissionSet: "Power", user: "ada" },
      { account: "prod", permissionSet: "Read", user: "bela" },
      { account: "dev", permissionSet: "Read", group: "oncall" },
    ],
  });
