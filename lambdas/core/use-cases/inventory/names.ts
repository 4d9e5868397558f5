import type { AssignmentFact, PermissionSetFact } from "../../domain/inventory/facts.ts";
import type { AccountId, GroupId, OrganizationalUnitId, PermissionSetArn, UserId } from "../../domain/ids.ts";
import { powerOf, type Power } from "../../domain/inventory/power.ts";
import type { InventoryReader } from "../../ports/inventory.ts";

/** What people call something; its id where the inventory does not know it. */
export interface Named<Id extends string = string> {
  readonly id: Id;
  readonly name: string;
}

export interface NamedPermissionSet {
  readonly arn: PermissionSetArn;
  readonly name: string;
  /** Absent where the inventory does not know the permission set. */
  readonly power?: Power;
}

export interface NamedPrincipal extends Named {
  readonly type: AssignmentFact["principalType"];
  /** False for a disabled user. */
  readonly enabled: boolean;
}

type Reader = Pick<InventoryReader, "getAll">;

/** The names of accounts, by one batch. */
export const accountNames = async (
  inventory: Reader,
  ids: readonly AccountId[],
): Promise<(id: AccountId) => Named<AccountId>> => {
  const accounts = await inventory.getAll("account", ids);
  const byId = new Map(accounts.map(({ fact: { id, name } }) => [id, { id, name }]));
  return (id) => byId.get(id) ?? { id, name: id };
};

/** The names of organizational units, by one batch. */
export const unitNames = async (
  inventory: Reader,
  ids: readonly OrganizationalUnitId[],
): Promise<(id: OrganizationalUnitId) => Named<OrganizationalUnitId>> => {
  const units = await inventory.getAll("organizational-unit", ids);
  const byId = new Map(units.map(({ fact: { id, name } }) => [id, { id, name }]));
  return (id) => byId.get(id) ?? { id, name: id };
};

/** The names of permission sets and what they amount to, by one batch. */
export const permissionSetNames = async (
  inventory: Reader,
  arns: readonly PermissionSetArn[],
): Promise<(arn: PermissionSetArn) => NamedPermissionSet> => {
  const sets = await inventory.getAll("permission-set", arns);
  const byArn = new Map(sets.map(({ fact }) => [fact.arn, namedPermissionSet(fact)]));
  return (arn) => byArn.get(arn) ?? { arn, name: arn };
};

export const namedPermissionSet = (fact: PermissionSetFact): Required<NamedPermissionSet> => ({
  arn: fact.arn,
  name: fact.name,
  power: powerOf(fact),
});

type Holder = Pick<AssignmentFact, "principalType" | "principalId">;

/** The names of users and groups, by one batch of each. */
export const principalNames = async (
  inventory: Reader,
  holders: readonly Holder[],
): Promise<(holder: Holder) => NamedPrincipal> => {
  const idsOf = (type: Holder["principalType"]) =>
    holders.filter(({ principalType }) => principalType === type).map(({ principalId }) => principalId);
  const [users, groups] = await Promise.all([
    inventory.getAll("user", idsOf("USER")),
    inventory.getAll("group", idsOf("GROUP")),
  ]);
  const names = new Map<string, { readonly name: string; readonly enabled: boolean }>([
    ...users.map(({ fact }) => [fact.id, { name: fact.userName, enabled: fact.enabled }] as const),
    ...groups.map(({ fact }) => [fact.id, { name: fact.displayName, enabled: true }] as const),
  ]);
  return ({ principalType, principalId }) => ({
    type: principalType,
    id: principalId,
    ...(names.get(principalId) ?? { name: principalId, enabled: true }),
  });
};

/** The names of users, by one batch. */
export const userNames = async (
  inventory: Reader,
  ids: readonly UserId[],
): Promise<(id: UserId) => NamedPrincipal> => {
  const nameOf = await principalNames(
    inventory,
    ids.map((principalId) => ({ principalType: "USER", principalId })),
  );
  return (principalId) => nameOf({ principalType: "USER", principalId });
};

/** The names of groups, by one batch. */
export const groupNames = async (
  inventory: Reader,
  ids: readonly GroupId[],
): Promise<(id: GroupId) => Named<GroupId>> => {
  const groups = await inventory.getAll("group", ids);
  const byId = new Map(groups.map(({ fact }) => [fact.id, { id: fact.id, name: fact.displayName }]));
  return (id) => byId.get(id) ?? { id, name: id };
};
