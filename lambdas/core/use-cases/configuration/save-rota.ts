import type { RotaBody } from "../../contracts/configuration/rota.ts";
import { RotaNameSchema } from "../../domain/ids.ts";
import type { Participant, Rota } from "../../domain/rota.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RotaStore } from "../../ports/stores.ts";
import { peopleNamedIn, rotaContentOf } from "./rota-content.ts";
import { nameResolver, type NameDependencies } from "./name-resolver.ts";
import { saveConfiguration, type ContentOf } from "./save-configuration.ts";

interface Dependencies extends NameDependencies {
  readonly rotas: Pick<RotaStore, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Makes or replaces a rota. Everybody whom it names is looked up, once; those whom nobody knows refuse it together. Saving
 * what is there already writes nothing.
 */
export const saveRota = (dependencies: Dependencies) =>
  saveConfiguration<Rota, RotaBody>({
    kind: "rota",
    store: dependencies.rotas,
    clock: dependencies.clock,
    naming: { schema: RotaNameSchema, code: "invalid-rota" },
    contentOf: (_name, document) => resolveRota(dependencies, document),
  });

/** The rota that a document means. */
export const resolveRota = async (
  dependencies: NameDependencies,
  rota: RotaBody,
): Promise<ContentOf<Rota>> => {
  const resolver = nameResolver(dependencies);
  const named = Map.groupBy(peopleNamedIn(rota), ({ name }) => name);
  const people = await resolver.users(
    [...named].map(([name, places]) => ({ name, pointer: places[0]?.pointer ?? "" })),
  );
  resolver.finish();
  const participants = new Map(people.map(({ id, name }) => [name, { id, name }]));
  return rotaContentOf(rota, (name): Participant => {
    const participant = participants.get(name);
    if (participant === undefined) throw new Error(`Nobody was looked up for ${name}`);
    return participant;
  });
};
