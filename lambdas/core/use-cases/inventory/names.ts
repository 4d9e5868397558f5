import {
  factId,
  type AssignmentFact,
  type FactOf,
  type PermissionSetFact,
} from "../../domain/inventory/facts.ts";
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
  /** False for a disabled user; absent where the inventory does not know who it is. */
  readonly enabled?: boolean;
}

type Reader = Pick<InventoryReader, "getAll">;

/** The names of what has an id and a name, by one batch. */
const namesOf =
  <Kind extends "account" | "organizational-unit" | "group", Id extends FactOf<Kind>["id"]>(
    kind: Kind,
    nameOf: (fact: FactOf<Kind>) => string,
  ) =>
  async (inventory: Reader, ids: readonly Id[]): Promise<(id: Id) => Named<Id>> => {
    const found = await inventory.getAll(kind, ids);
    const byId = new Map<string, string>(found.map(({ fact }) => [factId(fact), nameOf(fact)]));
    return (id) => ({ id, name: byId.get(id) ?? id });
  };

export const accountNames = namesOf<"account", AccountId>("account", ({ name }) => name);
export const unitNames = namesOf<"organizational-unit", OrganizationalUnitId>(
  "organizational-unit",
  ({ name }) => name,
);
export const groupNames = namesOf<"group", GroupId>("group", ({ displayName }) => displayName);

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
    ...(names.get(principalId) ?? { name: principalId }),
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
