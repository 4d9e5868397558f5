import { canonicalJson } from "../../domain/hash.ts";
import type { Integration } from "../../domain/integration.ts";
import { factId, type Fact, type FactKind, type FactOf } from "../../domain/inventory/facts.ts";
import type { Inventory, Observed, Scope } from "../../ports/inventory.ts";
import type { Look } from "../../ports/sync.ts";
import { inBatches } from "../in-batches.ts";
import { ofExcludedAccounts } from "./of-excluded-accounts.ts";

/** What a look found to be other than the inventory says. */
export type Difference<F extends Fact = Fact> =
  | { readonly change: "appeared"; readonly fact: F; readonly heldBy?: Observed["heldBy"] }
  | { readonly change: "changed"; readonly fact: F; readonly known: Observed<F> }
  | { readonly change: "vanished"; readonly fact: F; readonly heldBy?: Observed["heldBy"] };

/** How often facts appeared, changed and vanished. */
export type Changes = Readonly<Record<Difference["change"], number>>;

export const noChanges: Changes = { appeared: 0, changed: 0, vanished: 0 };

export const sumOf = (...all: readonly Changes[]): Changes => ({
  appeared: all.reduce((sum, { appeared }) => sum + appeared, 0),
  changed: all.reduce((sum, { changed }) => sum + changed, 0),
  vanished: all.reduce((sum, { vanished }) => sum + vanished, 0),
});

/** Reads of a scope, in facts. 1 MB, DynamoDB's largest page, holds some thousands of facts. */
const PAGE = 500;

/** Writes at once. One partition of DynamoDB takes 1,000 a second; AWS's own limits keep a sync far below. */
const WRITES_AT_ONCE = 10;

export type WritesDifferences = (differences: readonly Difference[], look: Look) => Promise<Changes>;

/**
 * Writes differences, unless a look that began later has been written meanwhile. What comes and goes with an account that the
 * integration leaves out, or takes in again, has not changed in AWS: nobody is told. An account's own integration looks at it
 * whatever its organization's leaves out: it passes itself, and what it sees is told.
 */
export const writeDifferences =
  ({
    inventory,
    integration,
  }: {
    readonly inventory: Inventory;
    readonly integration?: Pick<Integration, "kind">;
  }): WritesDifferences =>
  async (differences, look) => {
    const mayBeOfExcluded =
      integration?.kind === "aws-account"
        ? []
        : differences.filter(({ change }) => change === "vanished" || look.baseline !== true);
    const isOfExcluded = await ofExcludedAccounts(
      inventory,
      mayBeOfExcluded.map(({ fact }) => fact),
    );
    const written = await inBatches(differences, WRITES_AT_ONCE, async (difference) =>
      (await write(inventory, difference, { ...look, isOfExcluded })) === "written" ? [difference] : [],
    );
    return countsOf(written.flat());
  };

interface WriteLook extends Look {
  readonly isOfExcluded: (fact: Fact) => boolean;
}

const write = (inventory: Inventory, difference: Difference, look: WriteLook) => {
  const { fact } = difference;
  const { observedAt, by, since = observedAt, isOfExcluded } = look;
  const baseline = isOfExcluded(fact) ? true : look.baseline;
  const tags = look.seesTags === true ? { tagsSeenAt: observedAt } : {};
  switch (difference.change) {
    case "appeared":
      return inventory.record({
        fact,
        since,
        observedAt,
        by,
        baseline,
        heldBy: difference.heldBy,
        ...tags,
      });
    case "changed":
      return inventory.record({ ...difference.known, fact, observedAt, by, baseline, ...tags });
    case "vanished":
      return inventory.forget(
        { kind: fact.kind, id: factId(fact) },
        {
          observedAt,
          by,
          heldBy: difference.heldBy,
          ...(isOfExcluded(fact) ? { leftScope: true } : {}),
        },
      );
  }
};

const countsOf = (differences: readonly Difference[]): Changes => ({
  appeared: differences.filter(({ change }) => change === "appeared").length,
  changed: differences.filter(({ change }) => change === "changed").length,
  vanished: differences.filter(({ change }) => change === "vanished").length,
});

/** Everything that the inventory holds of a scope, page by page. */
export async function* known<Kind extends FactKind>(
  inventory: Inventory,
  scope: Scope<Kind>,
): AsyncGenerator<readonly Observed<FactOf<Kind>>[]> {
  let from: string | undefined;
  do {
    const page = await inventory.page(scope, { limit: PAGE, ...(from === undefined ? {} : { from }) });
    yield page.facts;
    from = page.next;
  } while (from !== undefined);
}

/**
 * How a scope that fits into memory differs from what was found there: a pair's assignments, a group's members. An index
 * follows the table within a moment: what it shows to be different is read from the table before it counts.
 *
 *     an event's look writes an assignment, since 11:58, by somebody · the index does not show it yet ·
 *     a pass finds it in AWS: "appeared", and its newer look would be written with a `since` of its own, by nobody
 */
export const differencesWithin = async <Kind extends FactKind>(
  inventory: Inventory,
  scope: Scope<Kind>,
  found: readonly FactOf<Kind>[],
): Promise<readonly Difference<FactOf<Kind>>[]> => {
  const before: Observed<FactOf<Kind>>[] = [];
  for await (const page of known(inventory, scope)) before.push(...page);
  const differences = differencesOf(found, before);
  if (!isByIndex(scope) || differences.length === 0) return differences;
  const different = new Set(differences.map(({ fact }) => factId(fact)));
  return differencesOf(
    found.filter((fact) => different.has(factId(fact))),
    await inventory.getAll(scope.kind as Kind, [...different]),
  );
};

const differencesOf = <F extends Fact>(
  found: readonly F[],
  before: readonly Observed<F>[],
): readonly Difference<F>[] => {
  const beforeById = new Map(before.map((observed) => [factId(observed.fact), observed]));
  const ids = new Set(found.map(factId));
  const vanished = before.filter(({ fact }) => !ids.has(factId(fact)));
  return [
    ...found.flatMap((fact) => differenceOf(fact, beforeById.get(factId(fact)))),
    ...vanished.map(({ fact }) => ({ change: "vanished" as const, fact })),
  ];
};

/** Whether the inventory reads the scope by an index: see `page` of ports/inventory.ts. */
const isByIndex = (scope: Scope): boolean => {
  if ("type" in scope) return scope.accountId === undefined;
  return (
    "principalId" in scope || "permissionSetArn" in scope || "userId" in scope || "membershipId" in scope
  );
};

/** None when the inventory says just this. */
export const differenceOf = <F extends Fact>(
  fact: F,
  before: Observed<F> | undefined,
): readonly Difference<F>[] => {
  if (before === undefined) return [{ change: "appeared", fact }];
  return canonicalJson(before.fact) === canonicalJson(fact)
    ? []
    : [{ change: "changed", fact, known: before }];
};

/** What a listing of a whole kind does besides writing. */
export interface Listing<F extends Fact> {
  readonly pages: AsyncIterable<readonly F[]>;
  /** What the listing does not show of a fact, taken from what the inventory knows. */
  readonly completed?: (fact: F, before: F | undefined) => F;
  /** Whether the listing would show such a fact: what it would not show has not vanished. */
  readonly covers?: (fact: F) => boolean;
  /** What depends on a fact goes before the fact itself: after a crash in between, the next pass finds it again. */
  readonly beforeVanishing?: (fact: F) => Promise<Changes>;
  readonly onPage?: (facts: number) => Promise<void>;
}

/** What a listing changed, and how many facts it showed. */
export type Listed = Changes & { readonly facts: number };

/**
 * Reconciles a whole kind with a listing of it, page by page: what the inventory holds is compared by id, and what is
 * left over at the end vanished. Nothing vanishes unless the listing came to its end: whatever breaks it is thrown.
 * Of the listing only ids are kept in memory.
 */
export const reconcileListing =
  (dependencies: { readonly inventory: Inventory; readonly write: WritesDifferences }) =>
  async <Kind extends FactKind>(
    kind: Kind,
    listing: Listing<FactOf<Kind>>,
    look: () => Look,
  ): Promise<Listed> => {
    const { inventory, write } = dependencies;
    const begun = look();
    const seen = new Set<string>();
    let changes = noChanges;
    for await (const page of listing.pages) {
      const before = await inventory.getAll(kind, page.map(factId));
      const beforeById = new Map(before.map((observed) => [factId(observed.fact), observed]));
      const differences = page.flatMap((fact) => {
        const id = factId(fact);
        seen.add(id);
        const observed = beforeById.get(id);
        return differenceOf(listing.completed?.(fact, observed?.fact) ?? fact, observed);
      });
      changes = sumOf(changes, await write(differences, begun));
      await listing.onPage?.(seen.size);
    }
    for await (const page of known(inventory, { kind })) {
      for (const { fact } of page.filter((observed) => !seen.has(factId(observed.fact)))) {
        if (listing.covers?.(fact) === false) continue;
        if (listing.beforeVanishing !== undefined)
          changes = sumOf(changes, await listing.beforeVanishing(fact));
        changes = sumOf(changes, await write([{ change: "vanished", fact }], begun));
      }
    }
    return { ...changes, facts: seen.size };
  };
