import { shortHashOf } from "../../domain/hash.ts";
import { timestamp } from "../../domain/ids.ts";
import { HOME_INTEGRATION } from "../../domain/integration.ts";
import { diedDetailOf, findingKey } from "../../domain/lint/died.ts";
import { lintConfiguration } from "../../domain/lint/lint-configuration.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventPublisher } from "../../ports/events.ts";
import type { SyncStore } from "../../ports/sync.ts";
import type { ToldFindingsStore } from "../../ports/told-findings.ts";
import { loadConfiguration, type ConfiguredStores } from "./lint-what-is-there.ts";
import { loadWorld, type WorldDependencies } from "./load-world.ts";

export interface TellingDependencies extends WorldDependencies, ConfiguredStores {
  readonly syncs: Pick<SyncStore, "list">;
  readonly told: ToldFindingsStore;
  readonly events: EventPublisher;
  readonly clock: Pick<Clock, "now">;
}

/** The event's `detail-type`. */
export const CONFIGURATION_DIED = "ConfigurationDied";

/** As many characters of base32 as a request's id has. */
const ID_LENGTH = 26;

/** Passes that are looked at: where none of so many was finished, the inventory is too old to call anything dead. */
const PASSES_READ = 20;

export interface Telling {
  /** Errors that there are. */
  readonly errors: number;
  /** Those of them that the bus was told of now. */
  readonly told: number;
}

/**
 * Tells the bus of each error that lint finds and did not find before; undefined while the inventory has not been read
 * through once, when everything would look dead. Told first and remembered then: a crash between the two tells the same
 * event again, under the same id. Whoever comes second of two at the same moment remembers nothing, and has told nothing else.
 */
export const tellWhatDied = (dependencies: TellingDependencies) => async (): Promise<Telling | undefined> => {
  if (!(await isInventoryFilled(dependencies))) return undefined;
  const before = await dependencies.told.get();
  const configuration = await loadConfiguration(dependencies);
  const world = await loadWorld(dependencies, configuration);
  const errors = new Map(
    lintConfiguration(configuration, world)
      .filter(({ severity }) => severity === "error")
      .map((finding) => [findingKey(finding), finding]),
  );
  const known = new Set(before.keys);
  const died = [...errors].filter(([key]) => !known.has(key));
  const version = before.version + 1;
  for (const [key, finding] of died) {
    await dependencies.events.publish({
      id: `l-${shortHashOf({ key, version }, ID_LENGTH)}`,
      type: CONFIGURATION_DIED,
      at: timestamp(dependencies.clock.now()),
      detail: diedDetailOf(finding),
    });
  }
  const isSame = died.length === 0 && known.size === errors.size;
  if (!isSame) await dependencies.told.put({ version, keys: [...errors.keys()] });
  return { errors: errors.size, told: died.length };
};

const isInventoryFilled = async ({ syncs }: TellingDependencies): Promise<boolean> => {
  const { items } = await syncs.list(
    { integration: HOME_INTEGRATION, scope: "identity" },
    { limit: PASSES_READ },
  );
  return items.some(({ status }) => status === "finished");
};
