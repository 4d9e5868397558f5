import {
  groupIdOf,
  identityStoreIdOf,
  instanceArnOf,
  permissionSetArnOf,
  userIdOf,
} from "../../local/identity/ids.ts";
import type { OrganizationFile } from "../../local/organization-file.ts";

/** The small organization that every history begins with: few people and places, so that they meet often. */

const MANAGEMENT = "111111111111";

/** Lockstep's own account: a delegated administrator of Identity Center. */
export const HOME = "131313131313";

export const accounts = {
  prod: "222222222222",
  staging: "333333333333",
  sandbox: "444444444444",
} as const;
export type Account = keyof typeof accounts;

export const permissionSets = ["PowerUser", "ReadOnly"] as const;
export type PermissionSet = (typeof permissionSets)[number];

const instanceArn = instanceArnOf(MANAGEMENT);
export const permissionSetArns = {
  PowerUser: permissionSetArnOf(instanceArn, "PowerUser"),
  ReadOnly: permissionSetArnOf(instanceArn, "ReadOnly"),
} as const;

export const groups = {
  engineers: ["alice", "bruno", "chidi", "farid"],
  oncall: ["alice", "bruno"],
  leads: ["farid", "grace", "hiro"],
  security: ["zoe", "anton"],
  admins: ["tara", "chidi"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Group = keyof typeof groups;

/** Whose manager the directory says somebody is when a history begins. */
export const managers: Readonly<Partial<Record<string, string>>> = {
  alice: "grace",
  bruno: "hiro",
  chidi: "farid",
  farid: "zoe",
};

/** Mallory belongs nowhere, and tries. */
export const people = [
  "alice",
  "bruno",
  "chidi",
  "farid",
  "grace",
  "hiro",
  "zoe",
  "anton",
  "tara",
  "mallory",
] as const;
export type PersonName = (typeof people)[number];

export const userId = (name: PersonName): string => userIdOf(name);
export const groupId = (name: Group): string => groupIdOf(name);

export const identityCenter = {
  region: "eu-west-1",
  instanceArn,
  identityStoreId: identityStoreIdOf(MANAGEMENT),
  accessPortalUrl: "https://lockstep.awsapps.com/start",
} as const;

/** The tag of an account whose value is the display name of the group that owns it. */
export const OWNER_TAG = "owner";

/** Whom the tag names: of the other accounts, the integration's owner is the owner. */
export const taggedOwners: Readonly<Partial<Record<Account, Group>>> = { staging: "leads" };

export const organizationFile: OrganizationFile = {
  managementAccountId: MANAGEMENT,
  accounts: [
    { id: MANAGEMENT, name: "management", ou: "/", tags: {}, state: "ACTIVE" },
    { id: HOME, name: "lockstep", ou: "/", tags: {}, state: "ACTIVE" },
    {
      id: accounts.prod,
      name: "prod",
      ou: "/Workloads",
      tags: { [OWNER_TAG]: "nobody-by-this-name" },
      state: "ACTIVE",
    },
    {
      id: accounts.staging,
      name: "staging",
      ou: "/Workloads",
      tags: { [OWNER_TAG]: "leads" },
      state: "ACTIVE",
    },
    { id: accounts.sandbox, name: "sandbox", ou: "/", tags: {}, state: "ACTIVE" },
  ],
  identityCenter: {
    region: identityCenter.region,
    users: people.map((userName) => ({
      userName,
      email: `${userName}@example.com`,
      displayName: userName,
      status: "ENABLED",
      externalIds: [],
      ...(managers[userName] === undefined ? {} : { manager: managers[userName] }),
    })),
    groups: Object.entries(groups).map(([displayName, members]) => ({ displayName, members: [...members] })),
    permissionSets: permissionSets.map((name) => ({
      name,
      managedPolicies: [],
      sessionDuration: "PT1H",
      tags: {},
    })),
    assignments: [],
  },
};

export const ADMINISTRATOR_GROUP: Group = "admins";
