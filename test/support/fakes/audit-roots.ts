import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import { textOfRoot, type AuditRoot, type ChainHead } from "../../../lambdas/core/domain/audit-root.ts";
import { chainIdOf } from "../../../lambdas/core/domain/chain.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import { dayOf, type Day } from "../../../lambdas/core/domain/day.ts";
import type { AuditRoots, ChainHeads, RootReference } from "../../../lambdas/core/ports/audit-roots.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { WriteOutcome } from "../../../lambdas/core/ports/stores.ts";

/** Which entries were recorded on which day. */
export class FakeChainHeads implements ChainHeads {
  private readonly recorded: { readonly day: Day; readonly head: ChainHead }[] = [];
  private readonly clock: Pick<Clock, "now">;

  constructor(clock: Pick<Clock, "now">) {
    this.clock = clock;
  }

  append(entry: AuditEntry | ConfigurationEntry): Promise<void> {
    const { sequence, hash } = entry;
    const head =
      "subject" in entry
        ? { subject: entry.subject, sequence, hash }
        : { requestId: entry.requestId, sequence, hash };
    const isThere = this.recorded.some(
      (one) => chainIdOf(one.head) === chainIdOf(head) && one.head.sequence === sequence,
    );
    if (!isThere) this.recorded.push({ day: dayOf(this.clock.now()), head });
    return Promise.resolve();
  }

  changedOn(day: Day): Promise<readonly ChainHead[]> {
    const newest = new Map<string, ChainHead>();
    for (const { head } of this.recorded.filter((one) => one.day === day)) {
      const known = newest.get(chainIdOf(head));
      if (known === undefined || head.sequence > known.sequence) newest.set(chainIdOf(head), head);
    }
    return Promise.resolve([...newest.values()]);
  }
}

/** Roots in memory; `overwrite` and `hide` do what somebody with too many permissions could. */
export class FakeAuditRoots implements AuditRoots {
  private readonly texts = new Map<Day, string[]>();

  list(): Promise<readonly RootReference[]> {
    const references = [...this.texts].map(([day, texts]) => ({
      day,
      version: "first",
      later: texts.length - 1,
    }));
    return Promise.resolve(references.toSorted((a, b) => (a.day < b.day ? -1 : 1)));
  }

  read({ day }: RootReference): Promise<string> {
    return Promise.resolve(this.texts.get(day)?.[0] ?? "");
  }

  put(root: AuditRoot): Promise<WriteOutcome> {
    if (this.texts.has(root.day)) return Promise.resolve("conflict");
    this.texts.set(root.day, [textOfRoot(root)]);
    return Promise.resolve("written");
  }

  overwrite(day: Day, text: string): Promise<void> {
    this.texts.get(day)?.push(text);
    return Promise.resolve();
  }

  hide(day: Day): Promise<void> {
    return this.overwrite(day, "");
  }
}
