import type { QuerySubject } from "../../domain/query/fields.ts";
import { asKnownAt } from "../../domain/inventory/known-tags.ts";
import { permissionOf } from "../../domain/inventory/query-subject.ts";
import { targetKey, type Target, type TargetKey } from "../../domain/target-coverage.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { IntegrationStore } from "../../ports/sync.ts";
import { ownIntegrations, subjectsOf } from "../inventory/subjects.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "getAll">;
  readonly integrations: Pick<IntegrationStore, "list">;
}

/**
 * What queries look at, for those of the targets whose account and permission set the inventory knows: three batches and
 * one list, however many targets there are.
 */
export const targetSubjects = async (
  { inventory, integrations }: Dependencies,
  { targets, now }: { readonly targets: readonly Target[]; readonly now: Date },
): Promise<ReadonlyMap<TargetKey, QuerySubject>> => {
  const [own, accounts, permissionSets] = await Promise.all([
    ownIntegrations(integrations),
    inventory.getAll("account", [...new Set(targets.map(({ accountId }) => accountId))]),
    inventory.getAll("permission-set", [...new Set(targets.map(({ permissionSetArn }) => permissionSetArn))]),
  ]);
  const facts = accounts.map(asKnownAt(now));
  const subjectOf = await subjectsOf(inventory, own, facts);
  const accountOf = new Map(facts.map((fact) => [fact.id, subjectOf(fact).subject]));
  const permissionFor = new Map(permissionSets.map(({ fact }) => [fact.arn, permissionOf(fact)]));
  return new Map(
    targets.flatMap((target) => {
      const account = accountOf.get(target.accountId);
      const permission = permissionFor.get(target.permissionSetArn);
      return account === undefined || permission === undefined
        ? []
        : [[targetKey(target), { ...account, permission }] as const];
    }),
  );
};
