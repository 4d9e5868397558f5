import * as z from "zod/mini";
import { LONGEST_DIRECTORY_NAME, nameOrId } from "../http/fields.ts";

/** A user or a group, as people name them. */
const DirectoryNameSchema = nameOrId(LONGEST_DIRECTORY_NAME);

export const GroupDocumentSchema = z.strictObject({ group: DirectoryNameSchema });
export const UserDocumentSchema = z.strictObject({ user: DirectoryNameSchema });

export const PARTY_EXPECTED = "{group: its display name} or {user: an email or user name}";

export const PartyDocumentSchema = z.union([GroupDocumentSchema, UserDocumentSchema], {
  error: PARTY_EXPECTED,
});
export type PartyDocument = z.output<typeof PartyDocumentSchema>;
