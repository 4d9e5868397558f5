import * as z from "zod/mini";
import {
  AccessRequestSchema,
  type AccessRequest,
  type AskedExtension,
} from "../../core/domain/access-request.ts";
import { isBreakGlass, isUnreviewed } from "../../core/domain/break-glass.ts";
import { otherBeneficiaryOf } from "../../core/domain/principal.ts";
import { RequestIdSchema, TimestampSchema, timestamp, type RequestId } from "../../core/domain/ids.ts";
import type { AccessRequestStore, OnUnreadable, Page, PageQuery } from "../../core/ports/stores.ts";
import { hasVersion, isNew } from "./conditions.ts";
import { cursorCodec } from "./cursor.ts";
import {
  ALL_BREAK_GLASS,
  ALL_REQUESTS,
  AUTOMATIC_PERIODS,
  AccessIndex,
  UNREVIEWED_BREAK_GLASS,
  WAITING_EXTENSIONS,
  accessKeys,
  automaticPlace,
  beneficiaryPlace,
  breakGlassPlace,
  extensionPlace,
  madeFor,
  requestAttributes,
  requestIdOf,
} from "./keys.ts";
import { orNothing, stored } from "./stored.ts";
import { table, type Item, type TableDeps } from "./table.ts";

const cursors = cursorCodec(z.tuple([TimestampSchema, RequestIdSchema]));

/** The request that an item of the Access table holds. */
export const accessRequestOf = (item: Item): AccessRequest => stored(AccessRequestSchema, item);

const itemOf = (request: AccessRequest): Item => ({ ...request, ...requestAttributes(request) });

/** Who lists requests says who is told of those that are passed over; else a list fails with the first of them. */
interface Deps extends TableDeps {
  readonly onUnreadable?: OnUnreadable;
}

const fail: OnUnreadable = (defect) => {
  throw defect;
};

/** Access requests in the Access table. */
export const accessRequestStore = (deps: Deps): AccessRequestStore => {
  const access = table(deps);
  const { onUnreadable = fail } = deps;
  const readable = (items: readonly Item[]) =>
    items.flatMap((item) => orNothing(item, accessRequestOf, onUnreadable));

  /** The index holds keys only; one place more than asked for tells whether there is a next page. */
  const placesIn = async (
    index: AccessIndex,
    query: Parameters<typeof access.query>[0],
    page: PageQuery,
    startAfter: (createdAt: string, id: RequestId) => Item,
  ): Promise<Page<RequestId>> => {
    const places = await access.query({
      ...query,
      IndexName: index.name,
      Limit: page.limit + 1,
      ...(page.cursor === undefined ? {} : { ExclusiveStartKey: startAfter(...cursors.decode(page.cursor)) }),
    });
    const shown = places.slice(0, page.limit).map((place) => placeOf(place));
    const last = places.length > page.limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(({ id }) => id),
      ...(last === undefined ? {} : { cursor: cursors.encode([last.createdAt, last.id]) }),
    };
  };

  const itemsOf = (ids: readonly RequestId[]): Promise<readonly Item[]> =>
    access.batchGet(ids.map((id) => accessKeys.request(id)));

  /** Newest first. */
  const listBy = async (
    index: AccessIndex,
    partition: string,
    page: PageQuery,
  ): Promise<Page<AccessRequest>> => {
    const places = await placesIn(
      index,
      {
        KeyConditionExpression: "#partition = :partition",
        ExpressionAttributeNames: { "#partition": index.partition },
        ExpressionAttributeValues: { ":partition": partition },
        ScanIndexForward: false,
      },
      page,
      (createdAt, id) => ({ ...accessKeys.request(id), [index.partition]: partition, createdAt }),
    );
    const items = await itemsOf(places.items);
    // The index may still show a status that the item has left.
    return { ...places, items: readable(items.filter((item) => item[index.partition] === partition)) };
  };

  /** The requests whose places of this kind say a moment from `now` on, the soonest first. */
  const listComing = async (
    placeKey: (id: RequestId) => Item,
    partition: string,
    now: Date,
    page: PageQuery,
  ): Promise<Page<AccessRequest>> => {
    // A later page begins where the one before it ended, which may be past by now.
    const from = page.cursor === undefined ? timestamp(now) : cursors.decode(page.cursor)[0];
    const places = await placesIn(
      AccessIndex.byStatus,
      {
        KeyConditionExpression: "#partition = :partition AND createdAt >= :from",
        ExpressionAttributeNames: { "#partition": AccessIndex.byStatus.partition },
        ExpressionAttributeValues: { ":partition": partition, ":from": from },
      },
      page,
      (createdAt, id) => ({ ...placeKey(id), [AccessIndex.byStatus.partition]: partition, createdAt }),
    );
    return { ...places, items: readable(await itemsOf(places.items)) };
  };

  const listWaitingExtensions = async (now: Date, page: PageQuery): Promise<Page<AccessRequest>> => {
    const found = await listComing(accessKeys.extensionPlace, WAITING_EXTENSIONS, now, page);
    // A place stays until its deadline, whatever became of the extension.
    const isWaiting = (request: AccessRequest) => (extensionOf(request)?.deadline ?? "") > timestamp(now);
    return { ...found, items: found.items.filter(isWaiting) };
  };

  /** The requests whose places of this kind are in the partition: by when they were made, in this direction. */
  const listPlaces = async (
    placeKey: (id: RequestId) => Item,
    index: AccessIndex,
    partition: string,
    newestFirst: boolean,
    page: PageQuery,
  ): Promise<Page<AccessRequest>> => {
    const places = await placesIn(
      index,
      {
        KeyConditionExpression: "#partition = :partition",
        ExpressionAttributeNames: { "#partition": index.partition },
        ExpressionAttributeValues: { ":partition": partition },
        ScanIndexForward: !newestFirst,
      },
      page,
      (createdAt, id) => ({ ...placeKey(id), [index.partition]: partition, createdAt }),
    );
    return { ...places, items: readable(await itemsOf(places.items)) };
  };

  const listUnreviewedBreakGlass = async (page: PageQuery): Promise<Page<AccessRequest>> => {
    const { byStatus } = AccessIndex;
    const found = await listPlaces(accessKeys.breakGlassPlace, byStatus, UNREVIEWED_BREAK_GLASS, false, page);
    // A place may still say so of what was reviewed: the request is the truth.
    return { ...found, items: found.items.filter(isUnreviewed) };
  };

  /**
   * A place comes before its request: one without a request shows nothing, and a request without its
   * place would be on no list. One that is there already is left as it is: it may be of a review that was written since.
   */
  const keepPlacesOfNew = async (request: AccessRequest): Promise<void> => {
    if (isBreakGlass(request)) await access.put(breakGlassPlace(request), isNew);
    if (request.automatic !== undefined)
      await access.put(automaticPlace(request.id, request.automatic.until), isNew);
    const beneficiary = otherBeneficiaryOf(request);
    if (beneficiary !== undefined) await access.put(beneficiaryPlace(request, beneficiary), isNew);
  };

  /** The place follows the review, which is what says that it was reviewed: what is in between is shown as it is. */
  const movePlaceOfReviewed = async (next: AccessRequest): Promise<void> => {
    if (isBreakGlass(next) && !isUnreviewed(next)) await access.put(breakGlassPlace(next));
  };

  /** A place without its extension is passed over when it is read; an extension without its place would not be found. */
  const keepPlace = async (next: AccessRequest): Promise<void> => {
    const extension = extensionOf(next);
    if (extension !== undefined) await access.put(extensionPlace(next.id, extension.deadline));
  };

  return {
    get: async (id) => {
      const item = await access.get(accessKeys.request(id));
      return item === undefined ? undefined : accessRequestOf(item);
    },
    create: async (request) => {
      await keepPlacesOfNew(request);
      return access.put(itemOf(request), isNew);
    },
    replace: async (next, from) => {
      await keepPlace(next);
      const outcome = await access.put(itemOf(next), hasVersion(next.version - 1, from));
      if (outcome === "written") await movePlaceOfReviewed(next);
      return outcome;
    },
    listByRequester: (requester, page) => listBy(AccessIndex.byRequester, requester, page),
    listMadeFor: (user, page) =>
      listPlaces(accessKeys.beneficiaryPlace, AccessIndex.byRequester, madeFor(user), true, page),
    listByStatus: (status, page) => listBy(AccessIndex.byStatus, status, page),
    list: (page) => listBy(AccessIndex.byCreation, ALL_REQUESTS, page),
    listWaitingExtensions,
    listAutomatic: (now, page) => listComing(accessKeys.automaticPlace, AUTOMATIC_PERIODS, now, page),
    listUnreviewedBreakGlass,
    listBreakGlass: (page) =>
      listPlaces(accessKeys.breakGlassPlace, AccessIndex.byCreation, ALL_BREAK_GLASS, true, page),
  };
};

const extensionOf = (request: AccessRequest): AskedExtension | undefined =>
  request.status === "active" ? request.extension : undefined;

const PlaceSchema = z.object({ pk: z.string(), sk: z.string(), createdAt: TimestampSchema });

const placeOf = (item: Item) => {
  const place = PlaceSchema.parse(item);
  return { ...place, id: requestIdOf(place.pk) };
};
