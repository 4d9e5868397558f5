import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { Caller } from "../wire/service.ts";
import { iamDocuments, type IamDocuments } from "./records.ts";

export interface IamDependencies {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** IAM as one account's callers see it: each account has its own. */
export interface IamAccount extends IamDocuments {
  readonly accountId: string;
}

export const accountOf = ({ store }: Pick<IamDependencies, "store">, caller: Caller): IamAccount => ({
  accountId: caller.accountId,
  ...iamDocuments(store, caller.accountId),
});

/** IAM's moments have no fractions of a second. */
export const momentOf = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, "Z");

/** Prefixes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, "Understanding unique ID prefixes". */
export type IdPrefix = "AIDA" | "AGPA" | "AROA";

/** 21 characters, of which four say what it is. */
export const uniqueId = (prefix: IdPrefix, unique: string): string =>
  `${prefix}${unique.replaceAll("-", "").toUpperCase().slice(-17)}`;
