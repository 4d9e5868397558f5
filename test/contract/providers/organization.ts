import type { OrganizationFile } from "../../../local/organization-file.ts";

const account = (id: string, name: string, ou = "/", state: "ACTIVE" | "SUSPENDED" = "ACTIVE") => ({
  id,
  name,
  ou,
  state,
  tags: {},
});

const user = (userName: string, status: "ENABLED" | "DISABLED" = "ENABLED") => ({
  userName,
  email: `${userName}@example.com`,
  displayName: `${userName} Ng`,
  status,
  externalIds: [{ issuer: "https://issuer.example.com", id: `external-${userName}` }],
});

/** What a directory may say of somebody besides. */
export const EMPLOYEE = {
  manager: "bela",
  attributes: {
    title: "Engineer",
    userType: "Employee",
    preferredLanguage: "en-GB",
    locale: "en-GB",
    timezone: "Europe/Berlin",
    employeeNumber: "4711",
    costCenter: "CC-12",
    organization: "Example",
    division: "Payments",
    department: "Ledger",
  },
};

const permissionSet = (name: string) => ({
  name,
  managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  sessionDuration: "PT2H",
  tags: {},
});

/** Enough that every list has a second page: the largest pages are 100, and 20 for Organizations. */
const numbered = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, "0")}`);

export const MANY_MEMBERS = numbered(105, "contract-member");
const MANY_GROUPS = numbered(105, "contract-group");
const MANY_UNITS = numbered(22, "unit");

/** The organization that the contracts of directory, organization and provider run on. */
export const contractOrganization: OrganizationFile = {
  managementAccountId: "111111111111",
  accounts: [
    account("111111111111", "management"),
    account("222222222222", "contract-prod", "/Contract/Prod"),
    account("333333333333", "contract-old", "/Contract", "SUSPENDED"),
    ...MANY_UNITS.map((unit, index) =>
      account(String(400000000000 + index), `in-${unit}`, `/ContractMany/${unit}`),
    ),
  ],
  identityCenter: {
    region: "eu-west-1",
    users: [
      { ...user("ada"), ...EMPLOYEE },
      user("bela"),
      user("dorian", "DISABLED"),
      ...MANY_MEMBERS.map((name) => user(name)),
    ],
    groups: [
      { displayName: "contract-oncall", members: ["ada"] },
      { displayName: "contract-empty", members: [] },
      { displayName: "contract-everyone", members: MANY_MEMBERS },
      ...MANY_GROUPS.map((displayName) => ({ displayName, members: ["bela"] })),
    ],
    permissionSets: [permissionSet("ContractRead"), permissionSet("ContractPower")],
    assignments: [],
  },
};
