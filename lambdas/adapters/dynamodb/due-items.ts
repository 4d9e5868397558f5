import * as z from "zod/mini";
import type { OnUnreadable } from "../../core/ports/stores.ts";
import { BY_DUE } from "./keys.ts";
import { orNothing } from "./stored.ts";
import type { Item, Table } from "./table.ts";

/** What to read of the index: which partitions, up to which moment where there is one, and how many items. */
export interface DueQuery {
  readonly partitions: readonly string[];
  readonly until?: string;
  readonly limit: number;
}

const PlaceSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  [BY_DUE.partition]: z.string(),
  [BY_DUE.sort]: z.string(),
});
type Place = z.infer<typeof PlaceSchema>;

/** A place is some 300 bytes, so that a page of so many is below DynamoDB's 1 MB: one with fewer is the last. */
const MOST_PLACES = 1000;

/** A partition's places, in order. */
async function* placesIn(
  access: Table,
  partition: string,
  { until, limit }: DueQuery,
): AsyncGenerator<Place, undefined> {
  const pageSize = Math.min(limit, MOST_PLACES);
  let last: Place | undefined;
  for (;;) {
    const items = await access.query({
      IndexName: BY_DUE.name,
      KeyConditionExpression:
        until === undefined ? "#partition = :partition" : "#partition = :partition AND #sort <= :until",
      ExpressionAttributeNames: {
        "#partition": BY_DUE.partition,
        ...(until === undefined ? {} : { "#sort": BY_DUE.sort }),
      },
      ExpressionAttributeValues: {
        ":partition": partition,
        ...(until === undefined ? {} : { ":until": until }),
      },
      Limit: pageSize,
      ExclusiveStartKey: last,
    });
    const places = items.map((item) => PlaceSchema.parse(item));
    yield* places;
    last = places.at(-1);
    if (places.length < pageSize) return undefined;
  }
}

/** The places of several partitions in one order. */
async function* merged(
  places: readonly AsyncGenerator<Place, undefined>[],
): AsyncGenerator<Place, undefined> {
  const heads = new Map(
    await Promise.all(places.map(async (source) => [source, (await source.next()).value] as const)),
  );
  for (;;) {
    let first: { readonly source: AsyncGenerator<Place, undefined>; readonly place: Place } | undefined;
    for (const [source, place] of heads) {
      if (place !== undefined && (first === undefined || place.dueAt < first.place.dueAt))
        first = { source, place };
    }
    if (first === undefined) return undefined;
    yield first.place;
    heads.set(first.source, (await first.source.next()).value);
  }
}

const keyOf = ({ pk, sk }: Place) => ({ pk, sk });

/** So many that cannot be read are not single items any more: the table is of another version than this code. */
const MOST_UNREADABLE = 100;

/** How items are read, and who is told of those that cannot be. */
interface Reading<Found> {
  readonly read: (item: Item) => Found;
  readonly onUnreadable: OnUnreadable;
}

/**
 * What the items say whose places are in these partitions, the longest due first. The index follows its table with a
 * delay: an item that has left its place, by a consistent read, is passed over for the next, so that what is shown is
 * true and an answer with less than `limit` is the end. One that cannot be read stays at the list's head, and is passed
 * over as well: what is behind it has to be found.
 */
export const dueItems = async <Found>(
  access: Table,
  query: DueQuery,
  { read, onUnreadable }: Reading<Found>,
): Promise<readonly Found[]> => {
  const places = merged(query.partitions.map((partition) => placesIn(access, partition, query)));
  const all: Found[] = [];
  let unreadable = 0;
  const passOver: OnUnreadable = (defect) => {
    unreadable += 1;
    if (unreadable > MOST_UNREADABLE) throw defect;
    onUnreadable(defect);
  };
  while (all.length < query.limit) {
    const next = await take(places, query.limit - all.length);
    if (next.length === 0) break;
    const dueAt = new Map(next.map((place) => [place.pk, place.dueAt]));
    const found = await access.batchGet(next.map(keyOf), { consistent: true });
    const there = found.filter((item) => item[BY_DUE.sort] === dueAt.get(String(item["pk"])));
    all.push(...there.flatMap((item) => orNothing(item, read, passOver)));
  }
  return all;
};

const take = async (places: AsyncGenerator<Place, undefined>, count: number): Promise<readonly Place[]> => {
  const taken: Place[] = [];
  while (taken.length < count) {
    const { value } = await places.next();
    if (value === undefined) break;
    taken.push(value);
  }
  return taken;
};
