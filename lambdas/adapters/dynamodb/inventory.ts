import * as z from "zod/mini";
import { DomainError } from "../../core/domain/errors.ts";
import { RequestIdSchema, TimestampSchema } from "../../core/domain/ids.ts";
import {
  FactSchema,
  ofType,
  type FactKind,
  type FactOf,
  type ResourceType,
} from "../../core/domain/inventory/facts.ts";
import type { Inventory, NamedKind, Observed, Replaced, Scope } from "../../core/ports/inventory.ts";
import type { WriteOutcome } from "../../core/ports/stores.ts";
import type { Condition } from "./conditions.ts";
import { cursorCodec } from "./cursor.ts";
import {
  FACT_PLACES,
  INVENTORY_BY_NAME,
  INVENTORY_BY_PERMISSION_SET,
  INVENTORY_BY_PRINCIPAL,
  InventoryPartition,
  factAttributes,
  inventoryKeys,
  ttlAt,
  type InventoryItemKind,
} from "./keys.ts";
import { table, type Item, type Key, type Table, type TableDeps, type Update } from "./table.ts";

/** How long the trace of what vanished stays: far longer than any look takes until it is written. */
const TRACE_KEPT_MILLISECONDS = 24 * 3600 * 1000;

/** The attributes of an item that say what was seen; those of the table and its indexes are left out. */
const ObservedSchema = z.object({
  fact: FactSchema,
  since: TimestampSchema,
  observedAt: TimestampSchema,
  by: z.optional(z.string()),
  heldBy: z.optional(z.array(RequestIdSchema)),
  baseline: z.optional(z.boolean()),
  tagsSeenAt: z.optional(TimestampSchema),
});

/** What was seen, as an item of the Inventory table says it; an item of another shape is a defect, and named by its key. */
export const observedOf = (item: Item): Observed => {
  const parsed = ObservedSchema.safeParse(item);
  if (parsed.success) return parsed.data;
  const key = JSON.stringify({ pk: item["pk"], sk: item["sk"] });
  throw new Error(`The item at ${key} is not of the shape that Lockstep writes`, { cause: parsed.error });
};

type PageWanted = Parameters<Inventory["page"]>[1];

/** Whether the item is only the trace of something that is there no more. */
export const isTrace = (item: Item): boolean => item["gone"] === true;

/**
 * The inventory in the Inventory table.
 *
 * What is written is a look: what somebody saw who began to look at `observedAt`. Looks are written in any order, by
 * passes and by handlers of events, and the one that began last wins. With a pass that lists at t0, and a handler that
 * looks at t1 > t0:
 * - the pass saw it, the handler saw that it is gone: whichever is written first, it is gone. Written first, the handler's
 *   trace refuses the pass's older look; written last, it replaces it;
 * - the pass saw nothing, the handler saw it appear: whichever is written first, it is there. The pass's trace is left where
 *   nothing was, and never replaces a newer fact;
 * - both saw it, with different attributes: those of the handler stay.
 * For t1 = t0 the one that saw it wins, in both orders; of two that saw it, the one that was written first.
 */
export const inventory = (deps: TableDeps): Inventory => {
  const items = table(deps);

  return {
    get: async (kind, id) => {
      const item = await items.get(inventoryKeys.fact(kind, id));
      return item === undefined ? undefined : shown<typeof kind>([item])[0];
    },

    getAll: async (kind, ids) => {
      const keys = [...new Set(ids)].map((id) => inventoryKeys.fact(kind, id));
      return shown<typeof kind>(await items.batchGet(keys, { consistent: true }));
    },

    page: async <Kind extends FactKind>(scope: Scope<Kind>, { limit, from }: PageWanted) => {
      const place = placeOf(scope);
      const found = await items.queryPage(
        { ...place.query, Limit: limit },
        from === undefined ? undefined : place.keyOf(from),
      );
      return {
        facts: shown<Kind>(found.items),
        ...(found.next === undefined ? {} : { next: place.nextOf(found.next) }),
      };
    },

    named: async (kind, name) => {
      const found = await items.queryAll(inPartition(INVENTORY_BY_NAME, InventoryPartition.name(kind, name)));
      return shown<typeof kind>(found).filter(({ fact }) => nameOf(fact) === name);
    },

    record: async (observed, replaced) =>
      written(
        await items.put(
          { ...observed, ...factAttributes(observed.fact, observed.since) },
          replacing(replaced, isSeenNoLaterThan(observed.observedAt)),
        ),
      ),

    forget: (reference, gone, replaced) => forget(items, reference, gone, replaced),
  };
};

const written = (outcome: WriteOutcome): "written" | "outdated" =>
  outcome === "written" ? "written" : "outdated";

/** What the items show, without traces. A partition holds one kind only. */
const shown = <Kind extends FactKind>(items: readonly Item[]): readonly Observed<FactOf<Kind>>[] =>
  items.filter((item) => !isTrace(item)).map((item) => observedOf(item) as Observed<FactOf<Kind>>);

/** Nothing is there yet, or an older look; or the trace of a look that began at the same moment. */
const isSeenNoLaterThan = (observedAt: string): Condition => ({
  ConditionExpression:
    "attribute_not_exists(#pk) OR #observedAt < :observedAt OR (#observedAt = :observedAt AND #gone = :gone)",
  ExpressionAttributeNames: { "#pk": "pk", "#observedAt": "observedAt", "#gone": "gone" },
  ExpressionAttributeValues: { ":observedAt": observedAt, ":gone": true },
});

/** The condition, and that nothing was written since what was read. */
const replacing = (replaced: Replaced | undefined, condition: Condition): Condition => {
  if (replaced === undefined) return condition;
  const { observedAt } = replaced;
  const isAsRead =
    observedAt === undefined
      ? "attribute_not_exists(#pk) OR #gone = :gone"
      : "#observedAt = :replaced AND attribute_not_exists(#gone)";
  return {
    ConditionExpression: `(${condition.ConditionExpression}) AND (${isAsRead})`,
    ExpressionAttributeNames: {
      ...condition.ExpressionAttributeNames,
      "#gone": "gone",
      ...(observedAt === undefined ? { "#pk": "pk" } : {}),
    },
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ...(observedAt === undefined ? { ":gone": true } : { ":replaced": observedAt }),
    },
  };
};

/** Leaves a trace, with what was there for the stream to tell of, and out of every index. */
const forget = async (
  items: Table,
  { kind, id }: Parameters<Inventory["forget"]>[0],
  { observedAt, by, heldBy, leftScope }: Parameters<Inventory["forget"]>[1],
  replaced: Replaced | undefined,
): Promise<"written" | "outdated"> => {
  const trace = {
    kind: "fact" satisfies InventoryItemKind,
    gone: true,
    observedAt,
    ...ttlAt(new Date(Date.parse(observedAt) + TRACE_KEPT_MILLISECONDS)),
    ...(by === undefined ? {} : { by }),
    ...(heldBy === undefined ? {} : { heldBy }),
    ...(leftScope === undefined ? {} : { leftScope }),
  };
  const update = setting(trace, [...FACT_PLACES, ...ABOUT_A_CHANGE.filter((name) => !(name in trace))]);
  const changed = await items.update(inventoryKeys.fact(kind, id), {
    ...update,
    ...replacing(replaced, {
      ConditionExpression: "attribute_not_exists(#pk) OR #observedAt < :observedAt",
      ExpressionAttributeNames: update.ExpressionAttributeNames,
      ExpressionAttributeValues: update.ExpressionAttributeValues ?? {},
    }),
  });
  return written(changed === "conflict" ? changed : "written");
};

/** What an item says of how the fact appeared, or went before, which is not how it vanishes. */
const ABOUT_A_CHANGE = ["baseline", "by", "heldBy", "leftScope"] as const;

/** An update that sets these attributes and removes those; its names are those of both, and of the key. */
const setting = (attributes: Item, removed: readonly string[]): Omit<Update, "ConditionExpression"> => ({
  UpdateExpression: `SET ${Object.keys(attributes)
    .map((name) => `#${name} = :${name}`)
    .join(", ")} REMOVE ${removed.map((name) => `#${name}`).join(", ")}`,
  ExpressionAttributeNames: Object.fromEntries(
    ["pk", ...Object.keys(attributes), ...removed].map((name) => [`#${name}`, name]),
  ),
  ExpressionAttributeValues: Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`:${name}`, value]),
  ),
  ReturnValues: "NONE",
});

const nameOf = (fact: FactOf<NamedKind>): string => {
  switch (fact.kind) {
    case "account":
    case "permission-set":
      return fact.name;
    case "user":
      return fact.userName;
    case "group":
      return fact.displayName;
  }
};

/** Where a scope's facts are, and how a place within them is said to callers. */
interface Place {
  readonly query: Parameters<Table["queryPage"]>[0];
  /** Throws DomainError `invalid-cursor`. */
  readonly keyOf: (from: string) => Key;
  readonly nextOf: (last: Key) => string;
}

const placeOf = (scope: Scope): Place => {
  if ("principalId" in scope) return ofPrincipal(scope.kind, scope.principalId);
  if ("userId" in scope) return ofPrincipal(scope.kind, scope.userId);
  if ("membershipId" in scope)
    return byId(scope.kind, INVENTORY_BY_NAME, InventoryPartition.membership(scope.membershipId));
  if ("type" in scope) return ofResources(scope);
  if ("permissionSetArn" in scope) {
    return inOrder(scope.kind, InventoryPartition.permissionSet(scope.kind, scope.permissionSetArn));
  }
  return ofKind(scope.kind, scope.within);
};

const ids = cursorCodec(z.string());

/** A partition of the table: every fact of the kind, or those whose ids begin with `within`. */
const ofKind = (kind: FactKind, within: string | undefined): Place => {
  const isWithin = within === undefined ? "" : " AND begins_with(#sk, :within)";
  return {
    query: {
      KeyConditionExpression: `#pk = :pk${isWithin}`,
      ExpressionAttributeNames: { "#pk": "pk", ...(within === undefined ? {} : { "#sk": "sk" }) },
      ExpressionAttributeValues: { ":pk": kind, ...(within === undefined ? {} : { ":within": within }) },
      ConsistentRead: true,
    },
    keyOf: (from) => {
      const id = ids.decode(from);
      // DynamoDB refuses a place outside of what is asked for, and takes it for the program's mistake.
      if (!id.startsWith(within ?? "")) throw notOfThisList();
      return inventoryKeys.fact(kind, id);
    },
    nextOf: ({ sk }) => ids.encode(String(sk)),
  };
};

const notOfThisList = () => new DomainError("invalid-cursor", "The cursor is not one that this list gave");

const ofResources = ({ kind, type, accountId }: Extract<Scope, { readonly type: ResourceType }>): Place =>
  accountId === undefined
    ? byId(kind, INVENTORY_BY_NAME, InventoryPartition.resources(type))
    : ofKind(kind, ofType({ accountId, type }));

const ofPrincipal = (kind: "assignment" | "membership", id: string): Place =>
  byId(kind, INVENTORY_BY_PRINCIPAL, InventoryPartition.principal(kind, id));

/** A partition of an index that is sorted by id. */
const byId = (
  kind: FactKind,
  index: typeof INVENTORY_BY_PRINCIPAL | typeof INVENTORY_BY_NAME,
  partition: string,
): Place => ({
  query: inPartition(index, partition),
  keyOf: (from) => ({ ...inventoryKeys.fact(kind, ids.decode(from)), [index.partition]: partition }),
  nextOf: ({ sk }) => ids.encode(String(sk)),
});

const orders = cursorCodec(z.tuple([z.string(), z.string()]));

/** A partition of the index that has an order of its own. */
const inOrder = (kind: FactKind, partition: string): Place => ({
  query: inPartition(INVENTORY_BY_PERMISSION_SET, partition),
  keyOf: (from) => {
    const [order, id] = orders.decode(from);
    return {
      ...inventoryKeys.fact(kind, id),
      [INVENTORY_BY_PERMISSION_SET.partition]: partition,
      [INVENTORY_BY_PERMISSION_SET.sort]: order,
    };
  },
  nextOf: ({ [INVENTORY_BY_PERMISSION_SET.sort]: order, sk }) => orders.encode([String(order), String(sk)]),
});

const inPartition = (
  index: { readonly name: string; readonly partition: string },
  partition: string,
): Place["query"] => ({
  IndexName: index.name,
  KeyConditionExpression: "#partition = :partition",
  ExpressionAttributeNames: { "#partition": index.partition },
  ExpressionAttributeValues: { ":partition": partition },
});
