import type * as z from "zod/mini";
import type { PermissionSetsQuerySchema } from "../../contracts/http/inventory.ts";
import { inAccount, type PermissionSetFact } from "../../domain/inventory/facts.ts";
import { powerOf, type Power } from "../../domain/inventory/power.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import { contains, hasTag, isNarrowed, textsOf } from "./matching.ts";
import { accountNamed, whereGiven } from "./named.ts";
import { pageOfScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "getAll" | "named" | "page">;
}

export interface ListedPermissionSet {
  readonly observed: Observed<PermissionSetFact>;
  readonly power: Power;
}

/** The permission sets; those that are provisioned in an account, if one is named. */
export const listPermissionSets =
  ({ inventory }: Dependencies) =>
  async (query: z.output<typeof PermissionSetsQuerySchema>): Promise<Page<ListedPermissionSet>> => {
    const account = await whereGiven(query.account, (text) => accountNamed(inventory, text));
    const asked = { ...query, passesOver: isNarrowed(query, "account") };
    const show = (sets: readonly Observed<PermissionSetFact>[]) =>
      sets.map((observed) =>
        isWanted(observed.fact, query) ? { observed, power: powerOf(observed.fact) } : undefined,
      );
    if (account === undefined) {
      return pageOfScope(inventory, { kind: "permission-set" }, asked, (sets) => Promise.resolve(show(sets)));
    }
    return pageOfScope(
      inventory,
      { kind: "provisioning", within: inAccount(account) },
      asked,
      async (provisionings) => {
        const arns = provisionings.map(({ fact }) => fact.permissionSetArn);
        const sets = await inventory.getAll("permission-set", arns);
        const shown = show(sets);
        const byArn = new Map(sets.map(({ fact }, index) => [fact.arn, shown[index]]));
        return arns.map((arn) => byArn.get(arn));
      },
    );
  };

const isWanted = (fact: PermissionSetFact, query: z.output<typeof PermissionSetsQuerySchema>): boolean =>
  hasTag(fact.tags, query.tag) &&
  contains(
    [
      fact.arn,
      fact.name,
      fact.description,
      ...fact.managedPolicies,
      ...fact.customerManagedPolicies,
      ...textsOf(fact.tags),
    ],
    query.q,
  );
