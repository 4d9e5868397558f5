import { compileQuery } from "../query/compile-query.ts";
import { isOfPermission, readerOf, type QueryPermission, type QuerySubject } from "../query/fields.ts";
import { printQuery } from "../query/print-query.ts";
import type { Query } from "../query/query.ts";
import { specialiseQuery } from "../query/specialise-query.ts";
import type { AccountFact, PermissionSetFact } from "./facts.ts";

/** Everything that may be granted: each permission set in each account. */
export interface Grantable {
  readonly accounts: readonly GrantableAccount[];
  readonly permissionSets: readonly GrantablePermissionSet[];
}

export interface GrantableAccount {
  readonly fact: AccountFact;
  readonly subject: QuerySubject;
}

export interface GrantablePermissionSet {
  readonly fact: PermissionSetFact;
  readonly permission: QueryPermission;
}

/** The accounts in which a query selects a permission set: one at least. */
export interface MatchingAccounts {
  readonly permissionSet: PermissionSetFact;
  readonly accounts: readonly AccountFact[];
}

/**
 * What a query selects of everything that may be granted, permission set by permission set. The query is asked of the
 * permission set first, and only what is left of it of the accounts: once for all permission sets of which the same is left.
 */
export function* matchingAccounts(
  query: Query,
  { accounts, permissionSets }: Grantable,
): Generator<MatchingAccounts, void, undefined> {
  const [anyAccount] = accounts;
  if (anyAccount === undefined) return;
  const all = accounts.map(({ fact }) => fact);
  const found = new Map<string, readonly AccountFact[]>();
  for (const { fact: permissionSet, permission } of permissionSets) {
    // What is said of the permission is the same in whatever account.
    const subject = { ...anyAccount.subject, permission };
    const left = specialiseQuery(query, (field) =>
      isOfPermission(field.name) ? { value: readerOf(field)(subject) } : undefined,
    );
    if (left === false) continue;
    const matching = left === true ? all : remembered(found, printQuery(left), () => select(left, accounts));
    if (matching.length > 0) yield { permissionSet, accounts: matching };
  }
}

const select = (query: Query, accounts: readonly GrantableAccount[]): readonly AccountFact[] => {
  const selects = compileQuery(query);
  return accounts.filter(({ subject }) => selects(subject) === true).map(({ fact }) => fact);
};

const remembered = <Value>(known: Map<string, Value>, key: string, find: () => Value): Value => {
  const value = known.get(key) ?? find();
  known.set(key, value);
  return value;
};
