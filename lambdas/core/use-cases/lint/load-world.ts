import {
  approversOf,
  isBundleTarget,
  isResourceTarget,
  isScopeTarget,
  type AutomaticApprovalCondition,
  type FlowTarget,
  type ResourceTarget,
  type ScopeTarget,
} from "../../domain/access-flow.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Guardrails } from "../../domain/guardrails.ts";
import type { AccountId, GroupId, PermissionSetArn, ScopeName, UserId } from "../../domain/ids.ts";
import { HOME_INTEGRATION } from "../../domain/integration.ts";
import type { MfaSettings } from "../../domain/mfa.ts";
import { membersOf, type AccountFact, type OrganizationalUnitFact } from "../../domain/inventory/facts.ts";
import { matchingAccounts, type Grantable } from "../../domain/inventory/matching-accounts.ts";
import type {
  Configuration,
  GroupInWorld,
  LintedScope,
  Selected,
  World,
} from "../../domain/lint/configuration.ts";
import { isOwnerless, type KnownTags, type OwnerSettings } from "../../domain/ownership.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import { leavesOf } from "../../domain/rule.ts";
import { sessionSecondsOf } from "../../domain/sessions.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { IntegrationStore } from "../../ports/sync.ts";
import { inBatches } from "../in-batches.ts";
import { loadGrantable } from "../inventory/subjects.ts";
import { allOf } from "../inventory/walk.ts";

export interface WorldDependencies {
  readonly inventory: Pick<InventoryReader, "getAll" | "page">;
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly guardrails: Guardrails;
  /** Accounts in which nothing is granted. */
  readonly protectedAccounts: readonly { readonly id: string }[];
  /** How a token tells of a second factor; undefined: none does. */
  readonly mfa: MfaSettings | undefined;
}

/** Scopes of the inventory that are read at once. */
const AT_A_TIME = 5;

/** Members of a group that are looked at: of one that has more nobody is missed. */
const MEMBERS_READ = 100;

/**
 * Permission sets whose anchors are looked for: each costs a look at all of its assignments. Those that flows name come first;
 * of more, which access scopes may find, nothing is said.
 */
const ANCHORS_LOOKED_FOR = 100;

/**
 * What there is of all that the configuration names, from the inventory alone: all accounts, units and permission sets, a
 * batch of users, of groups and of accounts elsewhere, a page of members for each group that is named, and the assignments of
 * each permission set that is given with a page for each group among them. No call of AWS.
 */
export const loadWorld = async (
  { inventory, integrations, guardrails, protectedAccounts, mfa }: WorldDependencies,
  configuration: Configuration,
): Promise<World> => {
  const parties = partiesIn(configuration);
  const written = integrations.list();
  const [grantable, home, units, groups] = await Promise.all([
    loadGrantable({ inventory, integrations: { list: () => written } }),
    written.then((all) => all.find(({ name }) => name === HOME_INTEGRATION)),
    allOf(inventory, { kind: "organizational-unit" }),
    groupsOf(inventory, groupsAmong(parties)),
  ]);
  const inOrganization = new Set(grantable.accounts.map(({ fact }) => fact.id));
  const selected = new Map(configuration.accessScopes.flatMap((scope) => selectedBy(scope, grantable)));
  const [elsewhere, anchors] = await Promise.all([
    thereAmong(
      inventory,
      accountsIn(configuration).filter((id) => !inOrganization.has(id)),
    ),
    anchorsOf(inventory, permissionSetsIn(configuration, selected).slice(0, ANCHORS_LOOKED_FOR)),
  ]);
  const people = new Set([...usersAmong(parties), ...groups.flatMap(({ members }) => members)]);
  const users = people.size === 0 ? [] : await inventory.getAll("user", [...people]);
  const enabled = new Map(users.map(({ fact }) => [fact.id, { enabled: fact.enabled }]));
  return {
    users: enabled,
    groups: new Map(
      groups.map(({ id, members, more }): readonly [GroupId, GroupInWorld] => [
        id,
        { members: new Set(members.filter((member) => enabled.get(member)?.enabled === true)), more },
      ]),
    ),
    accounts: new Map(
      grantable.accounts.map(({ fact: { id, organizationalUnits, tags } }) => [
        id,
        { organizationalUnits, tags, integration: HOME_INTEGRATION },
      ]),
    ),
    organizationalUnits: new Set(units.map(({ fact }) => fact.id)),
    permissionSets: new Map(
      grantable.permissionSets.map(({ fact: { arn, name, sessionDuration } }) => [
        arn,
        { name, sessionSeconds: sessionSecondsOf(sessionDuration) },
      ]),
    ),
    accountsElsewhere: elsewhere,
    ownerless: ownerlessAmong(
      grantable.accounts.map(({ fact }) => fact),
      units.map(({ fact }) => fact),
      home ?? { name: HOME_INTEGRATION },
    ),
    selected,
    anchors,
    guardrails,
    protectedAccounts: new Set(protectedAccounts.map(({ id }) => id)),
    tellsSecondFactor: mfa !== undefined,
  };
};

type PartyId =
  { readonly type: "user"; readonly id: UserId } | { readonly type: "group"; readonly id: GroupId };

export const partiesIn = ({ flows, rotas }: Pick<Configuration, "flows" | "rotas">): readonly PartyId[] => [
  ...flows.flatMap(({ requestors, approval, breakGlass }) => [
    ...[requestors, ...(approval.automatic === undefined ? [] : [approval.automatic])]
      .flatMap((rule) => leavesOf<AutomaticApprovalCondition>(rule))
      .flatMap((leaf) => {
        if (leaf.type === "manager-of") return [leaf.of];
        return leaf.type === "user" || leaf.type === "group" ? [leaf] : [];
      }),
    ...approval.steps
      .flatMap((step) => [...approversOf(step), ...(step.escalation?.tiers.flat() ?? [])])
      .flatMap((approver) => (approver.type === "user" || approver.type === "group" ? [approver] : [])),
    ...(breakGlass?.watchers ?? []),
  ]),
  ...rotas
    .flatMap(({ shifts, overrides, rotation }) => [
      ...[...shifts, ...overrides].map(({ user }) => user),
      ...(rotation?.participants ?? []),
    ])
    .map(({ id }) => ({ type: "user", id }) as const),
];

export const usersAmong = (parties: readonly PartyId[]): readonly UserId[] => [
  ...new Set(parties.flatMap((party) => (party.type === "user" ? [party.id] : []))),
];

export const groupsAmong = (parties: readonly PartyId[]): readonly GroupId[] => [
  ...new Set(parties.flatMap((party) => (party.type === "group" ? [party.id] : []))),
];

/** Everything that flows give access to, what bundles hold for them among it. */
const partsIn = ({ flows, bundles }: Configuration): readonly (ResourceTarget | ScopeTarget)[] => {
  const targets: readonly FlowTarget[] = flows.flatMap((flow) => flow.targets);
  const named = new Set<string>(targets.filter(isBundleTarget).map(({ bundle }) => bundle));
  return [
    ...targets.flatMap((target) => (isBundleTarget(target) ? [] : [target])),
    ...bundles.filter(({ name }) => named.has(name)).flatMap((bundle) => bundle.targets),
  ];
};

/** Those first that are named. */
const permissionSetsIn = (
  configuration: Configuration,
  selected: World["selected"],
): readonly PermissionSetArn[] => {
  const parts = partsIn(configuration);
  const whole = parts.filter(isScopeTarget).filter(({ permissionSets }) => permissionSets === undefined);
  return [
    ...new Set([
      ...parts.flatMap(({ permissionSets = [] }) => permissionSets.map(({ id }) => id)),
      ...whole
        .flatMap(({ accessScope }) => selected.get(accessScope) ?? [])
        .map(({ permissionSetArn }) => permissionSetArn),
    ]),
  ];
};

/** As tags were when they were synced last. */
const ownerlessAmong = (
  accounts: readonly AccountFact[],
  units: readonly OrganizationalUnitFact[],
  integration: OwnerSettings,
): World["ownerless"] => {
  const known: KnownTags = {
    accounts: new Map(accounts.map((account) => [account.id, account])),
    units: new Map(units.map((unit) => [unit.id, unit])),
  };
  return new Set(
    accounts.map(({ id }) => id).filter((accountId) => isOwnerless({ accountId, integration }, known)),
  );
};

const accountsIn = ({ flows, bundles }: Configuration): readonly AccountId[] => {
  const targets: readonly FlowTarget[] = [...flows, ...bundles].flatMap((item) => item.targets);
  const named = targets
    .filter(isResourceTarget)
    .flatMap(({ accounts, exclude }) => [...accounts, ...(exclude?.accounts ?? [])]);
  return [...new Set(named.map(({ id }) => id))];
};

const thereAmong = async (
  inventory: WorldDependencies["inventory"],
  ids: readonly AccountId[],
): Promise<ReadonlySet<AccountId>> =>
  new Set(ids.length === 0 ? [] : (await inventory.getAll("account", ids)).map(({ fact }) => fact.id));

interface FoundGroup {
  readonly id: GroupId;
  readonly members: readonly UserId[];
  readonly more: boolean;
}

const groupsOf = async (
  inventory: WorldDependencies["inventory"],
  ids: readonly GroupId[],
): Promise<readonly FoundGroup[]> => {
  if (ids.length === 0) return [];
  const known = await inventory.getAll("group", ids);
  return inBatches(known, AT_A_TIME, async ({ fact: { id } }) => {
    const page = await inventory.page({ kind: "membership", within: membersOf(id) }, { limit: MEMBERS_READ });
    return { id, members: page.facts.map(({ fact }) => fact.userId), more: page.next !== undefined };
  });
};

/** Where a group without members is assigned a permission set. */
const anchorsOf = async (
  inventory: WorldDependencies["inventory"],
  permissionSets: readonly PermissionSetArn[],
): Promise<World["anchors"]> => {
  const assignments = await inBatches(permissionSets, AT_A_TIME, async (permissionSetArn) => {
    const facts = await allOf(inventory, { kind: "assignment", permissionSetArn });
    return {
      permissionSetArn,
      ofGroups: facts.flatMap(({ fact }) => (fact.principalType === "GROUP" ? [fact] : [])),
    };
  });
  const ofGroups = assignments.flatMap((one) => one.ofGroups);
  const ids = [...new Set(ofGroups.map(({ principalId }) => principalId))];
  const empty = await inBatches(ids, AT_A_TIME, async (id) => {
    const { facts, next } = await inventory.page({ kind: "membership", within: membersOf(id) }, { limit: 1 });
    return facts.length === 0 && next === undefined ? [id] : [];
  });
  const anchoring = new Set(empty.flat());
  return new Map(
    assignments.map((one) => {
      const anchors = one.ofGroups.filter(({ principalId }) => anchoring.has(principalId));
      return [one.permissionSetArn, new Set(anchors.map(({ accountId }) => accountId))];
    }),
  );
};

/** What a scope's query selects; nothing is said of one that cannot be read. */
const selectedBy = (
  { name, query }: LintedScope,
  grantable: Grantable,
): readonly (readonly [ScopeName, readonly Selected[]])[] => {
  try {
    const parsed = parseQuery(query, { about: "permissions on resources" });
    // Permission sets of which the query asks the same of accounts share one list of them.
    const idsOf = new Map<readonly AccountFact[], readonly AccountId[]>();
    const selected = [...matchingAccounts(parsed, grantable)].map(({ permissionSet, accounts }): Selected => {
      const ids = idsOf.get(accounts) ?? accounts.map(({ id }) => id);
      idsOf.set(accounts, ids);
      return { permissionSetArn: permissionSet.arn, accounts: ids };
    });
    return [[name, selected]];
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
};
