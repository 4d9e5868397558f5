import type { PermissionSetArn } from "../../domain/ids.ts";
import { ofPair, type ProvisioningFact } from "../../domain/inventory/facts.ts";
import { inKnownAccounts } from "./known-accounts.ts";
import type { Phase } from "./phase.ts";
import { differencesWithin, type Difference } from "./reconcile.ts";

/**
 * Makes the inventory say where permission sets are provisioned: those of one account, or one of them in every account.
 * Where one is provisioned no more, nobody has it: its assignments go first, so that a crash in between leaves the pair,
 * and the next pass does it again. What Lockstep works on at this moment is left to the next look, and the pair with it:
 * pairs are how it is found. Answers how many were found.
 */
export const lookAtProvisionings = async (
  phase: Phase,
  scope: { readonly within: string } | { readonly permissionSetArn: PermissionSetArn },
  list: () => Promise<readonly ProvisioningFact[]>,
): Promise<number> => {
  const { inventory, progress, write, writeAssignments, look } = phase;
  const seenAt = look();
  const found = await list();
  const differences = await differencesWithin(inventory, { kind: "provisioning", ...scope }, found);
  const toWrite: Difference<ProvisioningFact>[] = [];
  for (const difference of await inKnownAccounts(phase, differences)) {
    if (difference.change === "vanished") {
      const assigned = () =>
        differencesWithin(inventory, { kind: "assignment", within: ofPair(difference.fact) }, []);
      progress.count(await writeAssignments(await assigned(), seenAt));
      if ((await assigned()).length > 0) continue;
    }
    toWrite.push(difference);
  }
  await write(toWrite, seenAt);
  return found.length;
};
