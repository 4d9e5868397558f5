/**
 * The roles by which Lockstep gets into accounts that are not its own: what the connectors' templates create, and what the
 * functions assume. Lockstep's own roles may assume roles of these names and no others.
 */

/** In the management account, by the stack `LockstepConnector`. */
export const CONNECTOR_ROLE = "lockstep-connector";

/** In every other account, by the StackSet; with its path, as ARNs have it. */
export const MEMBER_ROLE = "lockstep/lockstep-member";

/**
 * The role beside each of them that may do nothing and asks for no ExternalId. AWS refuses an AssumeRole with one and the
 * same answer whether the role is missing, does not trust the caller, or asks for another ExternalId; whether the probe
 * can be assumed tells the last apart.
 */
export const probeOf = (role: string): string => `${role}-probe`;

/**
 * So many accounts can be protected where grants go through the connector: its sessions name each of them in their policy
 * (lambdas/adapters/assumed-roles/session-policies.ts), which has 2,048 characters; a test holds the two together.
 */
export const MOST_PROTECTED_ACCOUNTS = 30;
