import type * as z from "zod/mini";
import { DomainError } from "../../domain/errors.ts";
import {
  AccountIdSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  UserIdSchema,
  type OrganizationalUnitId,
  type UserId,
} from "../../domain/ids.ts";
import { factId, inAccount, membersOf, type FactOf } from "../../domain/inventory/facts.ts";
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader, NamedKind, Scope } from "../../ports/inventory.ts";
import { allOf, isAny } from "./walk.ts";

type Reader = Pick<InventoryReader, "get" | "named" | "page">;

/** Who knows people by their emails, too. */
export interface People {
  readonly inventory: Reader;
  readonly directory: Pick<Directory, "userByName">;
}

/** What is looked for, and the query's field that says it, unless the path does. */
interface Sought {
  readonly text: string;
  /** What it would be, in words. */
  readonly kind: string;
  readonly field?: string;
}

/**
 * What a filter means, by id or name. Throws DomainError `unknown-name` or `ambiguous-name`: what is misspelt would find
 * nothing, and look as if there were nothing. Of what the inventory does not know any more access may be left: its id is
 * taken as long as there is.
 */
const byIdOrName =
  <Ids extends z.ZodMiniType<string>>(
    kind: NamedKind,
    ids: Ids,
    leftOf: (id: z.output<Ids>) => Scope,
    words: Omit<Sought, "text">,
  ) =>
  async (inventory: Reader, text: string): Promise<z.output<Ids>> => {
    const id = ids.safeParse(text);
    if (id.success) {
      if (await isKnownOrLeft(inventory, [kind], { id: id.data, left: leftOf(id.data) })) return id.data;
      throw unknown({ text, ...words });
    }
    const found = await inventory.named(kind, text);
    return ids.parse(
      only(
        found.map(({ fact }) => factId(fact)),
        { text, ...words },
      ),
    );
  };

const isKnownOrLeft = async (
  inventory: Pick<InventoryReader, "get" | "page">,
  kinds: readonly NamedKind[],
  { id, left }: { readonly id: string; readonly left: Scope },
): Promise<boolean> => {
  const known = await Promise.all(kinds.map((kind) => inventory.get(kind, id)));
  return known.some((fact) => fact !== undefined) || isAny(inventory, left);
};

export const accountNamed = byIdOrName(
  "account",
  AccountIdSchema,
  (id) => ({ kind: "assignment", within: inAccount(id) }),
  { kind: "account", field: "account" },
);

/** By ARN or name. */
export const permissionSetNamed = byIdOrName(
  "permission-set",
  PermissionSetArnSchema,
  (permissionSetArn) => ({ kind: "assignment", permissionSetArn }),
  { kind: "permission set", field: "permissionSet" },
);

/** By id or display name. */
export const groupNamed = byIdOrName(
  "group",
  GroupIdSchema,
  (id) => ({ kind: "membership", within: membersOf(id) }),
  { kind: "group", field: "group" },
);

/** By id, user name or email. */
export const userNamed = async (people: People, text: string): Promise<UserId> => {
  const sought: Sought = { text, kind: "user", field: "user" };
  const id = UserIdSchema.safeParse(text);
  if (!id.success) return only(await usersCalled(people, text), sought);
  const left = { kind: "membership", userId: id.data } as const;
  if (await isKnownOrLeft(people.inventory, ["user"], { id: id.data, left })) return id.data;
  throw unknown(sought);
};

/** The id of a user or group, by id, user name, email or display name. */
export const principalNamed = async (people: People, text: string): Promise<string> => {
  const { inventory } = people;
  const sought: Sought = { text, kind: "user or group", field: "principal" };
  if (UserIdSchema.safeParse(text).success) {
    const left = { kind: "assignment", principalId: text } as const;
    if (await isKnownOrLeft(inventory, ["user", "group"], { id: text, left })) return text;
    throw unknown(sought);
  }
  const [users, groups] = await Promise.all([usersCalled(people, text), inventory.named("group", text)]);
  return only([...users, ...groups.map(({ fact }) => fact.id)], sought);
};

/**
 * The users of a user name or an email. The inventory finds people by their user names; emails the directory finds, as it does
 * for requests and access flows.
 */
const usersCalled = async ({ inventory, directory }: People, text: string): Promise<readonly UserId[]> => {
  const [named, person] = await Promise.all([
    inventory.named("user", text),
    text.includes("@") ? directory.userByName(text) : undefined,
  ]);
  return [
    ...new Set([...named.map(({ fact }) => fact.id), ...(person === undefined ? [] : [person.userId])]),
  ];
};

/** By id, path or name. An organization has 2,000 units at most: all of them are looked at. */
export const unitNamed = async (
  inventory: Pick<InventoryReader, "get" | "page">,
  text: string,
): Promise<OrganizationalUnitId> => {
  const sought: Sought = { text, kind: "organizational unit", field: "organizationalUnit" };
  const id = OrganizationalUnitIdSchema.safeParse(text);
  if (id.success) {
    if ((await inventory.get("organizational-unit", id.data)) !== undefined) return id.data;
    throw unknown(sought);
  }
  const units = (await allOf(inventory, { kind: "organizational-unit" })).map(({ fact }) => fact);
  const found = units.filter(({ path, name }) => path === text || name === text);
  return only(
    found.map((unit) => unit.id),
    sought,
  );
};

/** What a path means, by id or name. Throws DomainError `not-found` or `ambiguous-name`. */
const factAt =
  <Kind extends NamedKind>(kind: Kind, ids: z.ZodMiniType<string>, words: string) =>
  async (inventory: Pick<InventoryReader, "get" | "named">, text: string): Promise<FactOf<Kind>> => {
    const isId = ids.safeParse(text).success;
    const found = isId ? [await inventory.get(kind, text)] : await inventory.named(kind, text);
    const facts = found.flatMap((observed) => observed?.fact ?? []);
    const [fact] = facts;
    if (fact === undefined) {
      throw new DomainError(
        "not-found",
        `The inventory has no ${words} ${text}: a sync may not have seen it yet.`,
      );
    }
    if (facts.length > 1) throw ambiguous(facts.map(factId), { text, kind: words });
    return fact;
  };

/** By id or name. */
export const accountAt = factAt("account", AccountIdSchema, "account");

/** By id or user name. */
export const userAt = factAt("user", UserIdSchema, "user");

const only = <Id extends string>(ids: readonly Id[], sought: Sought): Id => {
  const [id] = ids;
  if (id === undefined) throw unknown(sought);
  if (ids.length > 1) throw ambiguous(ids, sought);
  return id;
};

const unknown = (sought: Sought): DomainError => {
  const detail = `The inventory has no ${sought.kind} ${JSON.stringify(sought.text)}: a sync may not have seen it yet.`;
  return new DomainError("unknown-name", detail, pointing(sought, detail));
};

const ambiguous = (ids: readonly string[], sought: Sought): DomainError => {
  const { text, kind } = sought;
  const detail = `${JSON.stringify(text)} is the name of more than one ${kind}: ${ids.join(", ")}. Name one of them by its id.`;
  return new DomainError("ambiguous-name", detail, pointing(sought, detail));
};

const pointing = ({ field }: Sought, detail: string) =>
  field === undefined ? [] : [{ pointer: `/${field}`, detail }];

/** What an optional filter names. */
export const whereGiven = async <Id>(
  text: string | undefined,
  find: (text: string) => Promise<Id>,
): Promise<Id | undefined> => (text === undefined ? undefined : find(text));
