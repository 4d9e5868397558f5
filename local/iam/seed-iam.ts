import { createHash } from "node:crypto";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import { momentOf, uniqueId, type IdPrefix } from "./account.ts";
import type { AccountIam } from "./account-file.ts";
import { iamArn } from "./names.ts";
import { iamPrincipals } from "./principals.ts";
import { iamDocuments } from "./records.ts";
import { trustPolicyOf } from "./trust-policy-document.ts";

export interface IamSeed {
  readonly accounts: readonly { readonly id: string; readonly iam?: AccountIam | undefined }[];
}

/** Ids of seeded things are derived from their ARNs, so that every run of the same file shows the same ids. */
const seededId = (prefix: IdPrefix, arn: string): string =>
  uniqueId(prefix, createHash("sha256").update(arn).digest("hex"));

/** Writes the users, groups and roles of the file's accounts. */
export const seedIam = (
  { accounts }: IamSeed,
  { store, clock }: { readonly store: LocalStore; readonly clock: Clock },
): void => {
  const createdAt = momentOf(clock.now());
  const principals = iamPrincipals(store);
  // Trust policies keep the ids of whom they name, in whatever account: all ids come before the first policy.
  for (const { id, iam } of accounts) {
    if (iam === undefined) continue;
    const { users, groups } = iamDocuments(store, id);
    for (const { name, path } of iam.roles) {
      const arn = iamArn("role", id, path, name);
      principals.put({ arn, id: seededId("AROA", arn) });
    }
    for (const name of iam.users) {
      const arn = iamArn("user", id, "/", name);
      users.put({ arn, id: seededId("AIDA", arn), name, path: "/", createdAt });
    }
    for (const { name, members } of iam.groups) {
      const arn = iamArn("group", id, "/", name);
      groups.put({
        arn,
        id: seededId("AGPA", arn),
        name,
        path: "/",
        createdAt,
        members: [...members].sort(),
      });
    }
  }
  for (const { id, iam } of accounts) {
    const { roles } = iamDocuments(store, id);
    for (const { name, path, description, trust, externalId } of iam?.roles ?? []) {
      const arn = iamArn("role", id, path, name);
      roles.put({
        arn,
        id: seededId("AROA", arn),
        name,
        path,
        ...(description === undefined ? {} : { description }),
        trustPolicy: trustPolicyOf(trust, { externalId }),
        createdAt,
        maxSessionSeconds: 3_600,
      });
    }
  }
};
