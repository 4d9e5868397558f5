import type { DecisionContext } from "../../lambdas/core/domain/evaluate.ts";
import type { Ask } from "../../lambdas/core/domain/ask.ts";
import type { PersonFacts } from "../../lambdas/core/domain/person-rule.ts";
import type { KnownApprovers } from "../../lambdas/core/domain/known-approvers.ts";
import { aFlow, aGroupId, aPermissionSetArn, aUserId, anAccountId } from "./builders.ts";

/** Alice, of whom everything is known: she is a payments engineer. */
export const aPersonKnown = (overrides: Partial<PersonFacts> = {}): PersonFacts => ({
  id: aUserId("alice"),
  memberships: new Set([aGroupId("payments-engineers")]),
  missingGroups: new Set(),
  attributes: {},
  manages: new Map(),
  onCall: new Map(),
  ...overrides,
});

/** Alice asks for an hour of PowerUser in account 2, for herself, with a password alone. */
export const anAsk = (overrides: Partial<Ask> = {}): Ask => ({
  requester: aUserId("alice"),
  requestFor: "self",
  targets: [{ accountId: anAccountId(2), permissionSetArn: aPermissionSetArn("PowerUser") }],
  durationSeconds: 3600,
  start: new Date("2026-01-01T12:00:00.000Z"),
  sessions: [],
  justification: "incident 42",
  mfa: false,
  breakGlass: false,
  ...overrides,
});

/** Bob may decide whatever names users and groups; of owners and managers nobody knows anything. */
export const somebodyDecides: KnownApprovers = {
  resolved: { owners: [{ nobody: "nobody owns it" }], manager: { nobody: "there is no manager" } },
  staffing: { eligible: () => [aUserId("bob")], unstaffed: undefined },
};

/** The flow of `aFlow` and alice, in an organization of which the inventory knows nothing yet. */
export const aContext = (overrides: Partial<DecisionContext> = {}): DecisionContext => ({
  flows: [aFlow()],
  requester: aPersonKnown(),
  accounts: new Map(),
  bundles: new Map(),
  scopes: new Map(),
  subjects: new Map(),
  secondAdministrator: true,
  dependenciesOf: () => [],
  approversOf: () => somebodyDecides,
  ...overrides,
});
