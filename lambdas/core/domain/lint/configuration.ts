import type { AccessFlow } from "../access-flow.ts";
import type { AccessScope } from "../access-scope.ts";
import type { Bundle } from "../bundle.ts";
import type { Guardrails } from "../guardrails.ts";
import type {
  AccountId,
  GroupId,
  OrganizationalUnitId,
  PermissionSetArn,
  ScopeName,
  UserId,
} from "../ids.ts";
import type { Rota } from "../rota.ts";
import type { LocatedAccount } from "../target-coverage.ts";

type Content<Item> = Omit<Item, "version" | "updatedAt" | "updatedBy" | "unconfirmedEditors">;

export type LintedFlow = Content<AccessFlow>;
export type LintedBundle = Content<Bundle>;
export type LintedScope = Content<AccessScope>;
export type LintedRota = Content<Rota>;

/** Everything that is configured, as it is or as it is proposed: names are ids already. */
export interface Configuration {
  readonly flows: readonly LintedFlow[];
  readonly bundles: readonly LintedBundle[];
  readonly accessScopes: readonly LintedScope[];
  readonly rotas: readonly LintedRota[];
}

/** One item of it. */
export type LintedItem =
  | { readonly kind: "access-flow"; readonly item: LintedFlow }
  | { readonly kind: "bundle"; readonly item: LintedBundle }
  | { readonly kind: "access-scope"; readonly item: LintedScope }
  | { readonly kind: "rota"; readonly item: LintedRota };

/** What there is in AWS of all that the configuration names, as the inventory saw it last. */
export interface World {
  /** Those that are there. */
  readonly users: ReadonlyMap<UserId, { readonly enabled: boolean }>;
  /** Those that are there, with their enabled members, as far as they were read. */
  readonly groups: ReadonlyMap<GroupId, GroupInWorld>;
  /** All accounts of the organization. */
  readonly accounts: ReadonlyMap<AccountId, LocatedAccount>;
  /** Those of the others that something names: they are there, and nothing can be granted in them. */
  readonly accountsElsewhere: ReadonlySet<AccountId>;
  readonly organizationalUnits: ReadonlySet<OrganizationalUnitId>;
  readonly permissionSets: ReadonlyMap<
    PermissionSetArn,
    { readonly name: string; readonly sessionSeconds: number | undefined }
  >;
  /** What the query of each scope selects; absent for one that was not asked. */
  readonly selected: ReadonlyMap<ScopeName, readonly Selected[]>;
  /** Where an assignment of a group without members keeps a permission set's role alive; absent where nobody looked. */
  readonly anchors: ReadonlyMap<PermissionSetArn, ReadonlySet<AccountId>>;
  /** Accounts of the organization that nobody owns: no tag names an owner, and the integration has none. */
  readonly ownerless: ReadonlySet<AccountId>;
  readonly guardrails: Guardrails;
  /** Accounts in which nothing is granted, whatever a flow says. */
  readonly protectedAccounts: ReadonlySet<string>;
  /** Whether a token can tell of a second factor: the deploy setting `mfa` says how. */
  readonly tellsSecondFactor: boolean;
}

/** The accounts in which a query selects a permission set: one at least. */
export interface Selected {
  readonly permissionSetArn: PermissionSetArn;
  readonly accounts: readonly AccountId[];
}

export interface GroupInWorld {
  readonly members: ReadonlySet<UserId>;
  /** There are more than were read. */
  readonly more: boolean;
}
