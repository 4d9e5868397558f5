import * as z from "zod/mini";
import {
  AccountIdSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  UserIdSchema,
} from "../../ids.ts";
import type { LookedAt } from "./look.ts";

/** A call that changed something, as CloudTrail recorded it. */
export interface RecordedCall {
  readonly name: string;
  readonly request: unknown;
  readonly response: unknown;
  /** What a service says of something that it did by itself. */
  readonly details: unknown;
  /** The account in which it was made. */
  readonly accountId: string;
}

/** What a call leads to; undefined for something whose id the record does not tell. */
export type LooksAt = (call: RecordedCall) => readonly (LookedAt | undefined)[];

/** What the calls of a service lead to. */
export interface CallTable {
  readonly calls: Readonly<Record<string, LooksAt>>;
  /** Names of calls that change nothing that the inventory holds. */
  readonly irrelevant: RegExp;
  /** Where neither tells, or an id is missing: what can be afforded for an event. */
  readonly otherwise: (call: RecordedCall) => LookedAt | undefined;
}

/** The member at `path`; undefined where there is none. */
const memberOf = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, step) =>
      typeof inner === "object" && inner !== null
        ? (inner as Readonly<Record<string, unknown>>)[step]
        : undefined,
    value,
  );

/** Reads what the schema accepts: CloudTrail hides or leaves out values, and that is no error. */
const reading =
  <Value>(schema: z.ZodMiniType<Value>) =>
  (value: unknown, ...path: readonly string[]): Value | undefined =>
    z.safeParse(schema, memberOf(value, path)).data;

export const textIn = reading(z.string());
export const accountIn = reading(AccountIdSchema);
export const permissionSetIn = reading(PermissionSetArnSchema);
export const userIn = reading(UserIdSchema);
export const groupIn = reading(GroupIdSchema);
export const organizationalUnitIn = reading(OrganizationalUnitIdSchema);
export const listIn = reading(z.array(z.unknown()));
