import type { Integration, IntegrationName, OrganizationIntegration } from "../domain/integration.ts";
import type {
  AccountFact,
  AssignmentFact,
  GroupFact,
  IamGroupFact,
  IamRoleFact,
  IamUserFact,
  MembershipFact,
  OrganizationalUnitFact,
  PermissionSetFact,
  ResourceFact,
  ResourceType,
  UserFact,
} from "../domain/inventory/facts.ts";
import type { AssignmentOperation } from "../domain/inventory/looks/look.ts";
import type { Problem } from "../domain/inventory/problem.ts";
import type {
  AccountId,
  GroupId,
  OrganizationalUnitId,
  PermissionSetArn,
  RequestId,
  Timestamp,
  UserId,
} from "../domain/ids.ts";
import type { Sync, SyncedAccount, SyncId, SyncScope } from "../domain/sync.ts";
import type { ConfigurationStore, WriteOutcome } from "./stores.ts";

/**
 * Where a sync reads from. Every method waits for its turn under AWS's limits, and goes on after throttling. They throw
 * SourceProblem for what waiting does not heal, and RetryableError `ProviderUnavailable` when AWS does not answer.
 * What a listing shows of something that is deleted meanwhile is AWS's to say: a look at one thing answers undefined.
 */
export interface OrganizationSource {
  /** Every account, as pages, without its tags. */
  accounts(): AsyncIterable<readonly AccountListing[]>;
  /** Undefined when the organization has it no more. */
  account(id: AccountId): Promise<AccountListing | undefined>;
  /** Of an account, a unit or the root; undefined when it is there no more. */
  tagsOf(id: AccountId | OrganizationalUnitId): Promise<Readonly<Record<string, string>> | undefined>;
  /** One unit as it is now, without what is above its parent. Two calls, and more only for pages. */
  organizationalUnit(id: OrganizationalUnitId): Promise<OrganizationalUnitListing | undefined>;
  /** What everything else is below. One call; RetryableError `ProviderUnavailable` when AWS shows none, which every organization has. */
  root(): Promise<OrganizationalUnitFact>;
  /** The units right below one, as pages: none when it is there no more. */
  unitsBelow(parent: OrganizationalUnitFact): AsyncIterable<readonly OrganizationalUnitFact[]>;
  /** The whole tree from the root down: one call a unit. */
  organizationalUnits(): AsyncIterable<readonly OrganizationalUnitFact[]>;
}
export type AccountListing = Omit<AccountFact, "tags">;
export type OrganizationalUnitListing = Omit<OrganizationalUnitFact, "path" | "parent"> & {
  readonly parent: OrganizationalUnitId;
};

export interface DirectorySource {
  users(): AsyncIterable<readonly UserFact[]>;
  user(id: UserId): Promise<UserFact | undefined>;
  groups(): AsyncIterable<readonly GroupFact[]>;
  group(id: GroupId): Promise<GroupFact | undefined>;
  /** Undefined when the group is there no more. */
  members(id: GroupId): Promise<readonly MembershipFact[] | undefined>;
  /** One call; undefined when the user is no member, or one of the two is there no more. */
  membership(groupId: GroupId, userId: UserId): Promise<MembershipFact | undefined>;
}

export interface PermissionSetSource {
  arns(): AsyncIterable<readonly PermissionSetArn[]>;
  /** One call. */
  describe(arn: PermissionSetArn): Promise<PermissionSetDescription | undefined>;
  /** Policies and tags: four calls, and more only for pages. */
  contents(arn: PermissionSetArn): Promise<PermissionSetContents | undefined>;
}
export type PermissionSetDescription = Pick<
  PermissionSetFact,
  "arn" | "name" | "description" | "sessionDuration"
>;
export type PermissionSetContents = Pick<
  PermissionSetFact,
  "managedPolicies" | "customerManagedPolicies" | "inlinePolicy" | "tags"
>;

/** A permission set in an account. */
export interface Pair {
  readonly accountId: AccountId;
  readonly permissionSetArn: PermissionSetArn;
}

export interface AssignmentSource {
  /** The accounts that a permission set is provisioned in, as pages of at most 100. */
  accountsOf(arn: PermissionSetArn): AsyncIterable<readonly AccountId[]>;
  /** The permission sets that are provisioned in an account. */
  permissionSetsIn(id: AccountId): AsyncIterable<readonly PermissionSetArn[]>;
  /** Everybody who has the permission set in the account; nobody when one of the two is there no more. */
  assignmentsOf(pair: Pair): Promise<readonly AssignmentFact[]>;
  /** Whether AWS is still at it; not when it forgot the operation. One call. */
  isInProgress(operation: AssignmentOperation): Promise<boolean>;
  /** Absent where the permissions do not allow it: AWS answers only the management account. */
  readonly assignmentsOfPrincipal?: (principal: {
    readonly principalType: "USER" | "GROUP";
    readonly principalId: string;
  }) => Promise<readonly AssignmentFact[]>;
}

/** Within one account. */
export interface AccountSource {
  iamUsers(): AsyncIterable<readonly IamUserFact[]>;
  iamGroups(): AsyncIterable<readonly IamGroupFact[]>;
  iamRoles(): AsyncIterable<readonly IamRoleFact[]>;
  /** Names are not distinguished by case. A call for 1,000 users, as many as there are before the one. */
  iamUser(name: string): Promise<IamUserFact | undefined>;
  /** A call for 1,000 members. */
  iamGroup(name: string): Promise<IamGroupFact | undefined>;
  /** A call for 1,000 roles. Undefined for those that `iamRoles` leaves out, too. */
  iamRole(name: string): Promise<IamRoleFact | undefined>;
}

/** Resources by Resource Explorer's aggregator index where there is one, else by the tagging API, region by region. */
export interface ResourceSource {
  /** Of one account and type. */
  resources(account: AccountId, type: ResourceType): Promise<ResourceLook>;
}

/** What was seen of one type of resources in an account. */
export interface ResourceLook {
  readonly facts: readonly ResourceFact[];
  /** What could not be looked at; what concerns the whole account is told again with every type. */
  readonly problems: readonly Problem[];
  /** Where it looked: only there is a resource gone that is not among the facts. */
  readonly covers: {
    readonly regions: readonly string[];
    /** False where only the tagging API was asked, which shows nothing that never had a tag. */
    readonly untagged: boolean;
  };
}

export interface IdentitySources {
  readonly organization: OrganizationSource;
  readonly directory: DirectorySource;
  readonly permissionSets: PermissionSetSource;
  readonly assignments: AssignmentSource;
  /** Looks whether the organization's instance of Identity Center is the one that is read, in one call. */
  readonly identityCenterProblems: () => Promise<readonly Problem[]>;
}

/** What was called since it was asked the last time: `service:Operation` and how often. */
export interface CallTally {
  readonly calls: Readonly<Record<string, number>>;
  readonly throttles: number;
}

/** Sources, and what they called. */
export interface IdentityConnection {
  readonly sources: IdentitySources;
  /** Takes the tally: the next one begins at nothing. */
  readonly takeTally: () => CallTally;
}

export interface IamConnection {
  readonly within: (account: AccountId) => AccountSource;
  readonly takeTally: () => CallTally;
}

export interface AccountsConnection extends IamConnection {
  readonly resources: ResourceSource;
}

/** Connects to an organization on behalf of a sync, whose id is in the names of the role sessions. */
export type ConnectToIdentity = (
  integration: OrganizationIntegration,
  onBehalfOf: string,
) => IdentityConnection;

/** Connects to the IAM of an integration's accounts on behalf of a sync. */
export type ConnectToIam = (integration: Integration, onBehalfOf: string) => IamConnection;

/** Connects to the accounts of an integration on behalf of a sync. */
export type ConnectToAccounts = (integration: Integration, onBehalfOf: string) => AccountsConnection;

/** The integrations. */
export type IntegrationStore = ConfigurationStore<Integration>;

/** The passes, each one item. */
export interface SyncStore {
  get(id: SyncId): Promise<Sync | undefined>;
  /** Writes version 1, or replaces version `next.version - 1`. */
  put(next: Sync): Promise<WriteOutcome>;
  /** The newest first; those that sort before an id, which need not be there, if one is named. */
  list(
    of: { readonly integration: IntegrationName; readonly scope: SyncScope },
    page: { readonly limit: number; readonly before?: SyncId | undefined },
  ): Promise<{ readonly items: readonly Sync[]; readonly more: boolean }>;
  /**
   * Keeps what the look into an account came to; one that is looked into again replaces its own. What is done stays done:
   * `conflict` for `begun` in its place.
   */
  putAccount(id: SyncId, account: SyncedAccount): Promise<WriteOutcome>;
  /** What was kept of the accounts of a pass, or of those in a range, as pages in the order of their ids. */
  accounts(id: SyncId, range?: AccountRange): AsyncIterable<readonly SyncedAccount[]>;
}

/** Accounts behind each other by their ids, both ends included. */
export interface AccountRange {
  readonly from: AccountId;
  readonly through: AccountId;
}

/** Starts the execution of a sync. The same `attempt` of the same sync is started once. */
export interface SyncStarter {
  start(id: SyncId, attempt: number): Promise<"started" | "already-started">;
}

/** What Lockstep itself is doing with an assignment right now, so that a sync takes its own doing for nobody's drift. */
export interface EntitlementWatch {
  /**
   * `unsettled`: it is being granted, removed or verified. Otherwise the record's version (0: Lockstep never had to do
   * with it) and the requests that hold it.
   */
  of(
    assignment: AssignmentFact,
  ): Promise<"unsettled" | { readonly version: number; readonly heldBy: readonly RequestId[] }>;
}

/** The moment of a look, and what is known of whose doing it was. */
export interface Look {
  readonly observedAt: Timestamp;
  readonly by?: string | undefined;
  /** When what appears came to be, where CloudTrail says; else when the look began. */
  readonly since?: Timestamp | undefined;
  readonly baseline?: boolean | undefined;
  /** The look asks for tags, too. */
  readonly seesTags?: boolean | undefined;
}
