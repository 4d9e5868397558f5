import { lastClosedDay, rootOfText, sealDay, type AuditRoot } from "../domain/audit-root.ts";
import { daysAfter, type Day } from "../domain/day.ts";
import { RetryableError } from "../domain/errors.ts";
import type { AuditRoots, ChainHeads } from "../ports/audit-roots.ts";
import type { Clock } from "../ports/clock.ts";

/**
 * How far back the first run of all looks for entries, should it come late. It is due on the day after the deployment, and
 * alarms every day that it fails; each day further back costs every first run a query.
 */
const FIRST_LOOK_BACK_DAYS = 31;

export interface SealAuditDeps {
  readonly heads: ChainHeads;
  readonly roots: AuditRoots;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Seals every day that is over and has no root yet, oldest first: a day without changes too, so that a root that is
 * missing shows. Run again, it does nothing. Answers with the roots that it made.
 */
export const sealAudit =
  ({ heads, roots, clock }: SealAuditDeps) =>
  async (): Promise<readonly AuditRoot[]> => {
    const through = lastClosedDay(clock.now());
    const sealed: AuditRoot[] = [];
    let previous = await newestRoot(roots);
    let day = previous === undefined ? await firstDay(heads, through) : daysAfter(previous.day, 1);
    for (; day <= through; day = daysAfter(day, 1)) {
      const root = sealDay(day, await heads.changedOn(day), previous);
      if ((await roots.put(root)) === "conflict")
        throw new RetryableError("ConcurrentModification", `Another run has just sealed ${day}`);
      sealed.push(root);
      previous = root;
    }
    return sealed;
  };

const newestRoot = async (roots: AuditRoots): Promise<AuditRoot | undefined> => {
  const newest = (await roots.list()).at(-1);
  if (newest === undefined) return undefined;
  const root = rootOfText(await roots.read(newest));
  if (root?.day !== newest.day)
    throw new Error(
      `The root of ${newest.day} is not one that Lockstep wrote: nothing is sealed on top of it`,
    );
  return root;
};

/** The first day with an entry; without any, the last one that is over. */
const firstDay = async (heads: ChainHeads, through: Day): Promise<Day> => {
  for (let day = daysAfter(through, -FIRST_LOOK_BACK_DAYS); day < through; day = daysAfter(day, 1)) {
    if ((await heads.changedOn(day)).length > 0) return day;
  }
  return through;
};
