import { functions } from "../names.ts";

/** Physical names of what the connectors create in other accounts. They are pinned: policies on both sides refer to them. */
export const connectorNames = {
  stacks: {
    connector: "LockstepConnector",
    forwardChanges: "LockstepForwardChanges",
    member: "LockstepMember",
  },
  /** Of everything in other accounts that IAM lets have one. */
  path: "/lockstep/",
  /**
   * The rules that forward changes, and the role of the one in member accounts. Two names, since an account may have both: the
   * StackSet reaches the delegated administrator's account, and Lockstep's own, too.
   */
  forwarding: {
    ofOrganization: "lockstep-forward-organization-changes",
    ofMember: "lockstep-forward-changes",
  },
  memberBoundary: "lockstep-member-boundary",
} as const;

/** The functions whose roles the connectors trust; a function's role has the function's name. */
export const trustedRoles = {
  /** Read Identity Center, its directory, the organization, and the management account's own IAM and resources. */
  readers: [
    functions.Api.name,
    functions.Administration.name,
    functions.Sweep.name,
    functions.Automatic.name,
    functions.Sync.name,
    functions.SyncAccounts.name,
    functions.InventoryEvents.name,
  ],
  /** Grant and revoke, where the connector's profile is `manage`. */
  managers: [functions.GrantAccess.name, functions.RevokeAccess.name],
  /** Look into member accounts: one after an event, or all of them. */
  members: [functions.SyncAccounts.name, functions.InventoryEvents.name],
} as const;
