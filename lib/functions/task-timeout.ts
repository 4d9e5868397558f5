/**
 * How long the grant and revoke functions may take. A request has at most 20 entitlements, worked through a few at a
 * time, and each waits up to a minute for Identity Center. The states' own timeouts are 30 seconds longer, so that no
 * attempt is still in flight when a state ends; a test holds the definition to that.
 */
export const TASK_TIMEOUT_SECONDS = 300;
