import { depthsIn, subjectsOf, type Coverage } from "../../../domain/inventory/coverage.ts";
import {
  factId,
  inAccount,
  ofType,
  ResourceTypes,
  type AccountFact,
  type CoverageFact,
  type CoverageSubject,
  type ResourceType,
} from "../../../domain/inventory/facts.ts";
import type { AccountId } from "../../../domain/ids.ts";
import type { Integration } from "../../../domain/integration.ts";
import type { Observed, Scope } from "../../../ports/inventory.ts";
import type { Look } from "../../../ports/sync.ts";
import { inBatches } from "../../in-batches.ts";
import { lookedIntoBy, type IsLookedInto } from "../account-slices.ts";
import { noteCoverage } from "../note-coverage.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { known } from "../reconcile.ts";
import { eachKnown } from "./each-known.ts";

/**
 * Twice the life of a function (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): after that, nobody
 * goes by the integrations as they were.
 */
const SETTLED_AFTER_MILLISECONDS = 30 * 60_000;

/** Writes at once. */
const AT_ONCE = 10;

/**
 * Takes away what no integration looks at any more: a type of resources that was taken out of one, the accounts of an
 * organization that is no longer looked into, the account of an integration that was deleted. Nothing of it vanished in AWS,
 * so nobody is told. How far accounts were looked into (`coverage`) says where there may be something.
 *
 * A look that began by the integrations as they were may still write:
 * - before the subject is cleared: it is cleared with the rest;
 * - after it was cleared, with a look that began before: what was there is refused, since the trace is newer; what appeared
 *   at that moment is written. So a subject stays listed as `left`, is cleared again by a later pass, and is taken off the
 *   list only when it has been left for longer than any function lives.
 *
 * Somebody may put back what is being taken away. Whoever looks at it then lists it anew before anything else:
 * - before this phase listed it as left: the integrations are read again after that, and nothing of it is taken away;
 * - after that: the look lists it as `begun`, and no page goes any more. What the look writes is newer than the page that is
 *   under way, and stays; what the look only found is gone with that page. So the subject is listed as left again: that look
 *   does not make it known (`deepenedUnlessLeft`), and the next one finds what went, and tells nobody.
 * An invocation that runs out of time leaves the rest of the account to the next pass: it is still listed.
 */
export const leftScope: RunPhase = async (phase) => {
  const looksAtFirst = looksOf(await phase.integrations());
  return eachKnown(phase, "coverage", { total: undefined }, async ({ fact }) => {
    const { wanted } = await scopeOf(phase, fact.accountId, looksAtFirst);
    if (leftIn(fact, wanted).length > 0) await leave(phase, fact.accountId);
  });
};

/** What an integration looks at, and within which accounts. */
interface IntegrationLooks {
  readonly isLookedInto: IsLookedInto;
  readonly subjects: readonly CoverageSubject[];
}

const looksOf = (integrations: readonly Integration[]): readonly IntegrationLooks[] =>
  integrations.map((integration) => ({
    isLookedInto: lookedIntoBy(integration, integrations),
    subjects: subjectsOf(integration.resourceTypes),
  }));

interface AccountScope {
  readonly account: AccountFact | undefined;
  /** What is looked at within the account, whichever integrations look. */
  readonly wanted: ReadonlySet<CoverageSubject>;
}

const scopeOf = async (
  { inventory }: Phase,
  accountId: AccountId,
  looks: readonly IntegrationLooks[],
): Promise<AccountScope> => {
  const account = (await inventory.get("account", accountId))?.fact;
  if (account === undefined) return { account, wanted: new Set() };
  const wanted = looks.flatMap(({ isLookedInto, subjects }) => (isLookedInto(account) ? subjects : []));
  return { account, wanted: new Set(wanted) };
};

/** By the integrations as they are at this moment: a phase that takes long is behind. */
const scopeNow = async (phase: Phase, accountId: AccountId): Promise<AccountScope> =>
  scopeOf(phase, accountId, looksOf(await phase.integrations()));

const leftIn = (
  { subjects }: CoverageFact,
  wanted: ReadonlySet<CoverageSubject>,
): readonly CoverageSubject[] =>
  depthsIn(subjects).flatMap(([subject]) => (wanted.has(subject) ? [] : [subject]));

const leave = async (phase: Phase, accountId: AccountId): Promise<void> => {
  const before = await phase.inventory.get("coverage", inAccount(accountId));
  if (before === undefined) return;
  const left = leftIn(before.fact, (await scopeNow(phase, accountId)).wanted);
  if (left.length === 0) return;
  // Listed as left before anything goes: what is seen of it after that is seen for the first time.
  await noteLeft(phase, accountId, left);
  const { account, wanted } = await scopeNow(phase, accountId);
  if (left.some((subject) => wanted.has(subject))) return;
  await clearLeft(phase, before, left);
  if (wanted.size === 0 && account !== undefined) await leaveAccount(phase, account);
};

const noteLeft = (phase: Phase, accountId: AccountId, left: readonly CoverageSubject[]): Promise<Coverage> =>
  noteCoverage(phase, accountId, (coverage) =>
    Object.fromEntries(
      depthsIn(coverage).map(([subject, depth]) => [subject, left.includes(subject) ? "left" : depth]),
    ),
  );

/** Takes away everything of the subjects; and the subjects off the list, once nobody can still write of them. */
const clearLeft = async (
  phase: Phase,
  { fact: { accountId, subjects }, observedAt }: Observed<CoverageFact>,
  left: readonly CoverageSubject[],
): Promise<void> => {
  for (const subject of left) {
    if (!(await clearSubject(phase, accountId, subject))) return;
  }
  const isSettled =
    left.every((subject) => subjects[subject] === "left") &&
    phase.clock.now().getTime() - Date.parse(observedAt) >= SETTLED_AFTER_MILLISECONDS;
  if (!isSettled) return;
  await noteCoverage(phase, accountId, (coverage) =>
    Object.fromEntries(
      depthsIn(coverage).filter(([subject, depth]) => depth !== "left" || !left.includes(subject)),
    ),
  );
};

/** Nobody looks into the account any more: nor does anybody fail to. One that no organization lists is gone itself. */
const leaveAccount = async (phase: Phase, { id, organizationalUnits }: AccountFact): Promise<void> => {
  const within = `${inAccount(id)}resources`;
  for await (const page of known(phase.inventory, { kind: "stale-account", within }))
    await forgetQuietly(phase, page, phase.look());
  if (organizationalUnits.length > 0) return;
  const { observedAt } = phase.look();
  await phase.inventory.forget({ kind: "account", id }, { observedAt, leftScope: true });
};

const scopeWithin = (accountId: AccountId, subject: CoverageSubject): Scope =>
  isResourceType(subject)
    ? { kind: "resource", within: ofType({ accountId, type: subject }) }
    : { kind: subject, within: inAccount(accountId) };

const isResourceType = (subject: CoverageSubject): subject is ResourceType =>
  (ResourceTypes as readonly string[]).includes(subject);

/** Takes away everything of a subject that is left; false when the time was out before, or somebody put it back. */
const clearSubject = async (
  phase: Phase,
  accountId: AccountId,
  subject: CoverageSubject,
): Promise<boolean> => {
  const isLeft = async (): Promise<boolean> =>
    (await phase.inventory.get("coverage", inAccount(accountId)))?.fact.subjects[subject] === "left";
  for await (const page of known(phase.inventory, scopeWithin(accountId, subject))) {
    if (phase.isOutOfTime()) return false;
    // Older than any look that lists the subject anew once it was seen to be left.
    const begun = phase.look();
    if (!(await isLeft())) return false;
    await forgetQuietly(phase, page, begun);
    if (await isLeft()) continue;
    await noteLeft(phase, accountId, [subject]);
    return false;
  }
  return true;
};

/** Takes facts away, and tells nobody. */
const forgetQuietly = async (
  { inventory }: Phase,
  facts: readonly Observed[],
  { observedAt }: Look,
): Promise<void> => {
  await inBatches(facts, AT_ONCE, ({ fact }) =>
    inventory.forget({ kind: fact.kind, id: factId(fact) }, { observedAt, leftScope: true }),
  );
};
