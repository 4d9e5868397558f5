import { deepened, deepenedUnlessLeft, depthOfAll, type Coverage } from "../../domain/inventory/coverage.ts";
import { inAccount, type FactOf } from "../../domain/inventory/facts.ts";
import type { LookedAt } from "../../domain/inventory/looks/look.ts";
import type { Inventory, Observed, Scope } from "../../ports/inventory.ts";
import type { AccountSource, Look } from "../../ports/sync.ts";
import { noteCoverage, seen } from "./note-coverage.ts";
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

/** What is looked at by itself. */
const IAM_KINDS = ["iam-user", "iam-group", "iam-role"] as const;
type IamKind = (typeof IAM_KINDS)[number];

/**
 * Makes the inventory say what IAM of an account has now: one thing of it, or everything. An event may come before anybody has
 * looked at the account, or after it was left alone for a while: what it shows then was there already, as what a pass shows for
 * the first time, unless the call itself made it.
 */
export const lookAgainAtIam = async (within: Within, event: IamLook): Promise<void> => {
  const { accountId, look: kind } = event;
  // It begins before it is known how far anybody looked: what is taken away after that goes with a look that is newer.
  const begun = within.look();
  const kinds = kind === "iam" ? IAM_KINDS : [kind];
  // Before anything is written of them: what the inventory holds is always listed there.
  const known = await noteCoverage(within, accountId, (coverage) =>
    deepened(coverage, depthOfAll(kinds, "begun")),
  );
  if (event.look !== "iam")
    return lookAtOne(within, event, event.isMade === true ? begun : seen(begun, known[event.look], "whole"));
  await lookAtAll(within, event, { begun, known });
  await noteCoverage(within, accountId, (coverage) =>
    deepenedUnlessLeft(coverage, depthOfAll(kinds, "whole")),
  );
};

const lookAtOne = async (
  { inventory, source, write }: Within,
  { accountId, look: kind, name }: Extract<IamLook, { readonly name: string }>,
  seenAt: Look,
): Promise<void> => {
  const found = await oneOf(source, kind, name);
  const before = await namedIn(inventory, { kind, within: inAccount(accountId) }, name);
  const isSame = before !== undefined && before.fact.arn === found?.arn;
  // One that was made anew under another path has another ARN: it is another one.
  if (before !== undefined && !isSame) await write([{ change: "vanished", fact: before.fact }], seenAt);
  if (found !== undefined) await write(differenceOf(found, isSame ? before : undefined), seenAt);
};

const oneOf = (source: AccountSource, kind: IamKind, name: string): Promise<FactOf<IamKind> | undefined> => {
  switch (kind) {
    case "iam-user":
      return source.iamUser(name);
    case "iam-group":
      return source.iamGroup(name);
    case "iam-role":
      return source.iamRole(name);
  }
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

const lookAtAll = async (
  { inventory, source, write }: Within,
  { accountId }: IamLook,
  { begun, known: depths }: { readonly begun: Look; readonly known: Coverage },
): Promise<void> => {
  const lookAt = async <Kind extends IamKind>(
    kind: Kind,
    list: AsyncIterable<readonly FactOf<Kind>[]>,
  ): Promise<void> => {
    const found: FactOf<Kind>[] = [];
    for await (const page of list) found.push(...page);
    const scope = { kind, within: inAccount(accountId) } as Scope<Kind>;
    await write(await differencesWithin(inventory, scope, found), seen(begun, depths[kind], "whole"));
  };
  await lookAt("iam-user", source.iamUsers());
  await lookAt("iam-group", source.iamGroups());
  await lookAt("iam-role", source.iamRoles());
};
