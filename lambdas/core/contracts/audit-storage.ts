/** Where the audit trail is kept, for the stacks that make the places and for the programs that look there. */

/** The Audit table's name. */
export const AUDIT_TABLE_NAME = "lockstep-audit";

/** The bucket of the daily roots: bucket names are shared by everybody's accounts, so it holds account and region. */
export const auditRootsBucketName = ({
  account,
  region,
}: {
  readonly account: string;
  readonly region: string;
}): string => `lockstep-audit-roots-${account}-${region}`;
