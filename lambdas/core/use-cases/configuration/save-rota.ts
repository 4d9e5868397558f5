import type { RotaBody } from "../../contracts/configuration/rota.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import { RotaNameSchema } from "../../domain/ids.ts";
import type { Participant, Rota } from "../../domain/rota.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RotaStore } from "../../ports/stores.ts";
import { peopleNamedIn, rotaContentOf } from "./rota-content.ts";
import { nameResolver, type NameDependencies } from "./name-resolver.ts";
import { nameOfItem } from "./named-items.ts";
import { saveConfiguration, type CheckBeforeSave, type ContentOf } from "./save-configuration.ts";

interface Dependencies extends NameDependencies {
  readonly rotas: Pick<RotaStore, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

interface SaveInput {
  readonly author: Author;
  readonly name: string;
  readonly rota: RotaBody;
  readonly check?: CheckBeforeSave<Rota> | undefined;
}

const NAME = { kind: "rota", schema: RotaNameSchema, code: "invalid-rota" } as const;

/**
 * Makes or replaces a rota. Everybody whom it names is looked up, once; those whom nobody knows refuse it together. Saving
 * what is there already writes nothing.
 */
export const saveRota =
  (dependencies: Dependencies) =>
  async ({ author, name, rota, check }: SaveInput): Promise<Rota> => {
    const rotaName = nameOfItem(NAME, name, rota);
    const content = await resolveRota(dependencies, rota);
    await check?.({ name: rotaName, ...content });
    const { rotas, clock } = dependencies;
    return saveConfiguration<Rota>({ kind: "rota", store: rotas, clock })(rotaName, author, content);
  };

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
