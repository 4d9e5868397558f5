import { DomainError } from "../../domain/errors.ts";
import {
  AccountIdSchema,
  PermissionSetArnSchema,
  UserIdSchema,
  type AccountId,
  type PermissionSetArn,
} from "../../domain/ids.ts";
import type { InventoryReader } from "../../ports/inventory.ts";

type Reader = Pick<InventoryReader, "named">;

/** The account that a filter names, by id or name. Throws DomainError `unknown-name` or `ambiguous-name`. */
export const accountNamed = async (inventory: Reader, text: string): Promise<AccountId> => {
  const id = AccountIdSchema.safeParse(text);
  if (id.success) return id.data;
  const found = await inventory.named("account", text);
  return only(
    found.map(({ fact }) => fact.id),
    { text, field: "account" },
  );
};

/** The permission set that a filter names, by ARN or name. */
export const permissionSetNamed = async (inventory: Reader, text: string): Promise<PermissionSetArn> => {
  const arn = PermissionSetArnSchema.safeParse(text);
  if (arn.success) return arn.data;
  const found = await inventory.named("permission-set", text);
  return only(
    found.map(({ fact }) => fact.arn),
    { text, field: "permissionSet" },
  );
};

/** The id of the user or group that a filter names, by id, user name or display name. */
export const principalNamed = async (inventory: Reader, text: string): Promise<string> => {
  if (UserIdSchema.safeParse(text).success) return text;
  const [users, groups] = await Promise.all([inventory.named("user", text), inventory.named("group", text)]);
  return only(
    [...users, ...groups].map(({ fact }) => fact.id),
    { text, field: "principal" },
  );
};

const only = <Id extends string>(
  ids: readonly Id[],
  { text, field }: { readonly text: string; readonly field: string },
): Id => {
  const [id] = ids;
  if (id === undefined) {
    throw new DomainError("unknown-name", `The inventory has nothing of the name ${text}.`, [
      { pointer: `/${field}`, detail: `found ${text}; expected a name or an id of the inventory` },
    ]);
  }
  if (ids.length === 1) return id;
  throw new DomainError(
    "ambiguous-name",
    `The inventory has several of the name ${text}: ${ids.join(", ")}.`,
    [{ pointer: `/${field}`, detail: `found ${text}; expected one of ${ids.join(", ")}` }],
  );
};

/** What an optional filter names. */
export const whereGiven = async <Id>(
  text: string | undefined,
  find: (text: string) => Promise<Id>,
): Promise<Id | undefined> => (text === undefined ? undefined : find(text));
