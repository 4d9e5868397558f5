import { documentsOf } from "../identity/documents.ts";
import type { LocalStore } from "../store.ts";
import type { JsonObject } from "../wire/json.ts";
import { iamPrincipals } from "./principals.ts";
import { nameKey } from "./names.ts";
import { mapPrincipals } from "./trust-policy-document.ts";

/** A role of IAM in one account: what IAM lists, and what STS decides by who may assume it. */
export interface RoleRecord {
  /** `arn:aws:iam::<account>:role<path><name>`. */
  readonly arn: string;
  /** `AROA…`, never given a second time. */
  readonly id: string;
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly description?: string;
  readonly trustPolicy: JsonObject;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly maxSessionSeconds: number;
}

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;

/**
 * The roles of every account, each account's in a collection of its own: a list reads no other account's.
 *
 * As in IAM, a trust policy keeps the unique ids of the users and roles that it names. Who is there still is shown by ARN;
 * of who is gone, only the id is left, even when another comes under the same name
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html). Unlike in IAM, an ARN that
 * nobody is known by is kept as it is: the roles of CloudFormation stacks are not registered here.
 */
export const iamRoles = (store: LocalStore) => {
  const principals = iamPrincipals(store);
  const inAccount = (accountId: string) => documentsOf<RoleRecord>(store, `iam/${accountId}/roles`);

  const kept = (role: RoleRecord): RoleRecord => ({
    ...role,
    trustPolicy: mapPrincipals(role.trustPolicy, (principal) => principals.idOf(principal) ?? principal),
  });
  const shown = (role: RoleRecord): RoleRecord => ({
    ...role,
    trustPolicy: mapPrincipals(role.trustPolicy, (principal) => principals.arnOf(principal) ?? principal),
  });
  const get = (accountId: string, name: string): RoleRecord | undefined => {
    const role = inAccount(accountId).get(nameKey(name));
    return role === undefined ? undefined : shown(role);
  };

  return {
    get,
    /** The role of exactly this ARN, path included. */
    at: (arn: string): RoleRecord | undefined => {
      const [, accountId = "", name = ""] = ROLE_ARN.exec(arn) ?? [];
      const role = get(accountId, name);
      return role?.arn === arn ? role : undefined;
    },
    /** In the order of their names. */
    all: (accountId: string): readonly RoleRecord[] => inAccount(accountId).all().map(shown),
    put: (accountId: string, role: RoleRecord): void => {
      principals.put(role);
      inAccount(accountId).put(nameKey(role.name), kept(role));
    },
    delete: (accountId: string, role: RoleRecord): void => {
      principals.delete(role);
      inAccount(accountId).delete(nameKey(role.name));
    },
  };
};
