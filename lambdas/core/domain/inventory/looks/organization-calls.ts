import type { LookedAt } from "./look.ts";
import {
  accountIn,
  listIn,
  organizationalUnitIn,
  textIn,
  type CallTable,
  type LooksAt,
} from "./recorded-call.ts";

const account = (id: ReturnType<typeof accountIn>): LookedAt | undefined =>
  id === undefined ? undefined : { look: "account", id };

const organizationalUnit = (id: ReturnType<typeof organizationalUnitIn>): LookedAt | undefined =>
  id === undefined ? undefined : { look: "organizational-unit", id };

const namedAccount: LooksAt = ({ request }) => [account(accountIn(request, "accountId"))];

/** Of an account, a unit or the root. Tags of policies are not in the inventory. */
const tagged: LooksAt = ({ request }) => {
  const id = textIn(request, "resourceId") ?? "";
  if (/^(?:p|rp|rt)-/.test(id)) return [];
  return /^(?:ou|r)-/.test(id)
    ? [organizationalUnit(organizationalUnitIn(request, "resourceId"))]
    : [account(accountIn(request, "resourceId"))];
};

/** The account that joins, of both parties to the handshake; handshakes about features have none. */
const accepted: LooksAt = ({ response }) => {
  const parties = listIn(response, "handshake", "parties");
  if (parties === undefined) return [undefined];
  return parties
    .filter((party) => textIn(party, "type") === "ACCOUNT")
    .map((party) => account(accountIn(party, "id")));
};

const created: LooksAt = ({ details }) => {
  if (textIn(details, "createAccountStatus", "state") === "FAILED") return [];
  return [account(accountIn(details, "createAccountStatus", "accountId"))];
};

/**
 * `organizations.amazonaws.com`, in us-east-1 only. New and closed accounts are told of when they are
 * (`CreateAccountResult`, `CloseAccountResult`: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html).
 * An account's name is no call of this service's, but of `account.amazonaws.com`.
 */
export const organizationCalls: CallTable = {
  calls: {
    CreateAccountResult: created,
    CloseAccount: namedAccount,
    CloseAccountResult: ({ details }) => [account(accountIn(details, "closeAccountStatus", "accountId"))],
    MoveAccount: namedAccount,
    RemoveAccountFromOrganization: namedAccount,
    LeaveOrganization: (call) => [account(accountIn(call, "accountId"))],
    AcceptHandshake: accepted,
    TagResource: tagged,
    UntagResource: tagged,
    CreateOrganizationalUnit: ({ response }) => [
      organizationalUnit(organizationalUnitIn(response, "organizationalUnit", "id")),
    ],
    DeleteOrganizationalUnit: ({ request }) => [
      organizationalUnit(organizationalUnitIn(request, "organizationalUnitId")),
    ],
    UpdateOrganizationalUnit: ({ request }) => [
      organizationalUnit(organizationalUnitIn(request, "organizationalUnitId")),
    ],
  },
  /** Creating an account tells of nothing yet; neither do invitations, policies, features and delegations. */
  irrelevant:
    /^Create(?:GovCloud)?Account$|^(?:Create|Delete)Organization$|Invite|(?:Cancel|Decline)Handshake|Policy|PolicyType|Features|ServiceAccess|DelegatedAdministrator|Responsibility/,
  otherwise: () => ({ look: "accounts" }),
};
