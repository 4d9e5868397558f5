import type * as z from "zod/mini";
import type { PermissionSetsQuerySchema } from "../../contracts/http/inventory.ts";
import { inAccount, type PermissionSetFact, type ProvisioningFact } from "../../domain/inventory/facts.ts";
import { powerOf, type Power } from "../../domain/inventory/power.ts";
import type { InventoryReader, Observed, Scope } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import { contains, hasTag, isNarrowed, textsOf } from "./matching.ts";
import { accountNamed, whereGiven } from "./named.ts";
import { pageOfLinked, pageOfScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
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
      Promise.resolve(
        sets.map((observed) =>
          isWanted(observed.fact, query) ? { observed, power: powerOf(observed.fact) } : undefined,
        ),
      );
    if (account === undefined) return pageOfScope(inventory, { kind: "permission-set" }, asked, show);
    const provisionings: Scope<"provisioning"> = { kind: "provisioning", within: inAccount(account) };
    const arn = {
      kind: "permission-set",
      idIn: ({ permissionSetArn }: ProvisioningFact) => permissionSetArn,
    } as const;
    return pageOfLinked(inventory, provisionings, asked, arn, show);
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
