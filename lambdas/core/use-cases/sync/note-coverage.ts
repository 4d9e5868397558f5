import { RetryableError } from "../../domain/errors.ts";
import { canonicalJson } from "../../domain/hash.ts";
import type { AccountId } from "../../domain/ids.ts";
import { wouldHaveShown, type Coverage } from "../../domain/inventory/coverage.ts";
import { factId, inAccount, type CoverageDepth } from "../../domain/inventory/facts.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type { Look } from "../../ports/sync.ts";

/** Looks into one account that note at the same moment: passes, events, and the one that takes away what left their scope. */
const RACES = 5;

/**
 * Notes how far an account was looked into, if that changes anything, and answers what was known before. Whoever writes says
 * what it read, so that neither of two loses what the other one has to say:
 *
 *     one reads · the other reads, later · the first writes · the other's write is newer, but of what was there before: it reads again
 */
export const noteCoverage = async (
  { inventory, look }: { readonly inventory: Inventory; readonly look: () => Look },
  accountId: AccountId,
  change: (known: Coverage) => Coverage,
): Promise<Coverage> => {
  for (let race = 0; race < RACES; race += 1) {
    const { observedAt } = look();
    const noted = await inventory.get("coverage", inAccount(accountId));
    const known = noted?.fact.subjects ?? {};
    const subjects = change(known);
    if (noted !== undefined && canonicalJson(subjects) === canonicalJson(known)) return known;
    const fact = { kind: "coverage", accountId, subjects } as const;
    const replaced = { observedAt: noted?.observedAt };
    const outcome =
      Object.keys(subjects).length === 0
        ? await inventory.forget({ kind: fact.kind, id: factId(fact) }, { observedAt }, replaced)
        : await inventory.record({ fact, since: noted?.since ?? observedAt, observedAt }, replaced);
    if (outcome === "written") return known;
  }
  throw new RetryableError(
    "StoreUnavailable",
    `Others note at the same time how far ${accountId} was looked into`,
  );
};

/** What a look that began then shows is news, unless it is the first one to come so far. */
export const seen = (seenAt: Look, known: CoverageDepth | undefined, depth: CoverageDepth): Look =>
  wouldHaveShown(known, depth) ? seenAt : { ...seenAt, baseline: true };
