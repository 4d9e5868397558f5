import { inAccount, type FactKind, type FactOf } from "../../domain/inventory/facts.ts";
import type { LookedAt } from "../../domain/inventory/looks/look.ts";
import type { Inventory, Observed, Scope } from "../../ports/inventory.ts";
import type { AccountSource, Look } from "../../ports/sync.ts";
import { differenceOf, differencesWithin, known, type WritesDifferences } from "./reconcile.ts";

/** What looks into an account work with. */
export interface Within {
  readonly inventory: Inventory;
  readonly source: AccountSource;
  readonly write: WritesDifferences;
  readonly look: () => Look;
}

/** What is looked at within an account. */
export type IamLook = Extract<LookedAt, { readonly look: "iam" | "iam-user" | "iam-group" | "iam-role" }>;

/** Makes the inventory say what IAM of an account has now: one thing of it, or everything. */
export const lookAgainAtIam = async (within: Within, look: IamLook): Promise<void> => {
  const { source } = within;
  switch (look.look) {
    case "iam-user":
      return lookAtOne(within, look, "iam-user", (name) => source.iamUser(name));
    case "iam-group":
      return lookAtOne(within, look, "iam-group", (name) => source.iamGroup(name));
    case "iam-role":
      return lookAtOne(within, look, "iam-role", (name) => source.iamRole(name));
    case "iam":
      await lookAtAll(within, look, "iam-user", () => source.iamUsers());
      await lookAtAll(within, look, "iam-group", () => source.iamGroups());
      return lookAtAll(within, look, "iam-role", () => source.iamRoles());
  }
};

type IamKind = Extract<FactKind, "iam-user" | "iam-group" | "iam-role">;

const lookAtOne = async (
  { inventory, write, look }: Within,
  { accountId, name }: Extract<IamLook, { readonly name: string }>,
  kind: IamKind,
  read: (name: string) => Promise<FactOf<IamKind> | undefined>,
): Promise<void> => {
  const seenAt = look();
  const found = await read(name);
  const before = await namedIn(inventory, { kind, within: inAccount(accountId) }, name);
  const isSame = before !== undefined && before.fact.arn === found?.arn;
  // One that was made anew under another path has another ARN: it is another one.
  if (before !== undefined && !isSame) await write([{ change: "vanished", fact: before.fact }], seenAt);
  if (found !== undefined) await write(differenceOf(found, isSame ? before : undefined), seenAt);
};

/** Names are not distinguished by case (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html). */
const namedIn = async (
  inventory: Inventory,
  scope: Scope<IamKind>,
  name: string,
): Promise<Observed<FactOf<IamKind>> | undefined> => {
  for await (const page of known(inventory, scope)) {
    const one = page.find(({ fact }) => fact.name.toLowerCase() === name.toLowerCase());
    if (one !== undefined) return one;
  }
  return undefined;
};

const lookAtAll = async <Kind extends IamKind>(
  { inventory, write, look }: Within,
  { accountId }: IamLook,
  kind: Kind,
  list: () => AsyncIterable<readonly FactOf<Kind>[]>,
): Promise<void> => {
  const seenAt = look();
  const found: FactOf<Kind>[] = [];
  for await (const page of list()) found.push(...page);
  const scope = { kind, within: inAccount(accountId) } as Scope<Kind>;
  await write(await differencesWithin(inventory, scope, found), seenAt);
};
