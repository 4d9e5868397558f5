import {
  inAccount,
  membersOf,
  ofPair,
  type AccountFact,
  type FactKind,
  type GroupFact,
  type PermissionSetFact,
  type UserFact,
} from "../../domain/inventory/facts.ts";
import type { Observed, Scope } from "../../ports/inventory.ts";
import type { Look, Pair } from "../../ports/sync.ts";
import type { Phase } from "./phase.ts";
import { differencesWithin, known, noChanges, sumOf, type Changes } from "./reconcile.ts";
import { unlessRefused } from "./unless-refused.ts";

/** What goes before the thing that holds it goes: see `beforeVanishing`. */
export type Clearing = Pick<Phase, "inventory" | "sources" | "write" | "writeAssignments" | "look">;

/** The account left the organization, or is excluded: nothing of it is in the inventory any more. */
export const clearAccount =
  (phase: Clearing, begun: Look) =>
  async ({ id }: AccountFact): Promise<Changes> => {
    const within = inAccount(id);
    const kinds = [
      "assignment",
      "provisioning",
      "iam-user",
      "iam-group",
      "iam-role",
      "stale-account",
      "coverage",
    ] as const;
    let changes = await clear(phase, { kind: "resource", within }, begun);
    for (const kind of kinds) changes = sumOf(changes, await clear(phase, { kind, within }, begun));
    return changes;
  };

/**
 * The same of an account that an integration of its own looks into all the same: what the organization says of it goes, and
 * the account stays with what is in it. It is the last to change: after a crash in between, the next pass finds it again.
 */
export const takeOutOfOrganization = async (
  phase: Clearing,
  account: Observed<AccountFact>,
  begun: Look,
): Promise<Changes> => {
  const within = inAccount(account.fact.id);
  const fact = { ...account.fact, organizationalUnits: [] };
  return sumOf(
    await clear(phase, { kind: "assignment", within }, begun),
    await clear(phase, { kind: "provisioning", within }, begun),
    await clear(phase, { kind: "stale-account", within: `${within}identity` }, begun),
    await phase.write([{ change: "changed", fact, known: account }], begun),
  );
};

export const clearPermissionSet =
  (phase: Clearing, begun: Look) =>
  async ({ arn: permissionSetArn }: PermissionSetFact): Promise<Changes> =>
    sumOf(
      await clear(phase, { kind: "assignment", permissionSetArn }, begun),
      await clear(phase, { kind: "provisioning", permissionSetArn }, begun),
    );

export const clearGroup =
  (phase: Clearing, begun: Look) =>
  async ({ id }: GroupFact): Promise<Changes> =>
    sumOf(
      await clear(phase, { kind: "membership", within: membersOf(id) }, begun),
      await lookAtPairsOf(phase, id),
    );

export const clearUser =
  (phase: Clearing) =>
  ({ id }: UserFact): Promise<Changes> =>
    lookAtPairsOf(phase, id);

/** Identity Center may keep assignments of somebody who is gone: it is asked, a call for each pair. */
const lookAtPairsOf = async (phase: Clearing, principalId: string): Promise<Changes> => {
  const pairs = new Map<string, Pair>();
  for await (const page of known(phase.inventory, { kind: "assignment", principalId })) {
    for (const { fact } of page) pairs.set(ofPair(fact), fact);
  }
  let changes = noChanges;
  for (const pair of pairs.values()) {
    const look = await unlessRefused(() => lookAtPair(phase, pair));
    // The phase of assignments asks again, and marks the account; whoever is gone need not wait for that.
    if ("problem" in look) continue;
    const { found: _found, ...changed } = look.answer;
    changes = sumOf(changes, changed);
  }
  return changes;
};

/** Makes the inventory say who has a permission set in an account: one call, or one for every 100 who have it. */
export const lookAtPair = async (
  phase: Clearing,
  pair: Pair,
): Promise<Changes & { readonly found: number }> => {
  const seenAt = phase.look();
  const found = await phase.sources.assignments.assignmentsOf(pair);
  const scope = { kind: "assignment", within: ofPair(pair) } as const;
  const differences = await differencesWithin(phase.inventory, scope, found);
  return { ...(await phase.writeAssignments(differences, seenAt)), found: found.length };
};

/** Empties a scope, however large it is. */
export const clear = async <Kind extends FactKind>(
  { inventory, write }: Clearing,
  scope: Scope<Kind>,
  begun: Look,
): Promise<Changes> => {
  let changes = noChanges;
  for await (const page of known(inventory, scope)) {
    const vanished = page.map(({ fact }) => ({ change: "vanished" as const, fact }));
    changes = sumOf(changes, await write(vanished, begun));
  }
  return changes;
};
