import { principalsAreCheaper } from "../../../domain/assignment-method.ts";
import type { FactOf } from "../../../domain/inventory/facts.ts";
import type { Problem } from "../../../domain/inventory/problem.ts";
import type { Pair } from "../../../ports/sync.ts";
import { inBatches } from "../../in-batches.ts";
import { lookAtPair } from "../clear.ts";
import { forgetReturned } from "../excluded-accounts.ts";
import { isListed } from "../account-slices.ts";
import { knownAccounts } from "../known-accounts.ts";
import type { RunPhase } from "../phase.ts";
import { lookAtPrincipal, pairsOfUnknownPrincipals } from "../principals.ts";
import {
  countProvisionings,
  deriveProvisionings,
  lookAtAccount,
  lookAtPermissionSet,
  type PairsPhase,
} from "../provisionings.ts";
import { known } from "../reconcile.ts";
import { RefusedAccounts, RefusedAltogether } from "../refused-accounts.ts";
import {
  AT_ONCE,
  askingByPrincipal,
  firstStage,
  overKnown,
  populationOf,
  StageSchema,
  type Next,
  type Stage,
  type Step,
} from "./assignment-stage.ts";

/**
 * Who has which permission set where. One loop reads all of sso-admin, as fast as the admission lets it, by the method that
 * needs the fewest calls: see domain/assignment-method.ts.
 */
export const assignments: RunPhase = async (phase) => {
  const { cursor } = phase.progress.sync.checkpoint;
  const noted = cursor === undefined ? undefined : StageSchema.parse(JSON.parse(cursor));
  const around: PairsPhase = { ...phase, refused: new RefusedAccounts(phase, noted?.refused) };
  try {
    let next: Next = noted ?? (await begin(around));
    while (typeof next !== "string") next = await steps[next.step](around, next);
    return next;
  } catch (error) {
    // Who goes on with the pass begins here anew: behind the checkpoint are refusals, and none of them was written.
    if (error instanceof RefusedAltogether) await phase.progress.advance({ done: 0 });
    throw error;
  }
};

const steps: Readonly<Record<Step, (phase: PairsPhase, stage: Stage) => Promise<Next>>> = {
  lists: (phase, stage) => findPairs(phase, stage),
  pairs: (phase, stage) => askAboutPairs(phase, stage),
  combinations: (phase, stage) => askAboutCombinations(phase, stage),
  groups: (phase, stage) => askAboutPrincipals(phase, stage, "group"),
  users: (phase, stage) => askAboutPrincipals(phase, stage, "user"),
  "principals-gone": (phase, stage) => askAboutPrincipalsGone(phase, stage),
  provisionings: (phase, stage) => derivePairs(phase, stage),
};

/**
 * The permission sets of the management account are looked at however assignments are read: a delegated administrator
 * cannot grant them (https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html).
 */
const begin = async (phase: PairsPhase): Promise<Stage> => {
  await lookAtAccount(phase, phase.integration.managementAccountId);
  return firstStage(phase);
};

/** Finds where permission sets are provisioned, and goes over to the principals when that turns out to be cheaper. */
const findPairs = (phase: PairsPhase, stage: Stage): Promise<Next> => {
  const population = populationOf(phase);
  const kind = stage.method === "by-account" ? "account" : "permission-set";
  const lists = kind === "account" ? population.accounts : population.permissionSets;
  const mayAskByPrincipal = askingByPrincipal(phase, stage) === "allowed";
  return overKnown(phase, stage, kind, {
    work: async (facts, at) => {
      const found = await inBatches(facts, AT_ONCE, (fact) => lookAtList(phase, fact));
      return { ...at, pairs: at.pairs + sumOf(found), done: at.done + facts.length };
    },
    total: (at) => lists + at.pairs,
    insteadOf: ({ pairs, done }) => {
      const listsLeft = Math.max(0, lists - done);
      if (!mayAskByPrincipal || !principalsAreCheaper({ pairs, listsLeft }, population)) return undefined;
      phase.progress.chose({
        chosen: "by-principal",
        why: `After ${done} of ${lists} lists ${pairs} pairs were found, each a call: by-principal takes about ${population.principals}.`,
      });
      return { method: "by-principal", step: "groups", done: 0, pairs: 0, assignments: 0 };
    },
    then: (at) => {
      phase.progress.found("provisioning", at.pairs);
      phase.refused.callsOfAnotherKind();
      return { ...at, step: "pairs" };
    },
  });
};

const lookAtList = async (
  phase: PairsPhase,
  fact: FactOf<"account"> | FactOf<"permission-set">,
): Promise<number> => {
  if (fact.kind === "permission-set") return lookAtPermissionSet(phase, fact.arn);
  return isListed(fact) ? ((await lookAtAccount(phase, fact.id)) ?? 0) : 0;
};

const askAboutPairs = (phase: PairsPhase, stage: Stage): Promise<Next> =>
  overKnown(phase, stage, "provisioning", {
    work: async (pairs, at) => {
      const accounts = await knownAccounts(
        phase,
        pairs.map(({ accountId }) => accountId),
      );
      const included = pairs.filter(({ accountId }) => accounts.has(accountId));
      return withSeen({ ...at, done: at.done + pairs.length }, await lookAtPairs(phase, included));
    },
    total: (at) => at.done + Math.max(0, at.pairs - (at.done - listsOf(phase, at))),
    then: (at) => end(phase, at),
  });

/** How many lists found the pairs. */
const listsOf = (phase: PairsPhase, { method }: Stage): number => {
  const { accounts, permissionSets } = populationOf(phase);
  return method === "by-account" ? accounts : permissionSets;
};

/** Answers how many assignments each of the pairs has; none where AWS refused it. */
const lookAtPairs = (phase: PairsPhase, pairs: readonly Pair[]): Promise<readonly number[]> =>
  inBatches(pairs, AT_ONCE, async (pair) => {
    const look = await phase.refused.ask(pair.accountId, () => lookAtPair(phase, pair));
    if (look === undefined) return 0;
    const { found, ...changes } = look;
    phase.progress.count(changes);
    return found;
  });

/** Only where nearly every permission set is provisioned in nearly every account, or there are next to none. */
const askAboutCombinations = (phase: PairsPhase, stage: Stage): Promise<Next> => {
  const { accounts, permissionSets } = populationOf(phase);
  return overKnown(phase, stage, "account", {
    work: async (facts, at) => {
      let after = at;
      for (const { id: accountId } of facts.filter(isListed)) {
        for await (const page of known(phase.inventory, { kind: "permission-set" })) {
          const pairs = page.map(({ fact }) => ({ accountId, permissionSetArn: fact.arn }));
          after = withSeen({ ...after, done: after.done + pairs.length }, await lookAtPairs(phase, pairs));
        }
      }
      return after;
    },
    total: () => accounts * permissionSets,
    then: (at) => ({ ...at, step: "provisionings" }),
  });
};

/** Goes back to the beginning without the principals where AWS refuses to be asked so. */
const askAboutPrincipals = async (phase: PairsPhase, stage: Stage, kind: "group" | "user"): Promise<Next> => {
  // The integration may be connected in another way since the checkpoint was written.
  if (askingByPrincipal(phase, stage) !== "allowed") return firstStage(phase, stage);
  return overKnown(phase, stage, kind, {
    work: async (principals, at) => {
      const principalType = kind === "group" ? "GROUP" : "USER";
      const refusals: Problem[] = [];
      const looks = await inBatches(principals, AT_ONCE, async ({ id }) => {
        if (refusals.length > 0) return 0;
        const look = await lookAtPrincipal(phase, { principalType, principalId: id });
        if (typeof look === "number") return look;
        refusals.push(look.problem);
        return 0;
      });
      const [refusal] = refusals;
      if (refusal === undefined) return withSeen({ ...at, done: at.done + principals.length }, looks);
      phase.progress.met(refusal);
      return { ...at, byPrincipalRefused: true };
    },
    total: () => populationOf(phase).principals,
    insteadOf: (at) => (at.byPrincipalRefused === true ? firstStage(phase, at) : undefined),
    then: (at) => ({ ...at, step: kind === "group" ? "users" : "principals-gone" }),
  });
};

/**
 * Identity Center may keep assignments of somebody who is gone from the directory, and nobody asks by a principal that is in
 * no list: what the inventory says of them is asked about pair by pair.
 */
const askAboutPrincipalsGone = (phase: PairsPhase, stage: Stage): Promise<Next> => {
  const pairsOf = pairsOfUnknownPrincipals(phase);
  return overKnown(phase, stage, "assignment", {
    work: async (facts, at) => {
      await lookAtPairs(phase, await pairsOf(facts));
      return at;
    },
    total: ({ done }) => done,
    then: (at) => ({ ...at, step: "provisionings" }),
  });
};

/** Nobody listed the pairs: see `deriveProvisionings`. Those of the management account were listed. */
const derivePairs = (phase: PairsPhase, stage: Stage): Promise<Next> => {
  const { managementAccountId } = phase.integration;
  return overKnown(phase, stage, "account", {
    work: async (facts, at) => {
      const found = await inBatches(facts.filter(isListed), AT_ONCE, ({ id }) =>
        id === managementAccountId ? countProvisionings(phase, id) : deriveProvisionings(phase, id),
      );
      return { ...at, pairs: at.pairs + sumOf(found) };
    },
    total: ({ done }) => done,
    then: (at) => {
      phase.progress.found("provisioning", at.pairs);
      return end(phase, at);
    },
  });
};

const withSeen = (stage: Stage, looks: readonly number[]): Stage => ({
  ...stage,
  assignments: stage.assignments + sumOf(looks),
});

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, more) => sum + more, 0);

const end = async (phase: PairsPhase, { assignments: seen }: Stage): Promise<"done"> => {
  const { progress, refused } = phase;
  await refused.allWereMade();
  if (refused.notSeen !== undefined) await forgetReturned(phase, refused.notSeen);
  progress.found("assignment", seen);
  return "done";
};
