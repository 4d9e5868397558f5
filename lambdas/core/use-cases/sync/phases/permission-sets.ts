import type { PermissionSetArn } from "../../../domain/ids.ts";
import type { PermissionSetFact } from "../../../domain/inventory/facts.ts";
import { isTurnOf, turnOf } from "../../../domain/turns.ts";
import type { Look } from "../../../ports/sync.ts";
import { clearPermissionSet } from "../clear.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { differenceOf, known, noChanges, sumOf, type Changes } from "../reconcile.ts";

/**
 * AWS does not tell when a permission set was changed. What is new or described otherwise than before is read whole; of the
 * others, policies and tags (four of a permission set's five calls) are read in one of so many passes. An event that tells
 * of a change makes Lockstep read them within seconds.
 */
const PASSES = 6;

/**
 * Every permission set with its policies and tags, in the order of their ARNs: a first pass over thousands takes longer than
 * an invocation may, so that the next one goes on behind the last that was read. Which there are is listed by each
 * invocation, a call for 100: what the last one did not see vanished.
 */
export const permissionSets: RunPhase = async (phase) => {
  const { progress, isOutOfTime } = phase;
  const turn = turnOf(progress.sync);
  const listedAt = phase.look();
  const arns = await listed(phase);
  const there = new Set(arns);
  const { cursor = "" } = progress.sync.checkpoint;
  for (const [place, arn] of arns.entries()) {
    if (arn <= cursor) continue;
    const changes = await lookAtPermissionSet(phase, arn, isTurnOf(arn, turn, PASSES));
    if (changes === "gone") there.delete(arn);
    else progress.count(changes);
    await progress.advance({ done: place + 1, total: arns.length, cursor: arn });
    if (isOutOfTime()) return "more";
  }
  progress.count(await forgetOthers(phase, there, listedAt));
  progress.found("permission-set", there.size);
  return "done";
};

const listed = async ({ sources }: Phase): Promise<readonly PermissionSetArn[]> => {
  const arns = new Set<PermissionSetArn>();
  for await (const page of sources.permissionSets.arns()) for (const arn of page) arns.add(arn);
  return [...arns].sort();
};

/** `gone`: it was deleted since it was listed. */
const lookAtPermissionSet = async (
  phase: Phase,
  arn: PermissionSetArn,
  isTurn: boolean,
): Promise<Changes | "gone"> => {
  const seenAt = phase.look();
  const before = await phase.inventory.get("permission-set", arn);
  const fact = await readPermissionSet(phase, arn, isTurn ? undefined : before?.fact);
  return fact === undefined ? "gone" : phase.write(differenceOf(fact, before), seenAt);
};

/** What depends on one goes before itself: after a crash in between, the next pass finds it again. */
const forgetOthers = async (
  phase: Phase,
  there: ReadonlySet<PermissionSetArn>,
  listedAt: Look,
): Promise<Changes> => {
  const clear = clearPermissionSet(phase, listedAt);
  let changes = noChanges;
  for await (const page of known(phase.inventory, { kind: "permission-set" })) {
    for (const { fact } of page.filter((observed) => !there.has(observed.fact.arn))) {
      const cleared = await clear(fact);
      const vanished = await phase.write([{ change: "vanished", fact }], listedAt);
      changes = sumOf(changes, cleared, vanished);
    }
  }
  return changes;
};

/** One permission set as it is now; policies and tags as `known` has them when the description is the same. Undefined: it is gone. */
export const readPermissionSet = async (
  { sources }: Pick<Phase, "sources">,
  arn: PermissionSetArn,
  known: PermissionSetFact | undefined,
): Promise<PermissionSetFact | undefined> => {
  const description = await sources.permissionSets.describe(arn);
  if (description === undefined) return undefined;
  const isSame =
    known !== undefined &&
    known.name === description.name &&
    known.description === description.description &&
    known.sessionDuration === description.sessionDuration;
  if (isSame) return known;
  const contents = await sources.permissionSets.contents(arn);
  return contents === undefined ? undefined : { kind: "permission-set", ...description, ...contents };
};
