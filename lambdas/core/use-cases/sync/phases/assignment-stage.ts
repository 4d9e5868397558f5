import * as z from "zod/mini";
import { chooseMethod, type AskingByPrincipal, type Population } from "../../../domain/assignment-method.ts";
import type { FactKind, FactOf } from "../../../domain/inventory/facts.ts";
import { AssignmentMethods } from "../../../domain/sync.ts";
import type { Phase } from "../phase.ts";
import type { PairsPhase } from "../provisionings.ts";
import { RefusedAccountsSchema } from "../refused-accounts.ts";

const count = z.int().check(z.gte(0));

/** Where the phase of assignments is: what its checkpoint holds. */
export const StageSchema = z.strictObject({
  method: z.enum(AssignmentMethods),
  /**
   * `lists` finds the pairs, which `pairs` then asks about. `principals-gone` asks about what people had who are gone, after
   * `groups` and `users` were asked about; `provisionings` says what is provisioned, where no lists showed it.
   */
  step: z.enum(["lists", "pairs", "combinations", "groups", "users", "principals-gone", "provisionings"]),
  /** The inventory's own cursor: behind it is what is done of the step. */
  from: z.optional(z.string()),
  /** What the whole phase has done so far: lists, pairs or principals that were asked about. */
  done: count,
  /** Pairs that were found, and assignments that were seen. */
  pairs: count,
  assignments: count,
  /** AWS refused to be asked by principal: this pass does not ask so again. */
  byPrincipalRefused: z.optional(z.literal(true)),
  /** Absent in checkpoints that were written before this was kept. */
  refused: z.optional(RefusedAccountsSchema),
});
export type Stage = z.infer<typeof StageSchema>;
export type Step = Stage["step"];

/** Where the phase goes on, or how it ended. */
export type Next = Stage | "done" | "more";

/** One call for a page of what a principal has. */
const ASKS_PRINCIPAL = "sso:ListAccountAssignmentsForPrincipal";

export const populationOf = ({ progress, before }: Phase): Population => {
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

export const askingByPrincipal = (
  { sources }: Pick<Phase, "sources">,
  { byPrincipalRefused }: Pick<Stage, "byPrincipalRefused">,
): AskingByPrincipal => {
  if (sources.assignments.assignmentsOfPrincipal === undefined) return "needs-management-account";
  return byPrincipalRefused === true ? "refused" : "allowed";
};

/** The beginning, by the cheapest method of those that are left. */
export const firstStage = (phase: PairsPhase, known: Pick<Stage, "byPrincipalRefused"> = {}): Stage => {
  const choice = chooseMethod(populationOf(phase), askingByPrincipal(phase, known));
  phase.progress.chose(choice);
  const { byPrincipalRefused } = known;
  const stage: Stage = {
    method: choice.chosen,
    step: FIRST_STEP[choice.chosen],
    done: 0,
    pairs: 0,
    assignments: 0,
    ...(byPrincipalRefused === undefined ? {} : { byPrincipalRefused }),
  };
  if (asksEachAccount(stage)) phase.refused.callsOfAnotherKind();
  return stage;
};

const FIRST_STEP: Readonly<Record<Stage["method"], Step>> = {
  "by-permission-set": "lists",
  "by-account": "lists",
  "every-pair": "combinations",
  "by-principal": "groups",
};

/** Whether the step begins to make a call about each account that none before it made. */
const asksEachAccount = ({ method, step }: Stage): boolean =>
  step === "combinations" || (step === "lists" && method === "by-account");

/** See each-known.ts: with five looks at once, AWS's limit decides how fast it goes. */
export const AT_ONCE = 5;

/** Facts that are read at a time: at ten calls a second, one page is ten seconds' work. */
const PAGE = 100;

/**
 * Lists of pairs between two questions whether the principals are cheaper: one round of looks. One account's combinations:
 * an account is a call for each permission set, up to the some thousands that there can be. And of assignments, of which
 * next to none is asked about, what DynamoDB gives at a time.
 */
const FACTS_AT_A_TIME: Readonly<Record<Step, number>> = {
  lists: AT_ONCE,
  pairs: PAGE,
  combinations: 1,
  groups: PAGE,
  users: PAGE,
  "principals-gone": 500,
  provisionings: PAGE,
};

export interface Walk<F> {
  readonly work: (facts: readonly F[], at: Stage) => Promise<Stage>;
  readonly total: (at: Stage) => number;
  /** Another way from here, where there is a better one. */
  readonly insteadOf?: (at: Stage) => Stage | undefined;
  readonly then: (at: Stage) => Next | Promise<Next>;
}

/** Walks over what the inventory knows of a kind, noting after each page where it is. */
export const overKnown = async <Kind extends FactKind>(
  { inventory, progress, refused, isOutOfTime }: PairsPhase,
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
    const following = insteadOf?.(at) ?? (isLastPage ? await then(at) : at);
    if (typeof following === "string") return following;
    await progress.advance({
      done: following.done,
      total: total(following),
      cursor: JSON.stringify({ ...following, refused: refused.noted } satisfies Stage),
    });
    if (isOutOfTime()) return "more";
    if (following.step !== stage.step) return following;
    at = following;
  }
};
