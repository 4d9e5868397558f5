import {
  groupIdOf,
  identityStoreIdOf,
  instanceArnOf,
  permissionSetArnOf,
  userIdOf,
} from "../../local/identity/ids.ts";
import type { OrganizationFile } from "../../local/organization-file.ts";
import type { AccessFlowBody } from "../../lambdas/core/contracts/access-flow.ts";
import { AccessFlowBodySchema } from "../../lambdas/core/contracts/access-flow.ts";

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
  admins: ["tara"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Group = keyof typeof groups;

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

/** Whose id it is. */
export const groupNames: ReadonlyMap<string, Group> = new Map(
  (Object.keys(groups) as Group[]).map((name) => [groupId(name), name]),
);

export const identityCenter = {
  region: "eu-west-1",
  instanceArn,
  identityStoreId: identityStoreIdOf(MANAGEMENT),
  accessPortalUrl: "https://lockstep.awsapps.com/start",
} as const;

export const organizationFile: OrganizationFile = {
  managementAccountId: MANAGEMENT,
  accounts: [
    { id: MANAGEMENT, name: "management", ou: "/", tags: {}, state: "ACTIVE" },
    { id: HOME, name: "lockstep", ou: "/", tags: {}, state: "ACTIVE" },
    { id: accounts.prod, name: "prod", ou: "/Workloads", tags: {}, state: "ACTIVE" },
    { id: accounts.staging, name: "staging", ou: "/Workloads", tags: {}, state: "ACTIVE" },
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

/** A flow as the driver knows it: who has to approve, one group a step. */
export interface FlowModel {
  readonly name: string;
  readonly account: Account;
  readonly maxMinutes: number;
  readonly steps: readonly Group[];
  /** Whether the steps decide on more time, too. */
  readonly extensionNeedsApproval: boolean;
}

/**
 * The flows that every history begins with: nobody, one lead, or a lead and then security approve; in staging, more time
 * needs no approval.
 */
export const flows = {
  sandbox: { name: "sandbox", account: "sandbox", maxMinutes: 480, steps: [], extensionNeedsApproval: true },
  staging: {
    name: "staging",
    account: "staging",
    maxMinutes: 480,
    steps: ["leads"],
    extensionNeedsApproval: false,
  },
  prod: {
    name: "prod",
    account: "prod",
    maxMinutes: 480,
    steps: ["leads", "security"],
    extensionNeedsApproval: true,
  },
} as const satisfies Readonly<Record<string, FlowModel>>;
export type FlowKey = keyof typeof flows;

/** How long each step of every flow waits for a decision. */
const DECIDE_WITHIN_MINUTES = 120;

const MAX_EXTENSIONS = 2;

/** The flow as an administrator writes it. */
export const flowBody = ({ account, maxMinutes, steps, extensionNeedsApproval }: FlowModel): AccessFlowBody =>
  AccessFlowBodySchema.parse({
    requestors: { anyOf: [{ group: "engineers" }] },
    targets: [{ accounts: [account], permissionSets: [...permissionSets] }],
    duration: { max: `PT${maxMinutes}M` },
    settings: { maxExtensions: MAX_EXTENSIONS, extensionDuration: "PT1H", extensionNeedsApproval },
    approval: {
      steps: steps.map((group) => ({ anyOf: [{ group }], within: `PT${DECIDE_WITHIN_MINUTES}M` })),
    },
  });
