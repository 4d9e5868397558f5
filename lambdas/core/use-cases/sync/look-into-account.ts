import {
  deepened,
  deepenedUnlessLeft,
  depthOfAll,
  depthsIn,
  subjectsOf,
  type Coverage,
} from "../../domain/inventory/coverage.ts";
import {
  inAccount,
  ofType,
  type AccountFact,
  type CoverageDepth,
  type CoverageSubject,
  type FactKind,
  type FactOf,
  type ResourceFact,
  type ResourceType,
} from "../../domain/inventory/facts.ts";
import type { AccountId } from "../../domain/ids.ts";
import { RetryableError } from "../../domain/errors.ts";
import { unreachable } from "../../domain/inventory/problem-words.ts";
import { SourceProblem, type Problem } from "../../domain/inventory/problem.ts";
import type { Inventory, Scope } from "../../ports/inventory.ts";
import type { AccountsConnection, AccountSource, Look, ResourceLook } from "../../ports/sync.ts";
import { markStale } from "./mark-stale.ts";
import { noteCoverage, seen } from "./note-coverage.ts";
import { differencesWithin, noChanges, sumOf, type Changes, type WritesDifferences } from "./reconcile.ts";

export interface LookIntoAccountDeps {
  readonly inventory: Inventory;
  readonly sources: Pick<AccountsConnection, "within" | "resources">;
  readonly resourceTypes: readonly ResourceType[];
  readonly write: WritesDifferences;
  /** A look that begins now. */
  readonly look: () => Look;
}

/** What a look into an account came to; problems beside changes: what they keep from being seen stays as it was. */
export interface AccountLook {
  readonly changes: Changes;
  readonly problems: readonly Problem[];
}

/** `isAnswered`: at least one of the listings came to its end. */
export interface LookedInto extends AccountLook {
  readonly isAnswered: boolean;
}

/** AWS lets nobody into an account that is not active; its facts stay as they were last seen. */
const suspended = ({ id, state }: AccountFact): Problem => ({
  code: "account-suspended",
  severity: "warning",
  accountId: id,
  message: `Account ${id} is ${state}.`,
  fix: "What the inventory says of it is as it was before. Excluding the account takes all of it away, standing access included.",
});

/**
 * IAM and resources of one account, each kind by itself: what cannot be listed stays in the inventory, the account is
 * marked stale with the reason, and the other kinds go on. A look that sees everything takes the mark away. What is seen
 * of a kind that was never looked at so far was there already: nobody is told that it appeared.
 */
export const lookIntoAccount =
  (deps: LookIntoAccountDeps) =>
  async (account: AccountFact): Promise<LookedInto> => {
    const { resourceTypes } = deps;
    const accountId = account.id;
    const asStale = { accountId, scope: "resources" } as const;
    // Before anything is written of them: what the inventory holds is always listed there.
    await noteCoverage(deps, accountId, (coverage) =>
      deepened(coverage, depthOfAll(subjectsOf(resourceTypes), "begun")),
    );
    if (account.state !== "ACTIVE") {
      await markStale(deps, asStale, suspended(account), deps.look());
      // The state says it already: it is no problem of the sync.
      return { changes: noChanges, problems: [], isAnswered: true };
    }
    let changes = noChanges;
    let reached: Coverage = {};
    const problems: Problem[] = [];
    for (const part of [...iamParts(deps, accountId), ...resourceParts(deps, accountId)]) {
      const looked = await tried(part, accountId);
      changes = sumOf(changes, looked.changes);
      if (looked.depth !== undefined) reached = deepened(reached, { [part.subject]: looked.depth });
      // What concerns the whole account is told with each type of resources.
      problems.push(
        ...looked.problems.filter(({ message }) => problems.every((one) => one.message !== message)),
      );
      // Each of the other parts would wait for a minute in vain, and the accounts behind this one with them.
      if (looked.isUnanswered) break;
    }
    await noteCoverage(deps, accountId, (coverage) => deepenedUnlessLeft(coverage, reached));
    await markStale(deps, asStale, problems[0], deps.look());
    return { changes, problems, isAnswered: depthsIn(reached).length > 0 };
  };

/** What came of a look at one subject; no depth where it came to no end. */
interface PartLook extends AccountLook {
  readonly depth?: CoverageDepth | undefined;
}

/** Some facts of one kind. */
interface Part {
  readonly subject: CoverageSubject;
  readonly lookAt: () => Promise<PartLook>;
}

/** `isUnanswered`: AWS gave no answer there for so long that the next pass goes on. */
const tried = async (
  { lookAt }: Part,
  accountId: AccountId,
): Promise<PartLook & { readonly isUnanswered?: boolean }> => {
  try {
    return await lookAt();
  } catch (error) {
    const problem = problemBehind(error, accountId);
    return { changes: noChanges, problems: [problem], isUnanswered: isUnanswered(error) };
  }
};

/** Why an account could not be looked into; throws what the next attempt may heal. */
export const problemBehind = (error: unknown, accountId: AccountId): Problem => {
  if (error instanceof SourceProblem) return error.problem;
  if (!isUnanswered(error)) throw error;
  return unreachable({ action: error.message, accountId });
};

const isUnanswered = (error: unknown): error is RetryableError =>
  error instanceof RetryableError && error.name === "ProviderUnavailable";

const iamParts = (deps: LookIntoAccountDeps, accountId: AccountId): readonly Part[] => {
  const within = inAccount(accountId);
  // One for all three: the role is assumed once.
  const source = deps.sources.within(accountId);
  const part = <Kind extends FactKind & CoverageSubject>(
    scope: Scope<Kind> & { readonly kind: Kind },
    list: (from: AccountSource) => AsyncIterable<readonly FactOf<Kind>[]>,
  ): Part => ({
    subject: scope.kind,
    lookAt: () => reconcile(deps, { accountId, scope }, list(source)),
  });
  return [
    part({ kind: "iam-user", within }, (from) => from.iamUsers()),
    part({ kind: "iam-group", within }, (from) => from.iamGroups()),
    part({ kind: "iam-role", within }, (from) => from.iamRoles()),
  ];
};

/**
 * Read when the look at the subject has begun: what is taken away after that goes with a look that is newer, and what was taken
 * away before is listed as left.
 */
const depthKnown = async (
  inventory: Inventory,
  accountId: AccountId,
  subject: CoverageSubject,
): Promise<CoverageDepth | undefined> =>
  (await inventory.get("coverage", inAccount(accountId)))?.fact.subjects[subject];

const reconcile = async <Kind extends FactKind & CoverageSubject>(
  { inventory, write, look }: LookIntoAccountDeps,
  {
    accountId,
    scope,
  }: { readonly accountId: AccountId; readonly scope: Scope<Kind> & { readonly kind: Kind } },
  pages: AsyncIterable<readonly FactOf<Kind>[]>,
): Promise<PartLook> => {
  const seenAt = look();
  const known = await depthKnown(inventory, accountId, scope.kind);
  const found: FactOf<Kind>[] = [];
  for await (const page of pages) found.push(...page);
  const differences = await differencesWithin(inventory, scope, found);
  const changes = await write(differences, seen(seenAt, known, "whole"));
  return { changes, problems: [], depth: "whole" };
};

const resourceParts = (deps: LookIntoAccountDeps, accountId: AccountId): readonly Part[] =>
  deps.resourceTypes.map((type) => ({
    subject: type,
    lookAt: async () => {
      const { inventory, sources, write, look } = deps;
      const seenAt = look();
      const known = await depthKnown(inventory, accountId, type);
      const { facts, problems, covers } = await sources.resources.resources(accountId, type);
      const scope = { kind: "resource", within: ofType({ accountId, type }) } as const;
      const differences = await differencesWithin(inventory, scope, facts);
      const shown = differences.filter(
        ({ change, fact }) => change !== "vanished" || isCovered(fact, covers),
      );
      const depth = depthOf(covers);
      const changes = await write(shown, seen(seenAt, known, depth));
      return { changes, problems, depth };
    },
  }));

/** Of a look at resources. Which regions it covered is not kept: a region that is seen again may tell of what it had. */
const depthOf = ({ regions, untagged }: ResourceLook["covers"]): CoverageDepth => {
  if (regions.length === 0) return "begun";
  return untagged ? "whole" : "tagged";
};

/** Whether the look would have shown the resource: where it would not, the resource has not vanished. */
const isCovered = ({ region, tags }: ResourceFact, covers: ResourceLook["covers"]): boolean =>
  covers.regions.includes(region) && (covers.untagged || Object.keys(tags).length > 0);
