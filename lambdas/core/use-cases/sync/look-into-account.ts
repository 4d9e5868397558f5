import {
  inAccount,
  ofType,
  type AccountFact,
  type FactKind,
  type FactOf,
  type ResourceFact,
  type ResourceType,
  type StaleAccountFact,
} from "../../domain/inventory/facts.ts";
import type { AccountId } from "../../domain/ids.ts";
import { RetryableError } from "../../domain/errors.ts";
import { unreachable } from "../../domain/inventory/problem-words.ts";
import { SourceProblem, type Problem } from "../../domain/inventory/problem.ts";
import type { Inventory, Scope } from "../../ports/inventory.ts";
import type { AccountsConnection, AccountSource, Look, ResourceLook } from "../../ports/sync.ts";
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

/** AWS lets nobody into an account that is not active; its facts stay as they were last seen. */
const suspended = ({ id, state }: AccountFact): Problem => ({
  code: "account-suspended",
  severity: "warning",
  accountId: id,
  message: `Account ${id} is ${state}.`,
  fix: "What the inventory says of it is as it was before; exclude the account to be rid of it.",
});

/**
 * IAM and resources of one account, each kind by itself: what cannot be listed stays in the inventory, the account is
 * marked stale with the reason, and the other kinds go on. A look that sees everything takes the mark away.
 */
export const lookIntoAccount =
  (deps: LookIntoAccountDeps) =>
  async (account: AccountFact): Promise<AccountLook> => {
    if (account.state !== "ACTIVE") {
      const problem = suspended(account);
      // The state says it already: it is no problem of the sync.
      return { changes: await markStale(deps, account.id, problem), problems: [] };
    }
    let changes = noChanges;
    const problems: Problem[] = [];
    for (const part of [...iamParts(deps, account.id), ...resourceParts(deps, account.id)]) {
      const looked = await tried(part, account.id);
      changes = sumOf(changes, looked.changes);
      // What concerns the whole account is told with each type of resources.
      problems.push(
        ...looked.problems.filter(({ message }) => problems.every((one) => one.message !== message)),
      );
      // Each of the other parts would wait for a minute in vain, and the accounts behind this one with them.
      if (looked.isUnanswered) break;
    }
    return { changes: sumOf(changes, await markStale(deps, account.id, problems[0])), problems };
  };

/** Some facts of one kind. */
type Part = () => Promise<AccountLook>;

/** `isUnanswered`: AWS gave no answer there for so long that the next pass goes on. */
const tried = async (
  part: Part,
  accountId: AccountId,
): Promise<AccountLook & { readonly isUnanswered?: boolean }> => {
  try {
    return await part();
  } catch (error) {
    if (error instanceof SourceProblem) return { changes: noChanges, problems: [error.problem] };
    if (!isUnanswered(error)) throw error;
    const problem = unreachable({ action: error.message, accountId });
    return { changes: noChanges, problems: [problem], isUnanswered: true };
  }
};

const isUnanswered = (error: unknown): error is RetryableError =>
  error instanceof RetryableError && error.name === "ProviderUnavailable";

const iamParts = (deps: LookIntoAccountDeps, accountId: AccountId): readonly Part[] => {
  const within = inAccount(accountId);
  // One for all three: the role is assumed once.
  const source = deps.sources.within(accountId);
  return [
    () => reconcile(deps, { kind: "iam-user", within }, (from: AccountSource) => from.iamUsers(), source),
    () => reconcile(deps, { kind: "iam-group", within }, (from: AccountSource) => from.iamGroups(), source),
    () => reconcile(deps, { kind: "iam-role", within }, (from: AccountSource) => from.iamRoles(), source),
  ];
};

const reconcile = async <Kind extends FactKind>(
  { inventory, write, look }: LookIntoAccountDeps,
  scope: Scope<Kind>,
  list: (source: AccountSource) => AsyncIterable<readonly FactOf<Kind>[]>,
  source: AccountSource,
): Promise<AccountLook> => {
  const seenAt = look();
  const found: FactOf<Kind>[] = [];
  for await (const page of list(source)) found.push(...page);
  return { changes: await write(await differencesWithin(inventory, scope, found), seenAt), problems: [] };
};

const resourceParts = (deps: LookIntoAccountDeps, accountId: AccountId): readonly Part[] =>
  deps.resourceTypes.map((type) => async () => {
    const { inventory, sources, write, look } = deps;
    const seenAt = look();
    const { facts, problems, covers } = await sources.resources.resources(accountId, type);
    const scope = { kind: "resource", within: ofType({ accountId, type }) } as const;
    const differences = await differencesWithin(inventory, scope, facts);
    const seen = differences.filter(({ change, fact }) => change !== "vanished" || isCovered(fact, covers));
    return { changes: await write(seen, seenAt), problems };
  });

/** Whether the look would have shown the resource: where it would not, the resource has not vanished. */
const isCovered = ({ region, tags }: ResourceFact, covers: ResourceLook["covers"]): boolean =>
  covers.regions.includes(region) && (covers.untagged || Object.keys(tags).length > 0);

/** Marks the account with the problem that its look met first, or takes the mark away. */
const markStale = async (
  { inventory, write, look }: LookIntoAccountDeps,
  accountId: AccountId,
  problem: Problem | undefined,
): Promise<Changes> => {
  const scope = "resources" as const;
  const found: readonly StaleAccountFact[] =
    problem === undefined ? [] : [{ kind: "stale-account", accountId, scope, problem }];
  const within = `${inAccount(accountId)}${scope}`;
  await write(await differencesWithin(inventory, { kind: "stale-account", within }, found), look());
  return noChanges;
};
