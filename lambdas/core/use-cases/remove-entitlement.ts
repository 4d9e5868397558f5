import {
  confirmAbsent,
  entitlementKey,
  isSameRemoval,
  leftDangling,
  mayDelete,
  removeAgain,
  type EntitlementRecord,
} from "../domain/entitlement.ts";
import { timestamp, type Timestamp } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Providers, RemoveProgress } from "../ports/provider.ts";
import type { EntitlementStore } from "../ports/stores.ts";
import type { KeptTurn } from "./kept-turn.ts";

/** What came of removing one entitlement. */
export type Removed =
  | { readonly outcome: "removed" }
  | { readonly outcome: "verifying"; readonly until: Timestamp }
  | { readonly outcome: "dangling"; readonly reason: string }
  | { readonly outcome: "unfinished"; readonly reason: string };

/** The time of the invocation is over, or its turn was lost: a later look goes on. */
export const outOfTime = {
  outcome: "unfinished",
  reason: "the time in which this invocation may delete is over",
} as const;

/** Another invocation, or a new holder, wrote first: looking again decides. */
const raced = {
  outcome: "unfinished",
  reason: "something else changed the same access at the same time",
} as const;

/**
 * No Delete is sent in the last seconds of a turn: a connection and an answer take up to 13 seconds
 * (adapters/aws-clients.ts), and the next one's observation must come after it.
 */
const NO_DELETE_IN_LAST_SECONDS = 15;

/** AWS refused because too many operations are outstanding: others make them, and they end within seconds. */
const BUSY_PAUSE_MILLISECONDS = 1000;

/** How often a refusal of that kind is waited out before it is left to a later look. */
const BUSY_TIMES = 20;

/** Every lost race means that another write won, so progress was made; so many in a row is a fault. */
const RACES = 10;

interface Dependencies {
  readonly entitlements: EntitlementStore;
  readonly providers: Providers;
  readonly clock: Clock;
}

type RecordIn<State extends EntitlementRecord["state"]> = EntitlementRecord & { readonly state: State };

/** One removal under a turn; `now` is the time to compare stored moments with. */
interface Removal extends Dependencies {
  readonly turn: KeptTurn;
  readonly now: () => Date;
}

/**
 * Removes an entitlement that nobody holds, as far as its record says so: it is read again, since it may have been
 * removed, and taken anew, after it was queued.
 */
export const removeEntitlement = async (removal: Removal, key: string): Promise<Removed> => {
  const record = await removal.entitlements.get(key);
  switch (record?.state) {
    case "removing":
      return remove(removal, record);
    case "verifying":
      return verify(removal, record);
    case "absent":
    case "observing":
    case "standing":
    case "ours":
    case undefined:
      return { outcome: "removed" };
  }
};

const remove = async (removal: Removal, record: RecordIn<"removing">): Promise<Removed> => {
  const { turn, now } = removal;
  if (!mayDelete(record, now())) {
    return { outcome: "unfinished", reason: "an earlier call to delete it may still be on its way" };
  }
  const progress = await send(removal, record);
  switch (progress.outcome) {
    case "unfinished":
      // It may still arrive: nobody may see the access gone, and let somebody take it, before it cannot any more.
      if (progress.unanswered === true) turn.letRunOut();
      return { outcome: "unfinished", reason: progress.reason };
    case "dangling":
      await write(removal, record, (current) => leftDangling(current, progress.reason));
      return progress;
    case "done":
      return confirmed(await write(removal, record, (current) => confirmAbsent(current, now())));
  }
};

/** Waits while AWS takes no more operations, as long as this invocation may delete. */
const send = async (
  { providers, clock, turn }: Removal,
  { entitlement }: RecordIn<"removing">,
): Promise<RemoveProgress> => {
  const provider = providers[entitlement.provider];
  let progress: RemoveProgress = outOfTime;
  for (let time = 0; time < BUSY_TIMES; time += 1) {
    const { until } = turn;
    if (until === undefined) return progress;
    progress = await provider.remove(
      entitlement,
      new Date(until.getTime() - NO_DELETE_IN_LAST_SECONDS * 1000),
    );
    if (progress.outcome !== "unfinished" || progress.busy !== true) return progress;
    await clock.sleep(BUSY_PAUSE_MILLISECONDS);
    await turn.keep();
  }
  return progress;
};

/**
 * Removes once more what was seen gone, when no Create can be sent any more: one may have landed, or may still be in
 * progress at AWS, which then answers with a Conflict until it has ended. A look alone would not see that one.
 */
const verify = async (removal: Removal, record: RecordIn<"verifying">): Promise<Removed> => {
  const { entitlements, now } = removal;
  if (timestamp(now()) < record.until) return { outcome: "verifying", until: record.until };
  const again = removeAgain(record, now());
  return (await entitlements.put(again)) === "conflict" ? raced : remove(removal, again);
};

/**
 * Writes what follows from a removal, as long as it is the same one: a request may have left its mark on the record
 * meanwhile. Undefined when it is not, or when this invocation has lost its turn: the next one's Delete may be on its
 * way, and nobody may take the access before that one has seen it gone.
 */
const write = async (
  { entitlements, turn }: Removal,
  removing: RecordIn<"removing">,
  next: (record: RecordIn<"removing">) => EntitlementRecord,
): Promise<EntitlementRecord | undefined> => {
  let current: EntitlementRecord | undefined = removing;
  for (let race = 0; race < RACES; race += 1) {
    if (turn.until === undefined || !isSameRemoval(current, removing)) return undefined;
    const written = next(current);
    if ((await entitlements.put(written)) === "written") return written;
    current = await entitlements.get(entitlementKey(removing.entitlement));
  }
  return undefined;
};

const confirmed = (record: EntitlementRecord | undefined): Removed => {
  if (record === undefined) return raced;
  return record.state === "verifying"
    ? { outcome: "verifying", until: record.until }
    : { outcome: "removed" };
};
