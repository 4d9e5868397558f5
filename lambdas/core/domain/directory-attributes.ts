/**
 * What a directory says of a person, as text, by the names that documents use. The first are those of every user, by AWS's
 * own names in SCIM's spelling; those behind `timezone` are of SCIM's enterprise user (RFC 7643, 4.3).
 */
export const DirectoryAttributeNames = [
  "userName",
  "email",
  "displayName",
  "title",
  "userType",
  "preferredLanguage",
  "locale",
  "timezone",
  "employeeNumber",
  "costCenter",
  "organization",
  "division",
  "department",
  "manager",
] as const;
export type DirectoryAttributeName = (typeof DirectoryAttributeNames)[number];

/** What is absent is not said, or is empty. */
export type DirectoryAttributes = Readonly<Partial<Record<DirectoryAttributeName, string>>>;
