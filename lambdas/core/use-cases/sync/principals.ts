import { ofPair, type AssignmentFact } from "../../domain/inventory/facts.ts";
import type { Problem } from "../../domain/inventory/problem.ts";
import type { Pair } from "../../ports/sync.ts";
import { inBatches } from "../in-batches.ts";
import { inIncludedAccounts, inKnownAccounts } from "./known-accounts.ts";
import type { Phase } from "./phase.ts";
import type { PairsPhase } from "./provisionings.ts";
import { differencesWithin } from "./reconcile.ts";
import { unlessRefused } from "./unless-refused.ts";

/** Accounts that are written at once: a group may have something in each of thousands. */
const ACCOUNTS_AT_ONCE = 10;

/**
 * Makes the inventory say what one principal has: one call, or one for every 100 assignments. Answers how many there are, or
 * why AWS does not let anybody ask so.
 */
export const lookAtPrincipal = async (
  phase: PairsPhase,
  principal: Pick<AssignmentFact, "principalType" | "principalId">,
): Promise<number | { readonly problem: Problem }> => {
  const { inventory, sources, progress, writeAssignments, look, refused } = phase;
  const { assignmentsOfPrincipal } = sources.assignments;
  if (assignmentsOfPrincipal === undefined)
    throw new Error("The permissions do not allow to ask by principal");
  const seenAt = look();
  const outcome = await unlessRefused(() => assignmentsOfPrincipal(principal));
  if ("problem" in outcome) return outcome;
  const found = await inIncludedAccounts(phase, outcome.answer);
  const scope = { kind: "assignment", principalId: principal.principalId } as const;
  const differences = await inKnownAccounts(phase, await differencesWithin(inventory, scope, found));
  // What Lockstep had to do with is looked at once more, and that is a call about its account.
  const byAccount = Map.groupBy(differences, ({ fact }) => fact.accountId);
  await inBatches([...byAccount], ACCOUNTS_AT_ONCE, ([accountId, ofAccount]) =>
    refused.ask(accountId, async () => {
      progress.count(await writeAssignments(ofAccount, seenAt));
    }),
  );
  return found.length;
};

/** The pairs of those assignments whose principals the inventory does not know. It remembers whom it knows: an id each. */
export const pairsOfUnknownPrincipals = ({ inventory }: Pick<Phase, "inventory">) => {
  const known = new Set<string>();
  return async (assignments: readonly AssignmentFact[]): Promise<readonly Pair[]> => {
    const idsOf = (type: AssignmentFact["principalType"]): readonly string[] => {
      const ofType = assignments.filter(({ principalType }) => principalType === type);
      return ofType.map(({ principalId }) => principalId).filter((id) => !known.has(id));
    };
    for (const { fact } of await inventory.getAll("group", idsOf("GROUP"))) known.add(fact.id);
    for (const { fact } of await inventory.getAll("user", idsOf("USER"))) known.add(fact.id);
    const ofUnknown = assignments.filter(({ principalId }) => !known.has(principalId));
    return [...new Map(ofUnknown.map((fact) => [ofPair(fact), fact])).values()];
  };
};
