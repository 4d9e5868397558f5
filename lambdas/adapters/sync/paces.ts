import type { Clock } from "../../core/ports/clock.ts";
import type { Admission } from "../../core/ports/provider.ts";
import { pacedAdmission } from "../admission.ts";

/**
 * Calls a second that AWS lets an account make, by operation.
 * Organizations: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html, "Throttling limits",
 * per account. Identity Store: 20 a second for each API (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html).
 */
const DOCUMENTED_RATES: Readonly<Record<string, number>> = {
  "organizations:DescribeAccount": 20,
  "organizations:ListAccounts": 8,
  "organizations:ListAccountsForParent": 5,
  "organizations:ListOrganizationalUnitsForParent": 5,
  "organizations:ListParents": 5,
  "organizations:ListRoots": 1,
  "organizations:ListTagsForResource": 10,
  "identitystore:DescribeGroup": 20,
  "identitystore:DescribeUser": 20,
  "identitystore:GetGroupMembershipId": 20,
  "identitystore:GetUserId": 20,
  "identitystore:ListGroupMemberships": 20,
  "identitystore:ListGroupMembershipsForMember": 20,
  "identitystore:ListGroups": 20,
  "identitystore:ListUsers": 20,
};

/**
 * A sync takes half of it. The other half is for everybody else in the account, and for Lockstep's own questions when
 * somebody requests or approves, which have to be answered at once.
 */
const SHARE_OF_SYNC = 0.5;

/**
 * A run of the automatic flows, of which there is one at a time, takes most of what a sync leaves: what it has not looked at
 * in time, the next one looks at, and people's own questions still find a tenth of the rate and what a bucket has kept.
 */
const SHARE_OF_AUTOMATIC = 0.4;

/** Waits until the operation may be called. */
export type WaitForTurn = (operation: string) => Promise<void>;

/**
 * The turns of the calls that read identities: sso-admin's at `admission`, with everything else that calls it; others each
 * at a pace of their own. `rates`: calls a second that AWS lets make, for operations of other services.
 */
export const turnsOf = ({
  clock,
  admission,
  rates = DOCUMENTED_RATES,
}: {
  readonly clock: Clock;
  readonly admission: Admission;
  readonly rates?: Readonly<Record<string, number>>;
}): WaitForTurn => {
  const paced = pacesOf({ clock, rates, share: SHARE_OF_SYNC });
  return async (operation) => {
    await (operation.startsWith("sso:") ? admission : paced(operation))?.admit("sync");
  };
};

/** The turns of the calls of a run of automatic flows: each operation at a pace of its own. */
export const turnsOfAutomaticFlows = (clock: Clock): WaitForTurn => {
  const paced = pacesOf({ clock, rates: DOCUMENTED_RATES, share: SHARE_OF_AUTOMATIC });
  return async (operation) => {
    await paced(operation)?.admit("sync");
  };
};

/** A share of each operation's rate; undefined for an operation that has none. */
const pacesOf = ({
  clock,
  rates,
  share,
}: {
  readonly clock: Clock;
  readonly rates: Readonly<Record<string, number>>;
  readonly share: number;
}): ((operation: string) => Admission | undefined) => {
  const paced = new Map<string, Admission>();
  return (operation) => {
    const rate = rates[operation];
    if (rate === undefined) return undefined;
    const pace =
      paced.get(operation) ?? pacedAdmission({ clock, share: { perSecond: rate * share, burst: 1 } });
    paced.set(operation, pace);
    return pace;
  };
};
