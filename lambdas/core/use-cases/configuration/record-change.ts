import type { ConfigurationEntry } from "../../domain/configuration/entry.ts";
import { chainOf } from "../../domain/configuration/subject.ts";
import type { EventPublisher, LockstepEvent } from "../../ports/events.ts";
import type { ConfigurationTrail } from "../../ports/stores.ts";

interface Dependencies {
  readonly configurationTrail: Pick<ConfigurationTrail, "append">;
  readonly events: EventPublisher;
}

/**
 * Materialises one change of configuration: one event on the bus, then its audit entry. Reads nothing, works in any order,
 * and a replay leaves the same entry and sends an event with the same id.
 */
export const recordChange =
  ({ configurationTrail, events }: Dependencies) =>
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
