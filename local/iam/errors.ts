import * as z from "zod/mini";
import { operationsAnswering } from "../identity/operation.ts";
import { pageOf } from "../identity/paging.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import { nameKey } from "./names.ts";

/** Status codes: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html, "Errors". */
export const noSuchEntity = (kind: "user" | "group" | "role", name: string): AwsError =>
  new AwsError("NoSuchEntity", `The ${kind} with name ${name} cannot be found.`, 404);

export const alreadyExists = (kind: "User" | "Group" | "Role", name: string): AwsError =>
  new AwsError("EntityAlreadyExists", `${kind} with name ${name} already exists.`, 409);

export const limitExceeded = (quota: string, limit: number): AwsError =>
  new AwsError("LimitExceeded", `Cannot exceed quota for ${quota}: ${String(limit)}`, 409);

export const mustLeaveGroupsFirst = (): AwsError =>
  new AwsError("DeleteConflict", "Cannot delete entity, must remove users from group first.", 409);

const invalid = (message: string): AwsError => new AwsError("ValidationError", message);

export const defineOperation = operationsAnswering(invalid);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, the quotas of an account that asked for no more. */
export const QUOTAS = { users: 5_000, groups: 300, roles: 1_000, groupsOfUser: 10 } as const;

const named = (longest: number) =>
  z
    .string()
    .check(
      z.regex(/^[\w+=,.@-]+$/, "Member must satisfy regular expression pattern: [\\w+=,.@-]+"),
      z.maxLength(longest, `Member must have length less than or equal to ${String(longest)}`),
    );

/** A user's or a role's name. */
export const name = named(64);
export const groupName = named(128);

const PATH = /^\/$|^\/[\u0021-\u007f]+\/$/;
export const path = z._default(
  z.string().check(z.regex(PATH, "Member must begin and end with a slash"), z.maxLength(512)),
  "/",
);

/** A page holds 100 items unless a call says otherwise, and 1,000 at most; a query's numbers arrive as text. */
const USUAL_PAGE = 100;
const LARGEST_PAGE = 1_000;
export const pageMembers = {
  MaxItems: z.optional(z.coerce.number<string | number>().check(z.minimum(1), z.maximum(LARGEST_PAGE))),
  Marker: z.optional(z.string()),
};

/** A page of what is in an account, by name; `describe` says how an item is shown. */
export const page = <T extends { readonly name: string }>(
  items: readonly T[],
  { MaxItems, Marker }: { readonly MaxItems?: number | undefined; readonly Marker?: string | undefined },
): { readonly items: readonly T[]; readonly next: JsonObject } => {
  const request = { MaxResults: MaxItems, NextToken: Marker };
  const shown = pageOf(
    items,
    (item) => nameKey(item.name),
    request,
    USUAL_PAGE,
    () => invalid(`Invalid Marker: ${Marker ?? ""}`),
  );
  const { NextToken } = shown.next;
  return {
    items: shown.items,
    next: NextToken === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: NextToken },
  };
};
