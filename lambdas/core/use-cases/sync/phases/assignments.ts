import * as z from "zod/mini";
import { chooseMethod, principalsAreCheaper, type Population } from "../../../domain/assignment-method.ts";
import type { AccountId } from "../../../domain/ids.ts";
import {
  inAccount,
  type AssignmentFact,
  type FactKind,
  type FactOf,
  type ProvisioningFact,
} from "../../../domain/inventory/facts.ts";
import { AssignmentMethods } from "../../../domain/sync.ts";
import { inBatches } from "../../in-batches.ts";
import { lookAtPair } from "../clear.ts";
import { inKnownAccounts, knownAccounts } from "../known-accounts.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { lookAtProvisionings } from "../provisionings.ts";
import { differencesWithin, known } from "../reconcile.ts";

/** One call for a page of what a principal has. */
const ASKS_PRINCIPAL = "sso:ListAccountAssignmentsForPrincipal";

const count = z.int().check(z.gte(0));

/** Where the phase is: what its checkpoint holds. */
const StageSchema = z.strictObject({
  method: z.enum(AssignmentMethods),
  /** `lists` finds the pairs, which `pairs` then asks about; `principals` asks about groups, and then about users. */
  step: z.enum(["lists", "pairs", "combinations", "groups", "users"]),
  /** The inventory's own cursor: behind it is what is done of the step. */
  from: z.optional(z.string()),
  /** What the whole phase has done so far: lists, pairs or principals that were asked about. */
  done: count,
  /** Pairs that were found, and assignments that were seen. */
  pairs: count,
  assignments: count,
});
type Stage = z.infer<typeof StageSchema>;
type Step = Stage["step"];

/** Where the phase goes on, or how it ended. */
type Next = Stage | "done" | "more";

/** See each-known.ts: with five looks at once, AWS's limit decides how fast it goes. */
const AT_ONCE = 5;

/** Facts that are read at a time: at ten calls a second, one page is ten seconds' work. */
const PAGE = 100;

/**
 * Lists of pairs between two questions whether the principals are cheaper: one round of looks. And one account's
 * combinations: an account is a call for each permission set, up to the some thousands that there can be.
 */
const FACTS_AT_A_TIME: Readonly<Record<Step, number>> = {
  lists: AT_ONCE,
  pairs: PAGE,
  combinations: 1,
  groups: PAGE,
  users: PAGE,
};

/**
 * Who has which permission set where. One loop reads all of sso-admin, as fast as the admission lets it, by the method that
 * needs the fewest calls: see domain/assignment-method.ts.
 */
export const assignments: RunPhase = async (phase) => {
  let next: Next = stageOf(phase);
  while (typeof next !== "string") next = await steps[next.step](phase, next);
  return next;
};

const steps: Readonly<Record<Step, (phase: Phase, stage: Stage) => Promise<Next>>> = {
  lists: (phase, stage) => findPairs(phase, stage),
  pairs: (phase, stage) => askAboutPairs(phase, stage),
  combinations: (phase, stage) => askAboutCombinations(phase, stage),
  groups: (phase, stage) => askAboutPrincipals(phase, stage, "group"),
  users: (phase, stage) => askAboutPrincipals(phase, stage, "user"),
};

/** What was noted, or the beginning by the cheapest method. */
const stageOf = (phase: Phase): Stage => {
  const { cursor } = phase.progress.sync.checkpoint;
  if (cursor !== undefined) return StageSchema.parse(JSON.parse(cursor));
  const mayAskByPrincipal = phase.sources.assignments.assignmentsOfPrincipal !== undefined;
  const choice = chooseMethod(populationOf(phase), mayAskByPrincipal);
  phase.progress.chose(choice);
  const first: Readonly<Record<Stage["method"], Step>> = {
    "by-permission-set": "lists",
    "by-account": "lists",
    "every-pair": "combinations",
    "by-principal": "groups",
  };
  return { method: choice.chosen, step: first[choice.chosen], done: 0, pairs: 0, assignments: 0 };
};

const populationOf = ({ progress, before }: Phase): Population => {
  const { counts } = progress.sync;
  return {
    accounts: counts["account"] ?? 0,
    permissionSets: counts["permission-set"] ?? 0,
    principals: (counts["user"] ?? 0) + (counts["group"] ?? 0),
    pairs: before?.counts["provisioning"],
    assignments: before?.counts["assignment"],
    ...(before?.method?.chosen === "by-principal" ? { principalCalls: before.calls[ASKS_PRINCIPAL] } : {}),
  };
};

/** Finds where permission sets are provisioned, and goes over to the principals when that turns out to be cheaper. */
const findPairs = (phase: Phase, stage: Stage): Promise<Next> => {
  const population = populationOf(phase);
  const kind = stage.method === "by-account" ? "account" : "permission-set";
  const lists = kind === "account" ? population.accounts : population.permissionSets;
  const mayAskByPrincipal = phase.sources.assignments.assignmentsOfPrincipal !== undefined;
  return overKnown(phase, stage, kind, {
    work: async (facts, at) => {
      const found = await inBatches(facts, AT_ONCE, (fact) => lookAtList(phase, fact));
      const pairs = at.pairs + found.reduce((sum, more) => sum + more, 0);
      return { ...at, pairs, done: at.done + facts.length };
    },
    total: (at) => lists + at.pairs,
    insteadOf: ({ pairs, done }) => {
      const listsLeft = Math.max(0, lists - done);
      if (!mayAskByPrincipal || !principalsAreCheaper({ pairs, listsLeft }, population)) return undefined;
      phase.progress.chose({
        chosen: "by-principal",
        why: `After ${done} of ${lists} lists ${pairs} pairs were found, each a call: by-principal takes about ${population.principals}.`,
      });
      const estimated = Math.round((pairs / done) * lists);
      return { method: "by-principal", step: "groups", done: 0, pairs: estimated, assignments: 0 };
    },
    then: (at) => {
      phase.progress.found("provisioning", at.pairs);
      return { ...at, step: "pairs" };
    },
  });
};

const lookAtList = (phase: Phase, fact: FactOf<"account"> | FactOf<"permission-set">): Promise<number> => {
  const { sources } = phase;
  if (fact.kind === "account") {
    return lookAtProvisionings(phase, { within: inAccount(fact.id) }, async () => {
      const found: ProvisioningFact[] = [];
      for await (const page of sources.assignments.permissionSetsIn(fact.id)) {
        for (const permissionSetArn of page)
          found.push({ kind: "provisioning", accountId: fact.id, permissionSetArn });
      }
      return found;
    });
  }
  return lookAtProvisionings(phase, { permissionSetArn: fact.arn }, async () => {
    const found: ProvisioningFact[] = [];
    for await (const page of sources.assignments.accountsOf(fact.arn)) {
      for (const accountId of await includedOf(phase, page)) {
        found.push({ kind: "provisioning", accountId, permissionSetArn: fact.arn });
      }
    }
    return found;
  });
};

/**
 * Those of the accounts that are not excluded: the inventory has no others. Permission sets of the management account are
 * known all the same.
 */
const includedOf = async (phase: Phase, ids: readonly AccountId[]): Promise<readonly AccountId[]> => {
  const { exclude, managementAccountId } = phase.integration;
  if (exclude.accounts.length === 0 && exclude.organizationalUnits.length === 0) return ids;
  const known = await knownAccounts(phase, ids);
  return ids.filter((id) => known.has(id) || id === managementAccountId);
};

const askAboutPairs = (phase: Phase, stage: Stage): Promise<Next> =>
  overKnown(phase, stage, "provisioning", {
    work: async (pairs, at) => {
      const known = await knownAccounts(
        phase,
        pairs.map(({ accountId }) => accountId),
      );
      const included = pairs.filter(({ accountId }) => known.has(accountId));
      const looks = await inBatches(included, AT_ONCE, async (pair) => {
        const { found, ...changes } = await lookAtPair(phase, pair);
        phase.progress.count(changes);
        return found;
      });
      return withSeen({ ...at, done: at.done + pairs.length }, looks);
    },
    total: (at) => at.done + Math.max(0, at.pairs - (at.done - listsOf(phase, at))),
    then: (at) => endedWith(phase, at),
  });

/** How many lists found the pairs. */
const listsOf = (phase: Phase, { method }: Stage): number => {
  const { accounts, permissionSets } = populationOf(phase);
  return method === "by-account" ? accounts : permissionSets;
};

/** Only where nearly every permission set is provisioned in nearly every account, or there are next to none. */
const askAboutCombinations = (phase: Phase, stage: Stage): Promise<Next> => {
  const { accounts, permissionSets } = populationOf(phase);
  return overKnown(phase, stage, "account", {
    work: async (facts, at) => {
      let after = at;
      for (const { id: accountId } of facts) {
        for await (const page of known(phase.inventory, { kind: "permission-set" })) {
          const looks = await inBatches(page, AT_ONCE, async ({ fact: { arn: permissionSetArn } }) => {
            const { found, ...changes } = await lookAtPair(phase, { accountId, permissionSetArn });
            phase.progress.count(changes);
            return found;
          });
          const provisioned = looks.filter((found) => found > 0).length;
          after = withSeen(
            { ...after, done: after.done + page.length, pairs: after.pairs + provisioned },
            looks,
          );
        }
      }
      return after;
    },
    total: () => accounts * permissionSets,
    then: (at) => {
      phase.progress.found("provisioning", at.pairs);
      return endedWith(phase, at);
    },
  });
};

const askAboutPrincipals = (phase: Phase, stage: Stage, kind: "group" | "user"): Promise<Next> =>
  overKnown(phase, stage, kind, {
    work: async (principals, at) => {
      const principalType = kind === "group" ? "GROUP" : "USER";
      const looks = await inBatches(principals, AT_ONCE, ({ id }) =>
        lookAtPrincipal(phase, { principalType, principalId: id }),
      );
      return withSeen({ ...at, done: at.done + principals.length }, looks);
    },
    total: () => populationOf(phase).principals,
    then: (at) => (kind === "group" ? { ...at, step: "users" } : endedWith(phase, at)),
  });

/** Makes the inventory say what one principal has: one call, or one for every 100 assignments. Answers how many there are. */
const lookAtPrincipal = async (
  phase: Phase,
  principal: Pick<AssignmentFact, "principalType" | "principalId">,
): Promise<number> => {
  const { inventory, sources, progress, writeAssignments, look } = phase;
  const { assignmentsOfPrincipal } = sources.assignments;
  if (assignmentsOfPrincipal === undefined)
    throw new Error("The permissions do not allow to ask by principal");
  const seenAt = look();
  const found = await assignmentsOfPrincipal(principal);
  const scope = { kind: "assignment", principalId: principal.principalId } as const;
  const differences = await differencesWithin(inventory, scope, found);
  progress.count(await writeAssignments(await inKnownAccounts(phase, differences), seenAt));
  const included = new Set(
    await includedOf(
      phase,
      found.map(({ accountId }) => accountId),
    ),
  );
  return found.filter(({ accountId }) => included.has(accountId)).length;
};

const withSeen = (stage: Stage, looks: readonly number[]): Stage => ({
  ...stage,
  assignments: stage.assignments + looks.reduce((sum, found) => sum + found, 0),
});

const endedWith = (phase: Phase, stage: Stage): "done" => {
  const { progress } = phase;
  progress.found("assignment", stage.assignments);
  const pairs = stage.method === "by-principal" ? pairsBeside(phase, stage) : undefined;
  if (pairs !== undefined) progress.found("provisioning", pairs);
  return "done";
};

/**
 * By principal nobody counts the pairs: they are as many as the pass before counted, or as those that were found made
 * likely, and hardly more than there are assignments. So the next pass need not begin to count them again.
 */
const pairsBeside = ({ before }: Phase, { pairs, assignments: seen }: Stage): number | undefined => {
  const known = pairs > 0 ? pairs : before?.counts["provisioning"];
  return known === undefined ? undefined : Math.min(known, seen);
};

interface Walk<F> {
  readonly work: (facts: readonly F[], at: Stage) => Promise<Stage>;
  readonly total: (at: Stage) => number;
  /** Another way from here, where there is a better one. */
  readonly insteadOf?: (at: Stage) => Stage | undefined;
  readonly then: (at: Stage) => Next;
}

/** Walks over what the inventory knows of a kind, noting after each page where it is. */
const overKnown = async <Kind extends FactKind>(
  { inventory, progress, isOutOfTime }: Phase,
  stage: Stage,
  kind: Kind,
  { work, total, insteadOf, then }: Walk<FactOf<Kind>>,
): Promise<Next> => {
  let at = stage;
  for (;;) {
    const { facts, next } = await inventory.page(
      { kind },
      {
        limit: FACTS_AT_A_TIME[stage.step],
        ...(at.from === undefined ? {} : { from: at.from }),
      },
    );
    const { from: _from, ...done } = await work(
      facts.map(({ fact }) => fact),
      at,
    );
    const isLastPage = next === undefined;
    at = isLastPage ? done : { ...done, from: next };
    const following = insteadOf?.(at) ?? (isLastPage ? then(at) : at);
    if (typeof following === "string") return following;
    await progress.advance({
      done: following.done,
      total: total(following),
      cursor: JSON.stringify(following),
    });
    if (isOutOfTime()) return "more";
    if (following.step !== stage.step) return following;
    at = following;
  }
};
