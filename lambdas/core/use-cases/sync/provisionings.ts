import type { AccountId, PermissionSetArn } from "../../domain/ids.ts";
import { inAccount, ofPair, type ProvisioningFact } from "../../domain/inventory/facts.ts";
import { inIncludedAccounts, inKnownAccounts } from "./known-accounts.ts";
import type { Phase } from "./phase.ts";
import { differencesWithin, known, type Difference } from "./reconcile.ts";
import type { RefusedAccounts } from "./refused-accounts.ts";

/** What looks at pairs and assignments work with. */
export interface PairsPhase extends Phase {
  readonly refused: RefusedAccounts;
}

/** Makes the inventory say which permission sets are provisioned in an account. Answers how many; undefined: it was refused. */
export const lookAtAccount = (phase: PairsPhase, accountId: AccountId): Promise<number | undefined> =>
  phase.refused.ask(accountId, () =>
    lookAtProvisionings(phase, { within: inAccount(accountId) }, async () => {
      const found: ProvisioningFact[] = [];
      for await (const page of phase.sources.assignments.permissionSetsIn(accountId)) {
        for (const permissionSetArn of page)
          found.push({ kind: "provisioning", accountId, permissionSetArn });
      }
      return found;
    }),
  );

/** Makes the inventory say in which accounts a permission set is provisioned. Answers how many there are. */
export const lookAtPermissionSet = (phase: PairsPhase, permissionSetArn: PermissionSetArn): Promise<number> =>
  lookAtProvisionings(phase, { permissionSetArn }, async () => {
    const found: ProvisioningFact[] = [];
    for await (const page of phase.sources.assignments.accountsOf(permissionSetArn)) {
      for (const accountId of page) found.push({ kind: "provisioning", accountId, permissionSetArn });
    }
    return inIncludedAccounts(phase, found);
  });

/**
 * Where a permission set is provisioned no more, nobody has it: its assignments go first, so that a crash in between leaves
 * the pair, and the next pass does it again. What Lockstep works on at this moment is left to the next look, and the pair
 * with it: pairs are how it is found.
 */
const lookAtProvisionings = async (
  phase: PairsPhase,
  scope: { readonly within: string } | { readonly permissionSetArn: PermissionSetArn },
  list: () => Promise<readonly ProvisioningFact[]>,
): Promise<number> => {
  const { inventory, progress, write, writeAssignments, look, refused } = phase;
  const seenAt = look();
  const found = await list();
  const differences = await differencesWithin(inventory, { kind: "provisioning", ...scope }, found);
  const toWrite: Difference<ProvisioningFact>[] = [];
  for (const difference of await inKnownAccounts(phase, differences)) {
    if (difference.change === "vanished") {
      const assigned = () =>
        differencesWithin(inventory, { kind: "assignment", within: ofPair(difference.fact) }, []);
      await refused.ask(difference.fact.accountId, async () => {
        progress.count(await writeAssignments(await assigned(), seenAt));
      });
      if ((await assigned()).length > 0) continue;
    }
    toWrite.push(difference);
  }
  await write(toWrite, seenAt);
  return found.length;
};

/**
 * Makes the inventory say which permission sets are provisioned in an account, where nobody listed them. What somebody has is
 * provisioned: "As part of a successful CreateAccountAssignment call, the specified permission set will automatically be
 * provisioned to the account"
 * (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html). What nobody has may be
 * gone, or may have come by ProvisionPermissionSet: where the inventory holds such a one, the account is listed, in one call.
 * One that came so and is in no listing yet is not seen.
 *
 * Answers how many there are; where AWS refuses the list, as far as that is known.
 */
export const deriveProvisionings = async (phase: PairsPhase, accountId: AccountId): Promise<number> => {
  const { inventory, write, look } = phase;
  const seenAt = look();
  const derived = new Map<PermissionSetArn, ProvisioningFact>();
  for await (const page of known(inventory, { kind: "assignment", within: inAccount(accountId) })) {
    for (const { permissionSetArn } of page.map(({ fact }) => fact))
      derived.set(permissionSetArn, { kind: "provisioning", accountId, permissionSetArn });
  }
  const scope = { kind: "provisioning", within: inAccount(accountId) } as const;
  const differences = await differencesWithin(inventory, scope, [...derived.values()]);
  const additions = differences.filter(({ change }) => change !== "vanished");
  const nobodys = differences.length - additions.length;
  const listed = nobodys === 0 ? undefined : await lookAtAccount(phase, accountId);
  if (listed !== undefined) return listed;
  await write(additions, seenAt);
  return derived.size + nobodys;
};

/** How many permission sets the inventory says are provisioned in an account. */
export const countProvisionings = async (
  { inventory }: Pick<Phase, "inventory">,
  accountId: AccountId,
): Promise<number> => {
  let count = 0;
  for await (const page of known(inventory, { kind: "provisioning", within: inAccount(accountId) }))
    count += page.length;
  return count;
};
