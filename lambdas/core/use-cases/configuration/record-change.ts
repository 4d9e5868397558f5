import type { ConfigurationEntry } from "../../domain/configuration/entry.ts";
import { chainOf } from "../../domain/configuration/subject.ts";
import type { EventPublisher, LockstepEvent } from "../../ports/events.ts";
import type { ConfigurationHeads, ConfigurationTrail, EntryPlace } from "../../ports/stores.ts";

export interface RecordChangeDependencies {
  readonly configurationHeads: Pick<ConfigurationHeads, "entry">;
  readonly configurationTrail: Pick<ConfigurationTrail, "append">;
  readonly events: EventPublisher;
}

/**
 * Materialises one change of configuration: one event on the bus, then its audit entry. It reads that entry alone, which nobody
 * ever writes over: it works in any order, and a replay leaves the same entry and sends an event with the same id.
 */
export const recordChange =
  (dependencies: RecordChangeDependencies) =>
  async (change: EntryPlace): Promise<void> => {
    const entry = await dependencies.configurationHeads.entry(change);
    if (entry === undefined)
      throw new Error(
        `The entry ${chainOf(change.subject)}.${String(change.sequence)} is not in the Config table, where it was written before the change that it is of`,
      );
    await recordConfigurationEntry(dependencies)(entry);
  };

/** Records an entry, the newest or an earlier one that was lost on its way: as with requests, the event goes first. */
export const recordConfigurationEntry =
  ({ configurationTrail, events }: Omit<RecordChangeDependencies, "configurationHeads">) =>
  async (entry: ConfigurationEntry): Promise<void> => {
    await events.publish(eventOf(entry));
    await configurationTrail.append(entry);
  };

/** What changed and by whom, and nothing of what it says. */
const eventOf = ({ subject, sequence, version, type, at, actor, via }: ConfigurationEntry): LockstepEvent => {
  const id = `${chainOf(subject)}.${String(sequence)}`;
  return {
    id,
    type: "ConfigurationChanged",
    at,
    detail: {
      version: 1,
      id,
      kind: subject.kind,
      name: subject.name,
      change: type,
      sequence,
      configurationVersion: version,
      actor,
      via,
    },
  };
};
