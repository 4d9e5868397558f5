import * as z from "zod/mini";
import { definedIn } from "./attributes.ts";
import type { UserRecord } from "./records.ts";

const text = z.optional(z.string());

/**
 * The one extension there is: attributes of SCIM's enterprise user, such as the manager, shown only when asked for
 * (API_ListUsers, "Extensions"). AWS says that it "aligns Identity Store APIs with SCIM", so they are named as SCIM names
 * them (https://awsapichanges.com/archive/changes/23cd56-identitystore.html, RFC 7643 section 4.3).
 */
export const ENTERPRISE = "aws:identitystore:enterprise";

/** What a read may ask for. */
export const extensionNames = z.optional(
  z
    .array(z.literal(ENTERPRISE, `The only supported extension is ${ENTERPRISE}`))
    .check(z.minLength(1, "Member must have length greater than or equal to 1")),
);
const enterprise = z.optional(
  z.object({
    employeeNumber: text,
    costCenter: text,
    organization: text,
    division: text,
    department: text,
    manager: z.optional(z.object({ value: text, displayName: text, $ref: text })),
  }),
);
/** What a write may bring. */
export const extensions = z.optional(z.object({ [ENTERPRISE]: enterprise }));

/** The part of a record that a write brings. */
export const enterpriseIn = (given: z.output<typeof extensions>): Pick<UserRecord, "enterprise"> => {
  const attributes = given?.[ENTERPRISE];
  return attributes === undefined ? {} : { enterprise: definedIn(attributes) };
};
