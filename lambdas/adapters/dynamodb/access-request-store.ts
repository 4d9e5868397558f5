import * as z from "zod/mini";
import { AccessRequestSchema, type AccessRequest } from "../../core/domain/access-request.ts";
import { RequestIdSchema, TimestampSchema } from "../../core/domain/ids.ts";
import type { AccessRequestStore, Page, PageQuery } from "../../core/ports/stores.ts";
import { hasVersion, isNew } from "./conditions.ts";
import { cursorCodec } from "./cursor.ts";
import { ALL_REQUESTS, AccessIndex, accessKeys, requestAttributes, requestIdOf } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type Item, type TableDeps } from "./table.ts";

const cursors = cursorCodec(z.tuple([TimestampSchema, RequestIdSchema]));

/** The request that an item of the Access table holds. */
export const accessRequestOf = (item: Item): AccessRequest => stored(AccessRequestSchema, item);

const itemOf = (request: AccessRequest): Item => ({ ...request, ...requestAttributes(request) });

/** Access requests in the Access table. */
export const accessRequestStore = (deps: TableDeps): AccessRequestStore => {
  const access = table(deps);

  /** Newest first. The index holds keys only; one place more than asked for tells whether there is a next page. */
  const listBy = async (
    index: AccessIndex,
    partition: string,
    page: PageQuery,
  ): Promise<Page<AccessRequest>> => {
    const places = await access.query({
      IndexName: index.name,
      KeyConditionExpression: "#partition = :partition",
      ExpressionAttributeNames: { "#partition": index.partition },
      ExpressionAttributeValues: { ":partition": partition },
      ScanIndexForward: false,
      Limit: page.limit + 1,
      ...(page.cursor === undefined ? {} : { ExclusiveStartKey: startKey(index, partition, page.cursor) }),
    });
    const shown = places.slice(0, page.limit).map((place) => placeOf(place));
    const items = await access.batchGet(shown.map(({ pk, sk }) => ({ pk, sk })));
    const last = places.length > page.limit ? shown.at(-1) : undefined;
    return {
      // The index may still show a status that the item has left.
      items: items.filter((item) => item[index.partition] === partition).map(accessRequestOf),
      ...(last === undefined ? {} : { cursor: cursors.encode([last.createdAt, last.id]) }),
    };
  };

  return {
    get: async (id) => {
      const item = await access.get(accessKeys.request(id));
      return item === undefined ? undefined : accessRequestOf(item);
    },
    create: (request) => access.put(itemOf(request), isNew),
    replace: (next, from) => access.put(itemOf(next), hasVersion(next.version - 1, from)),
    listByRequester: (requester, page) => listBy(AccessIndex.byRequester, requester, page),
    listByStatus: (status, page) => listBy(AccessIndex.byStatus, status, page),
    list: (page) => listBy(AccessIndex.byCreation, ALL_REQUESTS, page),
  };
};

const startKey = (index: AccessIndex, partition: string, cursor: string) => {
  const [createdAt, id] = cursors.decode(cursor);
  return { ...accessKeys.request(id), [index.partition]: partition, createdAt };
};

const PlaceSchema = z.object({ pk: z.string(), sk: z.string(), createdAt: TimestampSchema });

const placeOf = (item: Item) => {
  const place = PlaceSchema.parse(item);
  return { ...place, id: requestIdOf(place.pk) };
};
