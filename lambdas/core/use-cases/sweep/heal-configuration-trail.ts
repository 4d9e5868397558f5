import type { ChangeMark } from "../../domain/configuration/entry.ts";
import { ConfigurationKinds } from "../../domain/configuration/subject.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventPublisher } from "../../ports/events.ts";
import type { ConfigurationHeads, ConfigurationTrail } from "../../ports/stores.ts";
import { entriesUpTo } from "../configuration/entries-up-to.ts";
import { recordConfigurationEntry } from "../configuration/record-change.ts";
import { configurationGap } from "./findings.ts";
import type { Tally } from "./tally.ts";

export interface ConfigurationTrailDependencies {
  readonly configurationHeads: Pick<ConfigurationHeads, "newest" | "entry">;
  readonly configurationTrail: Pick<ConfigurationTrail, "append" | "sequences">;
  readonly events: EventPublisher;
  readonly clock: Clock;
}

/** The stream takes a second or so: what is younger is on its way. */
const ON_ITS_WAY_MILLISECONDS = 5 * 60 * 1000;

/**
 * What was not changed for so long is not looked at again: the stream gives a record up after a day, and 1,700 sweeps have
 * looked since. Twenty items with ten entries of 4 KB each are 200 read units, five minutes apart: 0.2 USD a month.
 */
const LOOKED_AT_FOR_MILLISECONDS = 7 * 24 * 3600 * 1000;

/** So many entries of a chain are looked for, the newest: more are not written between two sweeps. */
const LOOKED_BACK = 10;

/**
 * Puts back what the trail of configuration lacks, from the entries that were written before the changes, and tells the bus
 * of it. Each names the one before it by its hash, so that nothing is put back that never happened.
 */
export const healConfigurationTrail =
  (dependencies: ConfigurationTrailDependencies) =>
  async (tally: Tally): Promise<void> => {
    const now = dependencies.clock.now().getTime();
    for (const kind of ConfigurationKinds) {
      const changes = (await dependencies.configurationHeads.newest(kind)).filter(({ at }) => {
        const age = now - Date.parse(at);
        return age >= ON_ITS_WAY_MILLISECONDS && age <= LOOKED_AT_FOR_MILLISECONDS;
      });
      for (const change of changes) await heal(dependencies, change, tally);
    }
  };

const heal = async (
  dependencies: ConfigurationTrailDependencies,
  change: ChangeMark,
  tally: Tally,
): Promise<void> => {
  const { configurationHeads, configurationTrail } = dependencies;
  const { subject, sequence } = change;
  const from = Math.max(1, sequence - LOOKED_BACK + 1);
  const there = new Set(await configurationTrail.sequences(subject, from));
  const missing = (wanted: number): boolean => !there.has(wanted);
  const first = Array.from({ length: sequence - from + 1 }, (_, index) => from + index).find(missing);
  if (first === undefined) return;
  const found = await entriesUpTo(configurationHeads, change, first);
  const healed = found.entries.filter((entry) => missing(entry.sequence));
  for (const entry of healed) await recordConfigurationEntry(dependencies)(entry);
  const lost = found.lost.filter(missing);
  tally.trail.healed += healed.length;
  tally.trail.lost += lost.length;
  const sequences = healed.map((entry) => entry.sequence);
  if (healed.length > 0) tally.found(configurationGap(subject, sequences, "healed"));
  if (lost.length > 0) tally.found(configurationGap(subject, lost, "reported"));
};
